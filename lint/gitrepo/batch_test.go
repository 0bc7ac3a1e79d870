package gitrepo

import (
	"bufio"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadBatch(t *testing.T) {
	for _, test := range []struct {
		name, printed string
		n             int
		want          []string
		fails         bool
	}{
		{"two objects", "a blob 2\nab\nb blob 0\n\n", 2, []string{"ab", ""}, false},
		{"a newline inside", "a blob 3\na\nb\n", 1, []string{"a\nb"}, false},
		{"one that is missing", "a missing\nb blob 1\nx\n", 2, []string{"", "x"}, false},
		{"one that is too large", "a blob 9\n123456789\nb blob 1\nx\n", 2, []string{"", "x"}, false},
		{"cut off", "a blob 9\n12", 1, nil, true},
		{"no answer", "", 1, nil, true},
		{"no size", "a blob x\n", 1, nil, true},
		{"a negative size", "a blob -1\n", 1, nil, true},
	} {
		got, err := readBatch(bufio.NewReader(strings.NewReader(test.printed)), test.n, 8)
		if diff := cmp.Diff(test.want, got); diff != "" || (err != nil) != test.fails {
			t.Errorf("%s: %v (-want +got)\n%s", test.name, err, diff)
		}
	}
}

// What git prints is bounded and never panics.
func FuzzReadBatch(f *testing.F) {
	for _, printed := range []string{"a blob 2\nab\n", "a missing\n", "a blob 99999999999999999999\n", "a blob -1\n", "\n\n"} {
		f.Add(printed)
	}
	f.Fuzz(func(t *testing.T, printed string) {
		texts, _ := readBatch(bufio.NewReader(strings.NewReader(printed)), 3, 64)
		for _, text := range texts {
			if len(text) > 64 {
				t.Errorf("%d bytes", len(text))
			}
		}
	})
}

// What git prints of trees and settings names only what is there.
func FuzzListings(f *testing.F) {
	for _, printed := range []string{
		"100644 blob e69de29\ta.nix\x00040000 tree 4b825dc\tdir\x00", "100644 blob x\t\x00", "\t\x00\x00", "a\nb",
		"local\x00filter.a.b.clean\x00global\x00filter.c.clean\x00", "local\x00filter\x00", "worktree\x00diff.external\x00", "local\x00",
	} {
		f.Add(printed)
	}
	f.Fuzz(func(t *testing.T, printed string) {
		for name, blob := range parseTree(printed) {
			if !strings.Contains(printed, name) || !strings.Contains(printed, blob) || strings.Contains(name, "\x00") {
				t.Errorf("%q of %q", name, printed)
			}
		}
		for _, s := range parseScopes(printed) {
			if !strings.Contains(printed, "\x00"+s.key) || !strings.HasPrefix(s.key, "filter") && !strings.HasPrefix(s.key, "diff") {
				t.Errorf("%q of %q", s.key, printed)
			}
		}
	})
}
