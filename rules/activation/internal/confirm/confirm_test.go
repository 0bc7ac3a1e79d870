package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/audit"
	"wardnix/lint/nixos"
	"wardnix/lint/unitfiles"
	"wardnix/rules"
)

// Of each case, the rule reports the units that do not work, and no other.
func TestFound(t *testing.T) {
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rule := lint.FindRule(rules.All(), c.rule)
			if rule == nil {
				t.Fatalf("there is no rule %s", c.rule)
			}
			if !rule.Audit && !rule.AuditComplete {
				return // it is about how NixOS starts units
			}
			sys, err := unitfiles.Open(context.Background(), systemOf(t, c))
			if err != nil {
				t.Fatal(err)
			}
			found, err := audit.New(sys, nixos.Release{}, 0).Lint(context.Background(), &lint.Linter{Rules: rules.All()})
			if err != nil {
				t.Fatal(err)
			}
			var units []string
			for _, f := range found {
				if f.Rule == rule {
					units = append(units, f.Of.Name)
				}
			}
			slices.Sort(units)
			if diff := cmp.Diff(strings.Join(c.found, "\n"), strings.Join(slices.Compact(units), "\n")); diff != "" {
				t.Errorf("units that %s reports (-want +got):\n%s", c.rule, diff)
			}
		})
	}
}

// systemOf writes the units of a case as those of a NixOS system.
func systemOf(t *testing.T, c *testCase) string {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "nixos-version"), []byte("26.11"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, f := range c.units {
		name := filepath.Join(root, "etc/systemd/system", f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		target, isLink := strings.CutPrefix(strings.TrimSpace(string(f.Data)), link)
		var err error
		if isLink {
			err = os.Symlink(target, name)
		} else {
			err = os.WriteFile(name, f.Data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Each activation rule has a case, and the page lists all of them.
func TestPage(t *testing.T) {
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, c := range cases {
		tried[c.rule] = true
	}
	for _, r := range rules.All() {
		if strings.HasPrefix(r.ID, "A") && !tried[r.ID] {
			t.Errorf("no case is about %s", r)
		}
	}
	page, err := os.ReadFile("../../../../docs/activation.md")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(report(cases, nil), "\n| rule |")
	_, got, _ := strings.Cut(string(page), "\n| rule |")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the page is not what the program writes (-program +page):\n%s", diff)
	}
}
