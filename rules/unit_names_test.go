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

// mentioned finds names of units in the source of modules, where they stand alone in
// quotes.
var mentioned = regexp.MustCompile(`"([A-Za-z0-9][\w@:.\\-]*\.(?:service|socket|timer|path|target|slice|mount|automount))"`)

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
func TestUnitNames(t *testing.T) {
	names := nameList(t, "rendering/unit_names.txt", collectUnitNames)
	for _, name := range []string{"sshd.service", "systemd-rfkill.service", "systemd-rfkill.socket", "pre-sleep.service", "prepare-kexec.service", "multi-user.target"} {
		if _, found := slices.BinarySearch(names, name); !found {
			t.Errorf("%s is not among the names", name)
		}
	}
}

// collectUnitNames adds the units that the modules of a folder set up, and those
// that their source names.
func collectUnitNames(t *testing.T, dir string, names map[string]bool) {
	p, err := nixos.Load(context.Background(), nixos.Options{Dir: dir}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range p.Hosts() {
		for _, u := range h.Units {
			if !u.Pattern {
				names[u.Name] = true
			}
		}
	}
	for _, f := range p.Files() {
		if f.Tree == nil {
			continue
		}
		for _, name := range mentioned.FindAllStringSubmatch(f.Tree.Src, -1) {
			names[name[1]] = true
		}
	}
	if len(names) == 0 {
		t.Fatalf("%s has no units", dir)
	}
}
