package value

import (
	"strings"
	"unicode/utf8"
)

// Clip shortens text for a message.
func Clip(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	end := most
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// ParseBool reads a boolean as systemd does: 1 yes y true t on, 0 no n false f
// off, in any case. It reports false for everything else, the empty text
// included.
func ParseBool(text string) (value, ok bool) {
	for _, word := range [...]string{"yes", "true", "1", "on", "y", "t"} {
		if EqualFold(text, word) {
			return true, true
		}
	}
	for _, word := range [...]string{"no", "false", "0", "off", "n", "f"} {
		if EqualFold(text, word) {
			return false, true
		}
	}
	return false, false
}

// EqualFold compares without regard to the case of ASCII letters.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
