package nixast

import "strings"

// IsIdentifier reports whether s can be written as a variable: it is a name
// and no keyword. "or" is a keyword.
func IsIdentifier(s string) bool {
	return isName(s) && keyword(s) == IdentTok
}

// isName reports whether s is [a-zA-Z_][a-zA-Z0-9_'-]*.
func isName(s string) bool {
	if s == "" || s[0] != '_' && classes[s[0]]&clsLetter == 0 {
		return false
	}
	for i := 1; i < len(s); i++ {
		if classes[s[i]]&clsIdent == 0 {
			return false
		}
	}
	return true
}

// QuoteAttr writes name as a component of an attribute path: bare if it is an
// identifier, otherwise as a string.
func QuoteAttr(name string) string {
	if IsIdentifier(name) {
		return name
	}
	return QuoteString(name)
}

// QuoteAttrPath writes the names as an attribute path: a.b."c d".
func QuoteAttrPath(names ...string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = QuoteAttr(n)
	}
	return strings.Join(quoted, ".")
}

// QuoteString writes s as a string in double quotes, on one line.
func QuoteString(s string) string {
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\\', 0:
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case '$':
			if i+1 < len(s) && s[i+1] == '{' {
				b = append(b, '\\')
			}
			b = append(b, c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

// QuoteIndented writes s as an indented string over several lines. The closing
// quotes are indented by indent spaces, the text by two more; if s does not end
// with a newline, the closing quotes follow its last line at once.
func QuoteIndented(s string, indent int) string {
	if s == "" {
		return "''''"
	}
	lines := strings.SplitAfter(s, "\n")
	protect := lineToProtect(lines)
	margin := strings.Repeat(" ", indent+2)
	b := []byte("''\n")
	for i, line := range lines {
		last := i == len(lines)-1
		switch {
		case line == "" && last:
			b = append(b, margin[:indent]...)
		case line == "\n":
			b = append(b, '\n')
		default:
			b = append(b, margin...)
			if i == protect || last && strings.Trim(line, " ") == "" {
				b = append(b, `''\ `...)
				line = line[1:]
			}
			b = appendIndented(b, line, last)
		}
	}
	return string(append(b, "''"...))
}

// lineToProtect is the line whose first space must be escaped lest all lines
// lose more than the margin; -1 if there is a line that begins with text, or
// none that begins with a space.
func lineToProtect(lines []string) int {
	spaced := -1
	for i, line := range lines {
		switch {
		case line == "" || line[0] == '\n':
		case line[0] != ' ':
			return -1
		case spaced < 0:
			spaced = i
		}
	}
	return spaced
}

// appendIndented writes one line of an indented string. atEnd says that the
// closing quotes follow.
func appendIndented(b []byte, line string, atEnd bool) []byte {
	for i := 0; i < len(line); i++ {
		rest := line[i+1:]
		switch c := line[i]; {
		case c == '\'' && strings.HasPrefix(rest, "'"):
			b = append(b, "'''"...)
			i++
		case c == '\'' && (rest == "" && atEnd || rest != "" && needsEscape(rest)):
			b = append(b, `''\'`...)
		case c == '$' && strings.HasPrefix(rest, "{"):
			b = append(b, "''$"...)
		case c == '\r':
			b = append(b, `''\r`...)
		case c == 0:
			b = append(b, "''\\\x00"...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// needsEscape reports whether what text begins with is written with quotes.
func needsEscape(text string) bool {
	return text[0] == '\r' || text[0] == 0 || strings.HasPrefix(text, "${")
}
