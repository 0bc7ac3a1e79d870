package value

import (
	"slices"

	"wardnix/lint/systemd/directive"
)

// ParseEnum returns the value that text names in version v. Values are
// case-sensitive; only the boolean words are not.
func ParseEnum(e *directive.Enum, text string, v directive.Version) (string, bool) {
	for _, value := range e.Values {
		if value.Name == text {
			if v >= value.Since && (value.Until == 0 || v <= value.Until) {
				return text, true
			}
			break
		}
	}
	if e.True != "" {
		if b, ok := ParseBool(text); ok && b {
			return e.True, true
		} else if ok {
			return e.False, true
		}
	}
	return "", false
}

// StricterValue reports whether a is at least as strict as b; known is false where
// systemd gives the two no order.
func StricterValue(e *directive.Enum, a, b string) (stricter, known bool) {
	switch {
	case a == b:
		return true, true
	case reaches(e, b, a):
		return true, true
	case reaches(e, a, b):
		return false, true
	}
	return false, false
}

// reaches reports whether a chain of pairs leads from the weaker a to b. The
// pairs of a table have no cycle and no more than a handful of members.
func reaches(e *directive.Enum, a, b string) bool {
	return slices.ContainsFunc(e.Weaker, func(pair [2]string) bool {
		return pair[0] == a && (pair[1] == b || reaches(e, pair[1], b))
	})
}
