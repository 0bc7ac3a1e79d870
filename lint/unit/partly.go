package unit

import "strings"

// NameMayMatch reports whether a name that is known in part, with "${…}" for the rest, may be
// the other name.
func NameMayMatch(pattern, name string) bool { return partlyKnown(pattern).mayBe(name) }

// partly is a name that is known in part: what is known of it, in order. Anything may be
// between two of these.
type partly []string

// partlyKnown is a name as it is written in Nix, with "${…}" for what is not known.
func partlyKnown(name string) partly {
	var known partly
	start, depth := 0, 0
	for i := 0; i < len(name); i++ {
		switch {
		case strings.HasPrefix(name[i:], "${"):
			if depth++; depth == 1 {
				known = append(known, name[start:i])
			}
			i++
		case depth > 0 && name[i] == '{':
			depth++
		case depth > 0 && name[i] == '}':
			depth--
			start = i + 1
		}
	}
	if depth > 0 {
		return append(known, "")
	}
	return append(known, name[start:])
}

// mayBe reports whether another name has all that is known.
func (p partly) mayBe(name string) bool {
	last := len(p) - 1
	if last == 0 {
		return name == p[0]
	}
	if len(name) < len(p[0])+len(p[last]) || !strings.HasPrefix(name, p[0]) || !strings.HasSuffix(name, p[last]) {
		return false
	}
	rest := name[len(p[0]) : len(name)-len(p[last])]
	for _, part := range p[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return true
}
