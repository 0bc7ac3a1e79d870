package shell

import "strings"

type kind uint8

const (
	end kind = iota // of the script, or of what can be read of it
	word
	operator
)

// A token is a word without its quotes, or an operator.
type token struct {
	kind       kind
	text       string
	start, end int
	quoted     bool // some of it is in quotes
}

// lexer cuts a script into words and operators.
type lexer struct {
	text string
	at   int
	// documents are the delimiters of here-documents whose text follows the line.
	documents []string
	// input is the text of the last here-document that was passed.
	input string
	// broken reports that a quote or an expansion does not end.
	broken bool
}

// operators are the longest first.
var operators = []string{"<<<", "<<-", ";;&", "&>>", "&&", "||", ";;", ";&", "|&", "&>", ">>", ">&", "<&", ">|", "<>", "<<", ";", "&", "|", "(", ")", "<", ">", "\n"}

// isRedirection reports whether a word follows the operator that is not an argument.
func isRedirection(op string) bool { return strings.ContainsAny(op, "<>") }

func (l *lexer) next() token {
	l.skip()
	if l.at >= len(l.text) {
		return token{}
	}
	rest := l.text[l.at:]
	if digits := len(rest) - len(strings.TrimLeft(rest, "0123456789")); digits > 0 && digits < len(rest) && (rest[digits] == '<' || rest[digits] == '>') {
		l.at += digits // the number of the file that is redirected
		rest = rest[digits:]
	}
	for _, op := range operators {
		if !strings.HasPrefix(rest, op) || len(op) == 1 && strings.HasPrefix(rest[1:], "(") && isRedirection(op) {
			continue // "<(" begins a word
		}
		t := token{kind: operator, text: op, start: l.at, end: l.at + len(op)}
		l.at = t.end
		switch op {
		case "<<", "<<-":
			if d := l.word(); d.kind == word {
				l.documents = append(l.documents, d.text)
			}
			return l.next()
		case "\n":
			l.skipDocuments()
		}
		return t
	}
	return l.word()
}

// skip passes spaces, comments and joined lines.
func (l *lexer) skip() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == ' ' || c == '\t' || c == '\r':
			l.at++
		case strings.HasPrefix(l.text[l.at:], "\\\n"):
			l.at += 2
		case c == '#':
			n := strings.IndexByte(l.text[l.at:], '\n')
			if n < 0 {
				n = len(l.text) - l.at
			}
			l.at += n
		default:
			return
		}
	}
}

// skipDocuments passes the here-documents that begin on a line.
func (l *lexer) skipDocuments() {
	for _, delimiter := range l.documents {
		start := l.at
		for l.at < len(l.text) {
			l.input = l.text[start:l.at]
			line, _, _ := strings.Cut(l.text[l.at:], "\n")
			l.at = min(l.at+len(line)+1, len(l.text))
			if strings.TrimLeft(line, "\t ") == delimiter {
				break
			}
		}
	}
	l.documents = nil
}

// word reads a word up to a space or an operator outside of quotes.
func (l *lexer) word() token {
	for l.at < len(l.text) && (l.text[l.at] == ' ' || l.text[l.at] == '\t') {
		l.at++
	}
	t := token{kind: word, start: l.at}
	var b strings.Builder
	for l.at < len(l.text) {
		c := l.text[l.at]
		n := 1
		switch {
		case strings.IndexByte(" \t\r\n;&|()", c) >= 0, (c == '<' || c == '>') && !strings.HasPrefix(l.text[l.at+1:], "("):
			t.text, t.end = b.String(), l.at
			return t
		case c == '\\':
			n = min(2, len(l.text)-l.at)
			if s := l.text[l.at+1 : l.at+n]; s != "\n" {
				b.WriteString(s)
			}
			t.quoted = true
		case c == '\'':
			n = closing(l.text[l.at+1:], '\'') + 2
			if n == 1 {
				return l.giveUp()
			}
			b.WriteString(l.text[l.at+1 : l.at+n-1])
			t.quoted = true
		case c == '"':
			n = double(l.text[l.at:], &b)
			t.quoted = true
		case c == '$' || c == '`' || c == '<' || c == '>':
			n = expansion(l.text[l.at:])
			b.WriteString(l.text[l.at : l.at+max(n, 0)])
		default:
			b.WriteByte(c)
		}
		if n <= 0 {
			return l.giveUp()
		}
		l.at += n
	}
	t.text, t.end = b.String(), l.at
	return t
}

// giveUp ends the script at what cannot be read.
func (l *lexer) giveUp() token {
	l.at, l.broken = len(l.text), true
	return token{}
}

// closing is the place of a byte; -1 if it does not occur.
func closing(s string, c byte) int { return strings.IndexByte(s, c) }

// double reads a text in double quotes and adds what it means; 0 if it does not end.
func double(s string, b *strings.Builder) int {
	for i := 1; i < len(s); {
		switch c := s[i]; c {
		case '"':
			return i + 1
		case '\\':
			if i+1 < len(s) && strings.IndexByte("\"\\$`\n", s[i+1]) < 0 {
				b.WriteByte(c)
			}
			if i+1 < len(s) && s[i+1] != '\n' {
				b.WriteByte(s[i+1])
			}
			i += 2
		case '$', '`':
			n := expansion(s[i:])
			if n <= 0 {
				return 0
			}
			b.WriteString(s[i : i+n])
			i += n
		default:
			b.WriteByte(c)
			i++
		}
	}
	return 0
}

// expansion is the length of what the shell expands at the beginning of s; 0 if it
// does not end.
func expansion(s string) int {
	switch {
	case s[0] == '`':
		if n := closing(s[1:], '`'); n >= 0 {
			return n + 2
		}
		return 0
	case strings.HasPrefix(s, "${"):
		return balanced(s, 1, '{', '}')
	case len(s) > 1 && s[1] == '(':
		return balanced(s, 1, '(', ')')
	}
	return 1
}

// balanced is the length of s up to the bracket that closes the one at a place,
// quotes aside; 0 if it is not there.
func balanced(s string, at int, open, shut byte) int {
	depth := 0
	for i := at; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			n := closing(s[i+1:], '\'')
			if n < 0 {
				return 0
			}
			i += n + 1
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}
