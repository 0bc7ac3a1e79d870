package lint_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

func load(t *testing.T, text string) *nixos.Project {
	t.Helper()
	p, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{}, Overlay: map[string]string{"a.nix": text}}, "a.nix")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// replaceRule finds every string that is old and wants it to be new.
func replaceRule(id, old, new string, directives ...string) *lint.Rule {
	return &lint.Rule{
		Page: lint.Page{ID: id, Name: "replace-" + strings.ToLower(id), Severity: lint.Warning},
		Check: func(p *lint.Pass) {
			f := p.Project.File("a.nix").Tree
			for n := range f.Root().Descendants() {
				if n.Kind() != nixast.String || n.Text() != old {
					continue
				}
				s := n.Span()
				p.Report(lint.Finding{
					Message: old, File: f, Span: s, Units: []unit.Ref{{Unit: "web.service"}}, About: ofWeb(directives...),
					Fixes: []lint.Fix{{Title: "write " + new, Applicability: lint.Safe, Edits: lint.EditsIn(f, []emit.Edit{{Start: s.Start, End: s.End, New: new}})}},
				})
			}
		},
	}
}

const module = `{
  systemd.services.web.serviceConfig = {
    A = "1"; # why
    B = "1";
  };
}
`

func TestRepairKeepsItsWord(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rule  *lint.Rule
		bugs  int
		fixed int
		want  string
	}{
		{"what it says", replaceRule("T001", `"1"`, `"2"`, "A", "B"), 0, 2, strings.ReplaceAll(module, `"1"`, `"2"`)},
		{"a change it does not name", replaceRule("T002", `"1"`, `"2"`, "A"), 1, 1, strings.Replace(module, `"1"`, `"2"`, 1)},
		{"a syntax error", replaceRule("T003", `"1"`, `"2`, "A", "B"), 2, 0, module},
		{"one more comment than before", replaceRule("T004", `"1"`, "/* new */ 2", "A", "B"), 0, 2, strings.ReplaceAll(module, `"1"`, "/* new */ 2")},
		{"another unit", replaceRule("T005", `"1"`, `"2"; }; systemd.services.other.serviceConfig = { A = "1"`, "A", "B"), 2, 0, module},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := linttest.Repair(t, &lint.Linter{Rules: []*lint.Rule{tt.rule}}, load(t, module), lint.Safe)
			if len(r.Bugs) != tt.bugs || len(r.Fixed) != tt.fixed {
				t.Errorf("%d bugs and %d fixed, not %d and %d: %v", len(r.Bugs), len(r.Fixed), tt.bugs, tt.fixed, r.Bugs)
			}
			if diff := cmp.Diff(tt.want, r.Project.File("a.nix").Tree.Src); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Fixes that undo each other are dropped, and leave what was there before them.
func TestRepairEnds(t *testing.T) {
	swap := func(id, old, new string) *lint.Rule { return replaceRule(id, `"`+old+`"`, `"`+new+`"`, "A", "B") }
	for _, tt := range []struct {
		name  string
		rules []*lint.Rule
		bugs  string // the rules whose fixes are dropped
		fixed int
		a, b  string // what becomes of 1 and 2
	}{
		{"two that fight", []*lint.Rule{swap("T001", "1", "3"), swap("T002", "3", "1")}, "T001 T002", 0, "1", "2"},
		{"three in a circle", []*lint.Rule{swap("T001", "1", "3"), swap("T002", "3", "4"), swap("T003", "4", "1")}, "T001 T002 T003", 0, "1", "2"},
		{"two that swap", []*lint.Rule{swap("T001", "1", "2"), swap("T002", "2", "1")}, "T001 T002", 0, "1", "2"},
		{"a third that takes no part", []*lint.Rule{swap("T001", "1", "3"), swap("T002", "3", "1"), swap("T003", "2", "5")}, "T001 T002", 1, "1", "5"},
		{"a fight that another fix leads to", []*lint.Rule{swap("T001", "2", "3"), swap("T002", "3", "4"), swap("T003", "4", "3")}, "T002 T003", 1, "1", "3"},
		{"two fights of their own", []*lint.Rule{
			swap("T001", "1", "3"), swap("T002", "3", "1"), swap("T003", "2", "5"), swap("T004", "5", "6"), swap("T005", "6", "2"),
		}, "T001 T002 T003 T004 T005", 0, "1", "2"},
		{"a long way that ends", []*lint.Rule{swap("T001", "1", "3"), swap("T002", "3", "4"), swap("T003", "4", "5")}, "", 3, "5", "2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := func(a, b string) string {
				return fmt.Sprintf("{ systemd.services.web.serviceConfig = { A = %q; B = %q; }; }", a, b)
			}
			r := linttest.Repair(t, &lint.Linter{Rules: tt.rules}, load(t, text("1", "2")), lint.Safe)
			var bugs []string
			for _, b := range r.Bugs {
				bugs = append(bugs, b.Finding.Rule.ID)
			}
			slices.Sort(bugs)
			if got := strings.Join(bugs, " "); got != tt.bugs || len(r.Fixed) != tt.fixed {
				t.Errorf("fixes of %q are dropped and %d applied, not %q and %d: %v", got, len(r.Fixed), tt.bugs, tt.fixed, r.Bugs)
			}
			if diff := cmp.Diff(text(tt.a, tt.b), r.Project.File("a.nix").Tree.Src); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(r.Changes) > 0 != (tt.fixed > 0) {
				t.Errorf("%d files changed", len(r.Changes))
			}
		})
	}
}

