package nixos

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestLayouts looks which units of projects belong to a host, for the ways in which people
// and their tools lay configurations out. Where some do not, it is known that there may be
// hosts that are not in sight.
func TestLayouts(t *testing.T) {
	names, err := filepath.Glob("testdata/layouts/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no test cases", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, files := "", archive.Files
			if last := len(files) - 1; files[last].Name == "want" {
				want, files = string(files[last].Data), files[:last]
			}
			p := project(t, &txtar.Archive{Files: files}, Options{})
			got := unitsByHost(p)
			if *update {
				archive.Files = append(slices.Clip(files), txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// unitsByHost lists the units of a project with their hosts.
func unitsByHost(p *Project) string {
	var b strings.Builder
	named := false
	for _, h := range p.Hosts() {
		named = named || h.Name != ""
		for _, u := range h.Units {
			if h.Name == "" {
				fmt.Fprintf(&b, "%s: no host\n", u.Name)
			} else {
				fmt.Fprintf(&b, "%s: host %s\n", u.Name, h.Name)
			}
		}
	}
	if !named && p.HidesHosts() {
		b.WriteString("there may be hosts that are not in sight\n")
	}
	return b.String()
}
