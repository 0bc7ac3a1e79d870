package emit

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name, src string
		edits     []Edit
		want      string
	}{
		{"nothing", "abc", nil, "abc"},
		{"in any order", "abc", []Edit{{2, 3, "C"}, {0, 1, "A"}}, "AbC"},
		{"insertions at one place keep their order", "ac", []Edit{{1, 1, "x"}, {1, 1, "y"}}, "axyc"},
		{"an insertion comes before a replacement", "abc", []Edit{{1, 2, "B"}, {1, 1, "x"}}, "axBc"},
		{"edits may touch", "abc", []Edit{{0, 1, "A"}, {1, 2, "B"}}, "ABc"},
	} {
		got, err := Apply(c.src, c.edits)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if back, err := Apply(got, invert(c.src, c.edits)); err != nil || back != c.src {
			t.Errorf("%s: taken back it is %q, %v", c.name, back, err)
		}
	}
}

func TestApplyRefusesOverlap(t *testing.T) {
	_, err := Apply("abcdef", []Edit{{2, 4, "x"}, {0, 3, "y"}})
	if want := `edits overlap: 0-3: "y" and 2-4: "x"`; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	for _, e := range []Edit{{-1, 0, ""}, {2, 1, ""}, {0, 7, ""}} {
		if _, err := Apply("abcdef", []Edit{e}); err == nil {
			t.Errorf("%v is taken", e)
		}
	}
}

func TestConflicts(t *testing.T) {
	line, other := Edit{5, 5, "\n  a = 1;"}, Edit{5, 5, "\n  b = 1;"}
	for _, c := range []struct {
		name string
		a, b []Edit
		want bool
	}{
		{"apart", []Edit{{0, 2, "x"}}, []Edit{{3, 5, "y"}}, false},
		{"same bytes", []Edit{{0, 4, "x"}}, []Edit{{3, 5, "y"}}, true},
		{"insertion inside", []Edit{{0, 4, "x"}}, []Edit{{2, 2, "y"}}, true},
		{"two lines at one place", []Edit{line}, []Edit{other}, false},
		{"the same line twice", []Edit{line}, []Edit{line}, true},
		{"the same line among others", []Edit{line, other}, []Edit{{5, 5, "\n  c = 1;"}, line}, true},
		{"two words at one place", []Edit{{5, 5, "f "}}, []Edit{{5, 5, "g "}}, true},
		{"word at the edge of a replacement", []Edit{{5, 7, "x"}}, []Edit{{7, 7, ")"}}, true},
		{"line at the edge of a removal", []Edit{{5, 9, ""}}, []Edit{line}, false},
		{"removals that touch", []Edit{{5, 9, ""}}, []Edit{{9, 12, ""}}, false},
		{"replacements that touch", []Edit{{5, 9, "x"}}, []Edit{{9, 12, ""}}, true},
		{"later ones", []Edit{{0, 1, "x"}, {20, 22, "z"}}, []Edit{{3, 5, "y"}, {21, 23, "w"}}, true},
	} {
		if got := Conflicts(c.a, c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if got := Conflicts(c.b, c.a); got != c.want {
			t.Errorf("%s, the other way round: %v", c.name, got)
		}
	}
}

// TestConflictsAgreesWithApply: edits that do not conflict can be applied
// together, in both orders.
func TestConflictsAgreesWithApply(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	src := strings.Repeat("x", 12)
	random := func() []Edit {
		var edits []Edit
		at := 0
		for range 1 + rng.IntN(3) {
			at += rng.IntN(5)
			end := at + rng.IntN(3)
			if end > len(src) {
				break
			}
			edits = append(edits, Edit{at, end, []string{"a", "\nb", "c\n", ""}[rng.IntN(4)]})
			at = end + 1
		}
		return edits
	}
	apart := 0
	for range 20000 {
		a, b := random(), random()
		slow := false
		for _, x := range a {
			for _, y := range b {
				slow = slow || collide(x, y)
			}
		}
		if got := Conflicts(a, b); got != slow {
			t.Fatalf("%v and %v: %v", a, b, got)
		}
		if slow {
			continue
		}
		apart++
		if _, err := Apply(src, append(a, b...)); err != nil {
			t.Fatalf("%v and %v: %v", a, b, err)
		}
	}
	if apart < 1000 {
		t.Fatalf("only %d pairs were apart", apart)
	}
}

func FuzzApply(f *testing.F) {
	f.Add("abc", 0, 1, "x", 2, 3, "y")
	f.Fuzz(func(t *testing.T, src string, s1, e1 int, n1 string, s2, e2 int, n2 string) {
		edits := []Edit{{s1, e1, n1}, {s2, e2, n2}}
		got, err := Apply(src, edits)
		if err != nil {
			return
		}
		if back, err := Apply(got, invert(src, edits)); err != nil || back != src {
			t.Fatalf("taken back it is %q, %v", back, err)
		}
	})
}

// invert gives the edits that turn the result of Apply(src, edits) back into
// src. Apply must accept the edits.
func invert(src string, edits []Edit) []Edit {
	sorted := sortEdits(edits)
	undo := make([]Edit, len(sorted))
	shift := 0
	for i, e := range sorted {
		undo[i] = Edit{e.Start + shift, e.Start + shift + len(e.New), src[e.Start:e.End]}
		shift += len(e.New) - (e.End - e.Start)
	}
	return undo
}
