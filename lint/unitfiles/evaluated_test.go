package unitfiles

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/nixast/testtool"
)

var update = flag.Bool("update", false, "write the golden files anew (needs Nix)")

// dump writes what was read of a system. Hashes of the store are left out.
func dump(sys *System) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s systemd=%d nixos=%s\n", sys.Name, sys.SystemdVersion, sys.NixOSRelease)
	for _, m := range sys.Missing {
		fmt.Fprintf(&b, "%s\n", shown(m))
	}
	for _, u := range sys.Units {
		fmt.Fprintf(&b, "\n%s %s", u.Scope, u.Name)
		if u.Masked {
			b.WriteString(" masked")
		}
		if len(u.Aliases) > 0 {
			fmt.Fprintf(&b, " alias %s", strings.Join(u.Aliases, " "))
		}
		b.WriteString("\n")
		for _, m := range u.Missing {
			fmt.Fprintf(&b, "  %s\n", shown(m))
		}
		for i, f := range u.Files {
			kind := "file"
			if i > 0 || u.Dropin {
				kind = "dropin"
			}
			if f.Table {
				kind = "table"
			}
			fmt.Fprintf(&b, "  %s %s\n", kind, f.Path)
			for line := range strings.Lines(f.Text) {
				fmt.Fprintf(&b, "    | %s", line)
			}
		}
	}
	for _, c := range sys.Containers {
		fmt.Fprintf(&b, "\ncontainer %s: %s", c.Container, dump(c))
	}
	return hashes.ReplaceAllString(b.String(), "/STORE/")
}

var hashes = regexp.MustCompile(`/[-_./A-Za-z0-9]*/[0-9a-z]{32}-`)

// TestGolden reads derivations that Nix wrote, away from the store that they
// speak of.
func TestGolden(t *testing.T) {
	for _, name := range []string{"new", "old"} {
		t.Run(name, func(t *testing.T) {
			if *update {
				writeGolden(t, name)
			}
			target := unpack(t, "testdata/"+name+".txtar")
			sys, err := Open(context.Background(), target)
			if err != nil {
				t.Fatal(err)
			}
			golden := "testdata/" + name + ".golden"
			got := dump(sys)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// unpack writes the derivations of an archive to a directory, and returns that of
// the system.
func unpack(t testing.TB, archive string) (system string) {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range a.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.WriteFile(name, bytes.TrimSuffix(f.Data, []byte("\n")), 0o644); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(f.Name, "-nixos-system-stand-in-") {
			system = name
		}
	}
	return system
}

func writeGolden(t *testing.T, name string) {
	root := t.TempDir()
	instantiate(t, root, "--store", root, "testdata/system.nix", "-A", "system", "--arg", "old", fmt.Sprint(name == "old"))
	files, err := filepath.Glob(filepath.Join(root, "nix/store/*.drv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no derivations", err)
	}
	a := txtar.Archive{Comment: []byte("What nix-instantiate writes for system.nix; -update writes it anew.\n")}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		a.Files = append(a.Files, txtar.File{Name: filepath.Base(f), Data: append(data, '\n')})
	}
	if err := os.WriteFile("testdata/"+name+".txtar", txtar.Format(&a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// instantiate runs nix-instantiate with separate directories below root.
func instantiate(t testing.TB, root string, args ...string) string {
	t.Helper()
	testtool.Need(t, "nix-instantiate")
	cmd := exec.Command("nix-instantiate", args...)
	cmd.Env = append(os.Environ(), "HOME="+root, "NIX_REMOTE=",
		"NIX_STATE_DIR="+root+"/state", "NIX_STORE_DIR="+root+"/store", "NIX_LOG_DIR="+root+"/log")
	if args[0] == "--store" { // its paths are those of /nix/store
		cmd.Env = append(os.Environ(), "HOME="+root, "NIX_REMOTE=")
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// TestInstantiated lets Nix instantiate the stand-in now, into a store that is not
// /nix/store, and asks it for the text of each unit.
func TestInstantiated(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{"false", "true"} {
		target := instantiate(t, root, "testdata/system.nix", "-A", "system", "--arg", "old", old)
		sys, err := Open(context.Background(), target)
		if err != nil {
			t.Fatal(err)
		}
		name := map[string]string{"false": "new", "true": "old"}[old]
		golden, err := os.ReadFile("testdata/" + name + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(golden), dump(sys)); diff != "" {
			t.Errorf("the golden file is old: %s", diff)
		}
		var texts map[string]map[string]*string
		out := instantiate(t, root, "--eval", "--strict", "--json", "testdata/system.nix", "-A", "texts", "--arg", "old", old)
		if err := json.Unmarshal([]byte(out), &texts); err != nil {
			t.Fatal(err)
		}
		if n := compareTexts(t, sys, texts); n != 11 {
			t.Errorf("%d units are compared", n)
		}
	}
}

// compareTexts looks for the text that Nix has of each unit among the files of the
// unit of that name; nil is that of one that is masked.
func compareTexts(t *testing.T, sys *System, texts map[string]map[string]*string) (compared int) {
	t.Helper()
	units := map[string]*Unit{}
	for _, u := range sys.Units {
		for _, name := range append([]string{u.Name}, u.Aliases...) {
			units[u.Scope.String()+" "+name] = u
		}
	}
	for scope, its := range texts {
		for name, want := range its {
			u := units[scope+" "+name]
			if u != nil && u.Name != name {
				continue // an alias took the name, and the unit's overrides.conf hides this one
			}
			compared++
			switch {
			case u == nil:
				t.Errorf("%s %s is not found", scope, name)
			case want == nil:
				if !u.Masked {
					t.Errorf("%s %s is not masked", scope, name)
				}
			case !slices.ContainsFunc(u.Files, func(f File) bool { return f.Text == *want }):
				t.Errorf("%s %s: no file has %s", scope, name, *want)
			}
		}
	}
	return compared
}
