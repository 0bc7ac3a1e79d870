package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A system that was evaluated and not built is audited from its derivations,
// those of a store that is somewhere else included.
func TestAuditDerivations(t *testing.T) {
	for _, name := range []string{"old", "new"} {
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile("../../lint/unitfiles/testdata/" + name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, f := range archive.Files {
				if err := os.WriteFile(filepath.Join(dir, f.Name), bytes.TrimSuffix(f.Data, []byte("\n")), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			systems, err := filepath.Glob(filepath.Join(dir, "*-nixos-system-stand-in-*.drv"))
			if err != nil || len(systems) != 1 {
				t.Fatal(systems, err)
			}
			var out, messages bytes.Buffer
			c := Command{Stdout: &out, Stderr: &messages, Dir: dir, Env: func(string) (string, bool) { return "", false }}
			if status := c.Main([]string{"audit", "--baseline", "light", "--format", "json", systems[0]}); status != exitFindings || messages.Len() > 0 {
				t.Fatalf("%d: %s", status, messages.String())
			}
			var got struct {
				Findings []struct{ Rule, Unit string }
				Hosts    []struct {
					Units   []struct{ Unit, Overall string }
					Missing []struct{ What string }
				}
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			var asked []string
			for _, f := range got.Findings {
				asked = append(asked, f.Rule+" "+f.Unit)
			}
			// Units are exempt whose file is in a package that is not there.
			if !slices.Contains(asked, "B001 web.service") || slices.Contains(asked, "B001 dbus.service") || slices.Contains(asked, "B001 getty@.service") {
				t.Errorf("%q", asked)
			}
			if h := got.Hosts[0]; len(h.Missing) == 0 || len(h.Units) < 9 {
				t.Errorf("%d units, %d missing", len(h.Units), len(h.Missing))
			}
		})
	}
}
