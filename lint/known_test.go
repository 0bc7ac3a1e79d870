package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A finding about several directives is known by each of them, if its rule can say
// the same of some; else it is known as a whole or not at all.
func TestKnownByDirective(t *testing.T) {
	file := nixast.Parse("a.nix", "{ }", nixast.Options{})
	rule := &lint.Rule{Page: lint.Page{ID: "T001", Name: "some-rule"}}
	var finding func(directives ...string) lint.Finding
	finding = func(directives ...string) lint.Finding {
		f := lint.Finding{Rule: rule, File: file, Units: []unit.Ref{{Host: "a", Unit: "web.service"}, {Host: "b", Unit: "web.service"}},
			Only: func(some []string) lint.Finding { return finding(some...) }}
		for _, d := range directives {
			f.About = append(f.About, unit.Ref{Unit: "web.service", Key: d})
		}
		return f
	}
	whole := finding("A", "B")
	whole.Only = nil
	shared := finding("A", "B")
	shared.Units = append(shared.Units, unit.Ref{Unit: "api.service"})
	directives := func(found []lint.Finding) (out [][]string) {
		for _, f := range found {
			out = append(out, f.Directives())
		}
		return out
	}
	for _, tt := range []struct {
		name       string
		known, now []lint.Finding
		fresh, old [][]string
		gone       []string
	}{
		{"the same", []lint.Finding{finding("A", "B")}, []lint.Finding{finding("B", "A")}, nil, [][]string{{"B", "A"}}, nil},
		{"one more", []lint.Finding{finding("A", "B")}, []lint.Finding{finding("A", "C", "B")}, [][]string{{"C"}}, [][]string{{"A", "B"}}, nil},
		{"one less", []lint.Finding{finding("A", "B")}, []lint.Finding{finding("B")}, nil, [][]string{{"B"}}, []string{"a.nix: web.service: T001 (A)"}},
		{"another", []lint.Finding{finding("A")}, []lint.Finding{finding("B")}, [][]string{{"B"}}, nil, []string{"a.nix: web.service: T001 (A)"}},
		{"twice", []lint.Finding{finding("A")}, []lint.Finding{finding("A"), finding("A")}, [][]string{{"A"}}, [][]string{{"A"}}, nil},
		{"only as a whole", []lint.Finding{finding("A")}, []lint.Finding{whole}, [][]string{{"A", "B"}}, nil, []string{"a.nix: web.service: T001 (A)"}},
		{"in one more unit", []lint.Finding{finding("A", "B")}, []lint.Finding{shared}, [][]string{{"A", "B"}}, nil, []string{"a.nix: web.service: T001 (A, B)"}},
		{"of nothing", []lint.Finding{finding()}, []lint.Finding{finding()}, nil, [][]string{{}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			learned := &lint.Known{}
			learned.Learn(nil, tt.known)
			known, err := lint.ReadKnown(learned.Text())
			if err != nil {
				t.Fatal(err)
			}
			fresh, old, gone := known.Split(nil, tt.now)
			if diff := cmp.Diff([][][]string{tt.fresh, tt.old}, [][][]string{directives(fresh), directives(old)}); diff != "" {
				t.Errorf("new and known (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.gone, gone.Lines()); diff != "" {
				t.Errorf("gone (-want +got)\n%s", diff)
			}
		})
	}
}

// A list that a stranger wrote is a list or an error, and is written as it was read.
func FuzzReadKnown(f *testing.F) {
	for _, text := range []string{"", "{}", `{"version": 1}`, `{"version": 1, "findings": {"a": {"b": {"c": ["d", null]}}}, "exposure": null}`, `{"version": 1}x`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := lint.ReadKnown([]byte(text))
		if (k == nil) != (err != nil) {
			t.Fatalf("%v, %v", k, err)
		}
		if err != nil {
			return
		}
		again, err := lint.ReadKnown(k.Text())
		if err != nil || string(again.Text()) != string(k.Text()) {
			t.Fatalf("%q becomes %q: %v", k.Text(), again.Text(), err)
		}
		k.Split(nil, nil)
	})
}
