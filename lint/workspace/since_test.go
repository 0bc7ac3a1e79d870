package workspace

import (
	"fmt"
	"testing"
)

func TestChangedLines(t *testing.T) {
	for _, test := range []struct {
		name, before, after string
		want                []lineRange
	}{
		{"nothing", "a\nb\n", "a\nb\n", nil},
		{"one line", "a\nb\nc\n", "a\nX\nc\n", []lineRange{{2, 2}}},
		{"a new line", "a\nb\n", "a\nX\nY\nb\n", []lineRange{{2, 3}}},
		{"a removed line", "a\nb\nc\n", "a\nc\n", []lineRange{{2, 1}}},
		{"the last line", "a\nb", "a\nc", []lineRange{{2, 2}}},
		{"two places", "a\nb\nc\nd\n", "X\nb\nc\nY\n", []lineRange{{1, 1}, {4, 4}}},
		{"other line ends", "a\r\nb\r\n", "a\nb\n", nil},
		{"a line after others", "a\nb\nc\n", "a\nc\nX\n", []lineRange{{2, 1}, {3, 3}}},
	} {
		if got := changedLines(test.before, test.after); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: changed lines %v, want %v", test.name, got, test.want)
		}
	}
}
