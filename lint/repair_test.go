package lint_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
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
		ID: id, Name: "replace-" + strings.ToLower(id), Severity: lint.Warning,
		Check: func(p *lint.Pass) {
			f := p.Project.File("a.nix").Tree
			for n := range f.Root().Descendants() {
				if n.Kind() != nixast.String || n.Text() != old {
					continue
				}
				s := n.Span()
				p.Report(lint.Finding{
					Message: old, File: f, Span: s, Unit: "web.service", Directives: directives,
					Fixes: []lint.Fix{{Title: "write " + new, Applicability: lint.Safe, Edits: lint.In(f, []emit.Edit{{Start: s.Start, End: s.End, New: new}})}},
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
			r := lint.Repair(load(t, module), []*lint.Rule{tt.rule}, lint.Safe)
			if len(r.Bugs) != tt.bugs || len(r.Fixed) != tt.fixed {
				t.Errorf("%d bugs and %d fixed, not %d and %d: %v", len(r.Bugs), len(r.Fixed), tt.bugs, tt.fixed, r.Bugs)
			}
			if diff := cmp.Diff(tt.want, r.Project.File("a.nix").Tree.Src); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Two rules that undo each other do not go on for ever.
func TestRepairEnds(t *testing.T) {
	r := lint.Repair(load(t, module), []*lint.Rule{replaceRule("T001", `"1"`, `"2"`, "A", "B"), replaceRule("T002", `"2"`, `"1"`, "A", "B")}, lint.Safe)
	if len(r.Fixed) != 20 {
		t.Errorf("%d fixes were applied in ten rounds of two", len(r.Fixed))
	}
}

func TestSelect(t *testing.T) {
	all := []*lint.Rule{
		{ID: "A001", Name: "first-one", Severity: lint.Warning}, {ID: "A002", Name: "second-one", Severity: lint.Info},
		{ID: "B001", Name: "third-one", Severity: lint.Error},
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
		got, err := lint.Select(all, tt.sel, tt.ignore)
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
	rule := &lint.Rule{ID: "T001", Severity: lint.Warning, Check: func(p *lint.Pass) {
		for _, f := range p.Project.Files() {
			other := p.Project.File("other.nix").Tree
			p.Report(lint.Finding{Message: f.Name, File: f.Tree, Fixes: []lint.Fix{
				{Title: "here", Applicability: lint.Unsafe, Edits: lint.In(f.Tree, []emit.Edit{{}})},
				{Title: "there", Applicability: lint.Safe, Edits: lint.In(other, []emit.Edit{{}})},
			}})
		}
	}}
	r := lint.Run(p, []*lint.Rule{rule})
	if len(r.Findings) != 1 || r.Findings[0].Message != "asked.nix" || len(r.Findings[0].Fixes) != 1 || r.Findings[0].Fixes[0].Title != "here" {
		t.Errorf("%+v", r.Findings)
	}
}
