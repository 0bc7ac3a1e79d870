package lsp

import (
	"strings"
	"testing"

	"wardnix/nixast"
)

func TestDrift(t *testing.T) {
	const text = "abcdefghij" // the span is "def"
	from, end := 3, 6
	type edit struct {
		start, end int
		new        string
	}
	for _, test := range []struct {
		name  string
		edits []edit
		want  string // what the span covers; "-" if it is removed
	}{
		{"nothing", nil, "def"},
		{"before", []edit{{0, 1, "xxx"}}, "def"},
		{"at its start", []edit{{3, 3, "x"}}, "def"},
		{"at its end", []edit{{6, 6, "x"}}, "def"},
		{"inside", []edit{{4, 4, "x"}, {5, 5, "y"}}, "dxyef"},
		{"after", []edit{{8, 9, ""}}, "def"},
		{"its start", []edit{{2, 4, "x"}}, "xef"},
		{"its end", []edit{{5, 8, "x"}}, "dex"},
		{"replaced", []edit{{3, 6, "xyz"}}, "xyz"},
		{"removed", []edit{{2, 7, ""}}, "-"},
		{"removed in pieces", []edit{{3, 5, ""}, {3, 4, ""}}, "-"},
		{"there and back", []edit{{4, 4, "x"}, {4, 5, ""}}, "def"},
		{"two places", []edit{{0, 0, "x"}, {9, 9, "y"}, {1, 1, "z"}}, "def"},
		{"joined", []edit{{0, 1, "x"}, {9, 10, "y"}, {1, 9, ""}}, "xy"},
	} {
		var d drift
		now := text
		for _, e := range test.edits {
			now = now[:e.start] + e.new + now[e.end:]
			d.edit(e.start, e.end, len(e.new))
		}
		got := "-"
		if !d.removed(from, end) {
			got = now[d.forward(from, false):d.forward(end, true)]
		}
		if got != test.want && !(test.want == "-" && got == "") {
			t.Errorf("%s: the span covers %q, want %q (%q, %v)", test.name, got, test.want, now, d)
		}
	}
}

// Outside of its regions, a drift knows where the old text is in the new one.
func FuzzDrift(f *testing.F) {
	f.Add("hello world", []byte{3, 1, 2, 0, 4, 1, 9, 0, 1})
	f.Fuzz(func(t *testing.T, old string, moves []byte) {
		if len(old) > 200 {
			return
		}
		var d drift
		now := old
		for ; len(moves) >= 3; moves = moves[3:] {
			start := int(moves[0]) % (len(now) + 1)
			end := min(start+int(moves[1])%8, len(now))
			new := strings.Repeat("+", int(moves[2])%8)
			now = now[:start] + new + now[end:]
			d.edit(start, end, len(new))
		}
		checkDrift(t, &d, old, now)
	})
}

// checkDrift looks whether the texts are the same outside of the regions.
func checkDrift(t *testing.T, d *drift, old, now string) {
	t.Helper()
	at, was := 0, 0 // of the text between the regions
	for _, r := range d.regions {
		if r.at < at || r.from < was || old[was:r.from] != now[at:r.at] {
			t.Fatalf("%q → %q: before %v is %q and not %q", old, now, r, now[at:max(at, r.at)], old[was:max(was, r.from)])
		}
		at, was = r.at+r.size, r.end
	}
	if old[was:] != now[at:] {
		t.Fatalf("%q → %q: at the end is %q and not %q", old, now, now[at:], old[was:])
	}
	for i := range len(old) + 1 {
		if n := d.forward(i, false); n < 0 || n > len(now) {
			t.Fatalf("%d is at %d of %d", i, n, len(now))
		}
	}
	for i := range len(now) + 1 {
		if n := d.back(i, true); n < 0 || n > len(old) {
			t.Fatalf("%d was at %d of %d", i, n, len(old))
		}
	}
}

func TestManyRegions(t *testing.T) {
	var d drift
	for i := range 3 * maxRegions {
		d.edit(2*i, 2*i, 1) // between any two is one old byte
	}
	if n := len(d.regions); n > maxRegions {
		t.Errorf("%d regions", n)
	}
	if got := d.forward(10*maxRegions, false); got != 13*maxRegions {
		t.Errorf("what is after all of them is at %d", got)
	}
}

func TestPositions(t *testing.T) {
	f := &nixast.File{Src: "a😀b\r\nä\rx\n"}
	for _, test := range []struct {
		enc             nixast.Unit
		line, character int
		want            int
	}{
		{nixast.UTF16Units, 0, 0, 0},
		{nixast.UTF16Units, 0, 1, 1},
		{nixast.UTF16Units, 0, 2, 1}, // within a surrogate pair
		{nixast.UTF16Units, 0, 3, 5},
		{nixast.UTF16Units, 0, 4, 6},
		{nixast.UTF16Units, 0, 9, 6}, // after the end of the line
		{nixast.UTF16Units, 1, 1, 10},
		{nixast.UTF16Units, 2, 1, 12},
		{nixast.UTF16Units, 3, 0, 13},
		{nixast.UTF16Units, 4, 0, 13},
		{nixast.UTF16Units, -1, 0, 0},
		{nixast.Bytes, 0, 3, 1}, // within a character
		{nixast.Bytes, 0, 5, 5},
		{nixast.Bytes, 1, 2, 10},
		{nixast.Bytes, 1, 1, 8},
	} {
		if got := encoding(test.enc).offset(f, Position{test.line, test.character}); got != test.want {
			t.Errorf("%d:%d in unit %d is at %d, want %d", test.line, test.character, test.enc, got, test.want)
		}
	}
	for _, enc := range []nixast.Unit{nixast.Bytes, nixast.UTF16Units} {
		for _, at := range []int{0, 1, 5, 6, 8, 10, 11, 12, 13} {
			if got := encoding(enc).offset(f, encoding(enc).position(f, at)); got != at {
				t.Errorf("offset %d comes back as %d", at, got)
			}
		}
	}
}
