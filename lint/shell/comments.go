package shell

import "strings"

// WithoutComments is a script without the comments that have a line for themselves.
func WithoutComments(script string) string {
	if !strings.Contains(script, "#") {
		return script
	}
	var b strings.Builder
	for line := range strings.Lines(script) {
		text := strings.TrimLeft(line, " \t")
		if !strings.HasPrefix(text, "#") || strings.HasPrefix(text, "#!") {
			b.WriteString(line)
		}
	}
	return b.String()
}
