package nixos

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

var update = flag.Bool("update", false, "write what is found as what is wanted")

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // as the program does: what is loaded here is small
	os.Exit(m.Run())
}

// TestUnits reads the projects in testdata/units and compares the hosts and
// units with the file "want" of each.
func TestUnits(t *testing.T) { golden(t, "testdata/units", describe) }

// golden compares what a function says of the projects in a directory with the file "want"
// of each.
func golden(t *testing.T, dir string, describe func(*Project) string) {
	t.Helper()
	names, err := filepath.Glob(dir + "/*.txtar")
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
			for i, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					files = slices.Concat(archive.Files[:i], archive.Files[i+1:])
				}
			}
			got := describe(project(t, &txtar.Archive{Files: files}, Options{}))
			if *update {
				archive.Files = append(slices.Clip(files), txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// describe writes what is known of a project, for people to read.
func describe(p *Project) string {
	var b strings.Builder
	for _, h := range p.Hosts() {
		if h.Name == "" && len(h.Units) == 0 {
			continue
		}
		if h.ReleaseKnown {
			fmt.Fprintf(&b, "host %s, NixOS %s, systemd %d\n", h.Name, h.Release, h.Systemd)
		} else {
			fmt.Fprintf(&b, "host %s, the newest NixOS (assumed)\n", h.Name)
		}
		for _, r := range h.Unseen {
			fmt.Fprintf(&b, "  unseen: %s (%s)\n", r.Text, place(r.Node))
		}
		for _, u := range h.Units {
			describeUnit(&b, u)
		}
	}
	return b.String()
}

func describeUnit(b *strings.Builder, u *Unit) {
	fmt.Fprintf(b, "  %s: %s", u.Name, u.Scope)
	if u.Enabled() != eval.Yes {
		b.WriteString(map[eval.Truth]string{eval.No: ", masked", eval.Maybe: ", perhaps masked"}[u.Enabled()])
	}
	if u.IsOverride() {
		b.WriteString(", override")
	}
	if u.Pattern {
		b.WriteString(", pattern")
	}
	if u.When() != nil {
		fmt.Fprintf(b, ", if %s", u.When())
	}
	b.WriteByte('\n')
	for _, r := range u.Partial {
		fmt.Fprintf(b, "    partial: %s (%s)\n", r.Text, place(r.Node))
	}
	for _, l := range u.Lines() {
		b.WriteString("    ")
		switch {
		case l.Key == "":
			fmt.Fprintf(b, "[%s] …: %s", l.Section, l.Unseen)
		case l.Unseen != "":
			fmt.Fprintf(b, "[%s] %s=? %s: %s", l.Section, l.Key, l.Shown, l.Unseen)
		case l.Known:
			fmt.Fprintf(b, "[%s] %s=%s", l.Section, l.Key, l.Text)
		default:
			fmt.Fprintf(b, "[%s] %s=? %s", l.Section, l.Key, l.Shown)
		}
		if l.When != nil {
			fmt.Fprintf(b, ", if %s", l.When)
		}
		fmt.Fprintf(b, " (%s)\n", place(l.Origin))
	}
	for _, section := range []string{"", OwnSection(u.Type())} {
		if section == "" && u.Type() != "service" {
			continue
		}
		s := u.Site(section)
		if !s.OK() {
			fmt.Fprintf(b, "    add to %q: no, %s\n", section, s.Reason)
			continue
		}
		fmt.Fprintf(b, "    add to %q: %s %q", section, place(s.Set), s.Prefix)
		if s.Shared {
			b.WriteString(" shared")
		}
		b.WriteByte('\n')
	}
}

func place(n nixast.Node) string {
	if n.IsZero() {
		return "-"
	}
	line := 1 + strings.Count(n.File().Src[:n.Span().Start], "\n")
	return fmt.Sprintf("%s:%d", n.File().Name, line)
}
