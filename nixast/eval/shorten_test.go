package eval

import (
	"runtime"
	"strings"
	"testing"
)

func TestShorten(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{" a\n\t b ", "a b"},
		{strings.Repeat("x", 61), strings.Repeat("x", 61)},
		{strings.Repeat("x", 62), strings.Repeat("x", 61) + "…"},
		{strings.Repeat("é", 40), strings.Repeat("é", 31) + "…"},
		{"a" + strings.Repeat(" ", 2000), "a…"},
		{strings.Repeat("a ", 1_000_000), strings.Repeat("a ", 30) + "a…"},
		{" " + strings.Repeat("é", 100_000), strings.Repeat("é", 31) + "…"},
	} {
		if got := shorten(tt.in); got != tt.want {
			t.Errorf("%.80q becomes %q, not %q", tt.in, got, tt.want)
		}
	}
}

// To shorten a long text costs no more than a short one.
func TestShortenIsCheap(t *testing.T) {
	text := strings.Repeat("a ", 1_000_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	shorten(text)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 100_000 {
		t.Errorf("it allocates %d bytes", got)
	}
}
