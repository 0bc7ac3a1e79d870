package nixos

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wardnix/nixast/eval"
	"wardnix/nixast/testtool"
)

// TestOracle lets NixOS itself derive the units of the modules in
// testdata/oracle, and compares each line: what we say is known must be equal,
// and there must be no line of which we know nothing.
//
// WARDNIX_NIXPKGS names checkouts of nixpkgs, separated by colons, that the
// Nix at hand can evaluate.
func TestOracle(t *testing.T) {
	trees := testtool.Given(t, "WARDNIX_NIXPKGS")
	testtool.Need(t, "nix-instantiate")
	modules, err := filepath.Glob("testdata/oracle/*.nix")
	projects, _ := filepath.Glob("testdata/oracle/*/configuration.nix")
	modules = append(modules, projects...)
	if err != nil || len(modules) == 0 {
		t.Fatal("no modules", err)
	}
	for _, tree := range filepath.SplitList(trees) {
		version, err := os.ReadFile(filepath.Join(tree, ".version"))
		if err != nil {
			t.Fatal(err)
		}
		release, err := ParseRelease(strings.TrimSpace(string(version)))
		if err != nil {
			t.Fatal(err)
		}
		for _, module := range modules {
			name := strings.TrimSuffix(filepath.Base(module), ".nix")
			if name == "configuration" {
				name = filepath.Base(filepath.Dir(module))
			}
			t.Run(release.String()+"/"+name, func(t *testing.T) {
				if strings.HasPrefix(name, "new-") && release.Before(Release{24, 5}) {
					t.Skip("the module needs a newer NixOS")
				}
				compareWithNixOS(t, tree, release, module)
			})
		}
	}
}

func compareWithNixOS(t *testing.T, tree string, release Release, module string) {
	files := fstest.MapFS{".git/HEAD": {}}
	if filepath.Base(module) == "configuration.nix" {
		dir := os.DirFS(filepath.Dir(module))
		err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(dir, name)
			files[name] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	} else {
		text, err := os.ReadFile(module)
		if err != nil {
			t.Fatal(err)
		}
		files["configuration.nix"] = &fstest.MapFile{Data: text}
	}
	p, err := Load(context.Background(), Options{FS: files, Release: release})
	if err != nil {
		t.Fatal(err)
	}
	units := p.Hosts()[0].Units
	if len(units) == 0 {
		t.Fatal("no units are found")
	}
	compareUnits(t, units, evaluate(t, tree, module, units))
	known, all := 0, 0
	for _, u := range units {
		if u.Pattern {
			t.Logf("%s is a pattern", u.Name)
		}
		for _, l := range u.Lines() {
			all++
			if l.Known && l.When == nil {
				known++
			} else {
				t.Logf("%s: %s=%s is not known", u.Name, l.Key, l.Shown)
			}
		}
	}
	t.Logf("%d of %d lines are known", known, all)
}

// A realUnit is a unit as NixOS has it.
type realUnit struct {
	Found  bool
	Enable *bool
	Text   *string
}

var scopeNames = map[ScopeKind]string{System: "system", User: "user", Initrd: "initrd"}

func evaluate(t *testing.T, tree, module string, units []*Unit) map[string]map[string]realUnit {
	t.Helper()
	names := map[string][]string{"system": {}, "user": {}, "initrd": {}}
	for _, u := range units {
		if scope, ok := scopeNames[u.Scope.Kind]; ok && !u.Pattern {
			names[scope] = append(names[scope], u.Name)
		}
	}
	list, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	abs, err := filepath.Abs(module)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "testdata/oracle.nix",
		"--arg", "src", tree, "--arg", "file", abs, "--argstr", "names", string(list))
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_REMOTE=",
		"NIX_STATE_DIR="+dir+"/state", "NIX_STORE_DIR="+dir+"/store", "NIX_LOG_DIR="+dir+"/log")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	var real map[string]map[string]realUnit
	if err := json.Unmarshal(out, &real); err != nil {
		t.Fatal(err)
	}
	return real
}

func compareUnits(t *testing.T, units []*Unit, real map[string]map[string]realUnit) {
	t.Helper()
	for _, u := range units {
		r, ok := real[scopeNames[u.Scope.Kind]][u.Name]
		if !ok {
			continue
		}
		if !r.Found {
			t.Errorf("%s: NixOS has no such unit", u.Name)
			continue
		}
		if enabled := u.Enabled(); r.Enable != nil && enabled != eval.Maybe && (enabled == eval.Yes) != *r.Enable {
			t.Errorf("%s: NixOS says enable = %v", u.Name, *r.Enable)
		}
		if r.Text == nil {
			t.Logf("%s: NixOS fails", u.Name)
			continue
		}
		for _, difference := range differences(u.Lines(), parseLines(*r.Text)) {
			t.Errorf("%s: %s", u.Name, difference)
		}
	}
}

// parseLines reads the text of a unit, environment aside.
func parseLines(text string) []Line {
	var lines []Line
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok && len(lines) > 0 && line != "" { // a value with a line feed in it
			lines[len(lines)-1].Text += "\n" + line
			continue
		}
		if ok && !(key == "Environment" && strings.HasPrefix(value, `"`)) {
			lines = append(lines, Line{Section: section, Key: key, Text: value, Known: true})
		}
	}
	return lines
}

// differences compares our lines with those of NixOS, key by key. A line that
// is not known fits any, one under a condition may be missing, and one that
// may be any number fits so many.
func differences(ours, real []Line) []string {
	group := func(lines []Line) map[string][]Line {
		groups := map[string][]Line{}
		for _, l := range lines {
			if l.Key != "Environment" || l.Def == nil || l.Def.File == nil || l.Section != "Service" || !strings.HasPrefix(l.Shown, `"`) {
				k := l.Section + "." + l.Key
				groups[k] = append(groups[k], l)
			}
		}
		return groups
	}
	want, got := group(real), group(ours)
	open := func(section string) bool { return len(got[section+"."]) > 0 || len(got["."]) > 0 }
	var found []string
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		section, name, _ := strings.Cut(key, ".")
		if name == "" || open(section) && len(got[key]) == 0 {
			continue
		}
		if !fits(got[key], want[key]) {
			found = append(found, fmt.Sprintf("%s is %q, NixOS has %q", key, texts(got[key]), texts(want[key])))
		}
	}
	return found
}

func texts(lines []Line) []string {
	var out []string
	for _, l := range lines {
		text := l.Text
		if !l.Known {
			text = "? " + l.Shown
		}
		if l.When != nil {
			text += " if " + l.When.String()
		}
		out = append(out, text)
	}
	return out
}

// fits reports whether the lines that NixOS has can be ours.
func fits(ours, real []Line) bool {
	if len(ours) == 0 {
		return len(real) == 0
	}
	l := ours[0]
	matches := func() bool { return len(real) > 0 && (!l.Known || l.Text == real[0].Text) }
	switch {
	case l.Unseen != "":
		return fits(ours[1:], real) || len(real) > 0 && fits(ours, real[1:])
	case l.When != nil:
		return fits(ours[1:], real) || matches() && fits(ours[1:], real[1:])
	}
	return matches() && fits(ours[1:], real[1:])
}
