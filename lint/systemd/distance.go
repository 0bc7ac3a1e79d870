package systemd

// editDistance returns the optimal string alignment distance of a and b, or
// limit+1 when it is above limit.
func editDistance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
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

// nearestOf returns the one of words that is nearest to word by the measure of
// Nearest, or "".
func nearestOf(word string, words []string) string {
	if len(word) > 64 {
		return ""
	}
	best, limit, tie := "", max(1, len(word)/3), false
	for _, w := range words {
		if equalFold(w, word) {
			return w
		}
		switch n := editDistance(lowerASCII(word), lowerASCII(w), limit); {
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
