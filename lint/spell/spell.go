// Package spell finds the word that was most likely meant by a misspelled one.
package spell

import "strings"

// maxWord is the length in bytes above which a word is not a slip.
const maxWord = 64

// Distance is the optimal string alignment distance of a and b: the number of
// bytes inserted, removed, changed, or swapped with their neighbor. It is
// limit+1 where the distance is above limit.
func Distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	a, b = withoutCommonEnds(a, b)
	if longest := max(len(a), len(b)); limit == 1 && longest > 2 {
		return limit + 1 // one change would leave no more than a pair that is swapped
	}
	var rows [3][maxWord + 1]int // of words that are not longer; others need longer rows
	before, last, row := rows[0][:], rows[1][:], rows[2][:]
	if len(b) > maxWord {
		before, last, row = make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	}
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			n := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				n = min(n, before[j-2]+1)
			}
			row[j] = n
			least = min(least, n)
		}
		if least > limit+1 {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}

// withoutCommonEnds are a and b without what both begin with, then what both end with.
func withoutCommonEnds(a, b string) (string, string) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// Nearest is the one of words that word most likely means: the same word in
// other case, otherwise the one at the least [Distance], without regard to case, of
// at most a third of word's length. It is "" where nothing is near, or where two
// are equally near.
func Nearest(word string, words []string) string {
	if len(word) > maxWord {
		return ""
	}
	best, limit, tie := "", len(word)/3, false
	for _, w := range words {
		if strings.EqualFold(w, word) {
			return w
		}
		switch n := Distance(strings.ToLower(word), strings.ToLower(w), limit); {
		case n < limit || n == limit && best == "":
			best, limit, tie = w, n, false
		case n == limit && w != best:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return best
}

// Hint is "; did you mean X?" for the nearest of words, or "".
func Hint(word string, words []string) string {
	if w := Nearest(word, words); w != "" {
		return "; did you mean " + w + "?"
	}
	return ""
}

// slip is the number of mistakes that a person makes in a word without meaning
// another.
const slip = 2

// Far reports whether two words differ by more than a slip, case aside.
func Far(a, b string) bool {
	return Distance(strings.ToLower(a), strings.ToLower(b), slip) > slip
}