// Of two fixes that are right each, but not together, one is applied, and the rule
// has another look.
func TestRepairTakesTurns(t *testing.T) {
	rename := &lint.Rule{Page: lint.Page{ID: "T001", Name: "name-it-c", Severity: lint.Warning}, Check: func(p *lint.Pass) {
		f := p.Project.File("a.nix").Tree
		taken := strings.Contains(f.Src, "C = ")
		for n := range f.Root().Descendants() {
			if n.Kind() != nixast.Ident || n.Text() != "A" && n.Text() != "B" {
				continue
			}
			found := lint.Finding{Message: n.Text(), File: f, Span: n.Span(), Units: []unit.Ref{{Unit: "web.service"}}, About: ofWeb(n.Text(), "C")}
			if s := n.Span(); !taken {
				found.Fixes = []lint.Fix{{Title: "name it C", Applicability: lint.Safe, Edits: lint.EditsIn(f, []emit.Edit{{Start: s.Start, End: s.End, New: "C"}})}}
			}
			p.Report(found)
		}
	}}
	r := linttest.Repair(t, &lint.Linter{Rules: []*lint.Rule{rename}}, load(t, module), lint.Safe)
	if len(r.Bugs) != 0 || len(r.Fixed) != 1 || len(r.Findings) != 1 {
		t.Errorf("%d fixed, %d left, %v", len(r.Fixed), len(r.Findings), r.Bugs)
	}
	if diff := cmp.Diff(strings.Replace(module, "A =", "C =", 1), r.Project.File("a.nix").Tree.Src); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSelect(t *testing.T) {
	all := []*lint.Rule{
		{Page: lint.Page{ID: "A001", Name: "first-one", Severity: lint.Warning}}, {Page: lint.Page{ID: "A002", Name: "second-one", Severity: lint.Info}},
		{Page: lint.Page{ID: "B001", Name: "third-one", Severity: lint.Error}},
	}
	for _, tt := range []struct {
		sel, ignore []string
		want        string // "" means an error
	}{
		{nil, nil, "A001 B001"}, // information only when selected
		{[]string{"all"}, nil, "A001 A002 B001"},
		{[]string{"A"}, nil, "A001 A002"},
		{[]string{"a001,third-one"}, nil, "A001 B001"},
		{nil, []string{"first-one"}, "B001"},
		{[]string{"A"}, []string{"A001"}, "A002"},
		{[]string{"C001"}, nil, ""},
		{nil, []string{"nothing"}, ""},
	} {
		got, err := lint.SelectRules(all, tt.sel, tt.ignore)
		var ids []string
		for _, r := range got {
			ids = append(ids, r.ID)
		}
		if (err != nil) != (tt.want == "") || strings.Join(ids, " ") != tt.want {
			t.Errorf("Select(%q, %q) = %v, %v", tt.sel, tt.ignore, ids, err)
		}
	}
}

// A finding in a file that was not asked for, or that has a syntax error, is not
// reported, and neither is a fix that would edit one.
func TestReportDropsWhatWasNotAsked(t *testing.T) {
	p, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{
		"flake.nix":  {Data: []byte("{ outputs = _: { }; }")},
		"asked.nix":  {Data: []byte(`{ a = "1"; }`)},
		"other.nix":  {Data: []byte(`{ a = "1"; }`)},
		"broken.nix": {Data: []byte(`{ a = "1" }`)},
	}}, "asked.nix", "broken.nix")
	if err != nil {
		t.Fatal(err)
	}
	rule := &lint.Rule{Page: lint.Page{ID: "T001", Severity: lint.Warning}, Check: func(p *lint.Pass) {
		for _, f := range p.Project.Files() {
			other := p.Project.File("other.nix").Tree
			p.Report(lint.Finding{Message: f.Name, File: f.Tree, Fixes: []lint.Fix{
				{Title: "here", Applicability: lint.Unsafe, Edits: lint.EditsIn(f.Tree, []emit.Edit{{}})},
				{Title: "there", Applicability: lint.Safe, Edits: lint.EditsIn(other, []emit.Edit{{}})},
			}})
		}
	}}
	r := linttest.Lint(t, &lint.Linter{Rules: []*lint.Rule{rule}}, p)
	if len(r.Findings) != 1 || r.Findings[0].Message != "asked.nix" || len(r.Findings[0].Fixes) != 1 || r.Findings[0].Fixes[0].Title != "here" {
		t.Errorf("%+v", r.Findings)
	}
}

// ofWeb refers to directives of web.service.
func ofWeb(names ...string) []unit.Ref {
	refs := make([]unit.Ref, len(names))
	for i, name := range names {
		refs[i] = unit.Ref{Unit: "web.service", Section: "Service", Key: name}
	}
	return refs
}
