package emit

import (
	"fmt"
	"strings"

	"wardnix/nixast"
)

// CommentsKept compares the comments of two states of a file: nil if each
// comment of before is in after, in the same order. The indentation of the
// lines of a comment does not count.
func CommentsKept(before, after *nixast.File) error {
	rest := comments(after)
	for _, c := range comments(before) {
		found := false
		for !found && len(rest) > 0 {
			found = sameComment(c, rest[0])
			rest = rest[1:]
		}
		if !found {
			return fmt.Errorf("the comment %q is lost or has moved", short(c.Text()))
		}
	}
	return nil
}

func comments(f *nixast.File) []nixast.Token {
	var all []nixast.Token
	for t := range f.Tokens() {
		if t.Kind().IsComment() {
			all = append(all, t)
		}
	}
	return all
}

func sameComment(a, b nixast.Token) bool {
	if a.Text() == b.Text() {
		return true
	}
	left, right := strings.Split(a.Text(), "\n"), strings.Split(b.Text(), "\n")
	if len(left) != len(right) {
		return false
	}
	for i := range left {
		if strings.TrimSpace(left[i]) != strings.TrimSpace(right[i]) {
			return false
		}
	}
	return true
}
