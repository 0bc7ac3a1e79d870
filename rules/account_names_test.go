package rules_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wardnix/lint/nixos"
)

// defaultName finds the names that options for a user or group of a service have
// by default.
var defaultName = regexp.MustCompile(`\b(user|group)(?:Name)? = (?:lib\.)?mkOption \{[^{}]*?\bdefault = "([\w-]+)";`)

// unknownPart is what is not known of a name.
var unknownPart = regexp.MustCompile(`\$\{[^}]*\}`)

// nameList is a list of names, sorted. With -update, it is made anew of the trees of
// nixpkgs that WARDNIX_UNIT_TREES names, parted by ":"; both a tree of 20.09 and one of
// 26.11 belong there.
func nameList(t *testing.T, file string, collect func(t *testing.T, dir string, names map[string]bool)) []string {
	if trees := os.Getenv("WARDNIX_UNIT_TREES"); *update && trees != "" {
		names := map[string]bool{}
		for tree := range strings.SplitSeq(trees, ":") {
			collect(t, filepath.Join(tree, "nixos", "modules"), names)
		}
		text := strings.Join(slices.Sorted(maps.Keys(names)), "\n") + "\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSpace(string(text)), "\n")
	if !slices.IsSorted(names) {
		t.Error("the names are not sorted")
	}
	return names
}

// The list has what everybody has.
func TestAccountNames(t *testing.T) {
	names := nameList(t, "host/account_names.txt", collectAccountNames)
	for _, name := range []string{"user root", "user nobody", "group nogroup", "group wheel", "group kvm", "user messagebus",
		"user systemd-network", "group systemd-journal", "user postgres", "user caddy", "user gitea", "group radicle", "user nixbld*"} {
		if _, found := slices.BinarySearch(names, name); !found {
			t.Errorf("%s is not among the names", name)
		}
	}
}

// collectAccountNames adds the users and groups that the modules of a directory
// declare; with "*" for what is not known of a name.
func collectAccountNames(t *testing.T, dir string, names map[string]bool) {
	p, err := nixos.Load(context.Background(), nixos.Options{Dir: dir}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range p.Hosts() {
		for option, kind := range map[string]string{"users": "user", "extraUsers": "user", "groups": "group", "extraGroups": "group"} {
			for _, a := range h.Option("users", option).Attrs() {
				if name := unknownPart.ReplaceAllString(a.Name(), "*"); strings.Trim(name, "*") != "" && !strings.ContainsAny(name, "${} ") {
					names[kind+" "+name] = true
				}
			}
		}
	}
	for _, f := range p.Files() {
		if f.Tree == nil {
			continue
		}
		for _, m := range defaultName.FindAllStringSubmatch(f.Tree.Src, -1) {
			names[m[1]+" "+m[2]] = true
		}
	}
	if len(names) == 0 {
		t.Fatalf("%s declares no users", dir)
	}
}
