package spell

import "strings"

// Capitalised is s with a capital letter first. Of an empty s nothing is made.
func Capitalised(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Uncapitalised is s with a small letter first.
func Uncapitalised(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}
