package spell_test

import (
	"strings"
	"testing"

	"wardnix/lint/spell"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 3, 0},
		{"select", "selct", 3, 1},
		{"select", "sleect", 3, 1}, // neighbors swapped
		{"select", "ignore", 9, 6},
		{"select", "ignore", 2, 3}, // above the limit
		{"a", "abcdef", 2, 3},
		{"ca", "abc", 5, 3}, // a swapped pair is not changed again
		{"kitten", "sitting", 5, 3},
	} {
		if got := spell.Distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, not %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"select", "ignore", "severity", "B001", "B002"}
	for _, c := range []struct{ word, want string }{
		{"slect", "select"},
		{"IGNORE", "ignore"},
		{"b001", "B001"},
		{"B003", ""}, // two are equally near
		{"nothing-like-it", ""},
		{strings.Repeat("select", 100), ""},
	} {
		if got := spell.Nearest(c.word, words); got != c.want {
			t.Errorf("Nearest(%q) = %q, not %q", c.word, got, c.want)
		}
	}
}
