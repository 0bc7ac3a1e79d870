package value

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Blanks are the characters that separate words (WHITESPACE in
// src/basic/string-util.h).
const Blanks = " \t\n\r"

// wordFlags select how extractWord reads; they are those of systemd's
// extract_first_word (src/basic/extract-word.c).
type wordFlags uint8

// The flags of extract_first_word that are exported are those that callers of
// [EachWord] require.
const (
	Unquote            wordFlags = 1 << iota // remove quotes
	cUnescape                                // expand C escapes
	unescapeSeparators                       // a backslash before a separator keeps it
	unescapeRelax                            // keep unknown escapes
	RetainEscape                             // a backslash is an ordinary character
	dontCoalesce                             // two separators in a row enclose an empty word
	RelaxQuotes                              // the end of the text closes a quote
)

// extractWord cuts the first word off text. ok is false when there is none; err
// is true for an unclosed quote or a bad escape, and then word and rest mean nothing.
// more is false when the text ended with the word, which matters for separators
// that enclose empty words.
func extractWord(text, separators string, flags wordFlags) (word, rest string, more, ok, err bool) {
	i := 0
	if flags&dontCoalesce == 0 {
		for i < len(text) && strings.IndexByte(separators, text[i]) >= 0 {
			i++
		}
		if i == len(text) {
			return "", "", false, false, false
		}
	}
	// Nothing to expand? Then the word is a slice of the text.
	end := i
	for end < len(text) && text[end] != '\\' && text[end] != '"' && text[end] != '\'' && strings.IndexByte(separators, text[end]) < 0 {
		end++
	}
	if end == len(text) {
		return text[i:], "", false, true, false
	}
	if strings.IndexByte(separators, text[end]) >= 0 {
		return text[i:end], skipSeparators(text[end:], separators, flags), true, true, false
	}
	return extractSlow(text[i:], separators, flags)
}

func skipSeparators(rest, separators string, flags wordFlags) string {
	if flags&dontCoalesce != 0 {
		return rest[1:]
	}
	return strings.TrimLeft(rest, separators)
}

// extractSlow reads a word with quotes or escapes.
func extractSlow(text, separators string, flags wordFlags) (word, rest string, more, ok, err bool) {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && flags&RetainEscape == 0:
			n, good := unescape(&b, text[i+1:], separators, flags, quote)
			if !good {
				return "", "", false, false, true
			}
			i += n
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				b.WriteByte(c)
			}
		case (c == '"' || c == '\'') && flags&Unquote != 0:
			quote = c
		case strings.IndexByte(separators, c) >= 0:
			return b.String(), skipSeparators(text[i:], separators, flags), true, true, false
		default:
			b.WriteByte(c)
		}
	}
	if quote != 0 && flags&RelaxQuotes == 0 {
		return "", "", false, false, true
	}
	return b.String(), "", false, true, false
}

// unescape writes what the escape at the start of text (after the backslash)
// means, and returns its length.
func unescape(b *strings.Builder, text, separators string, flags wordFlags, quote byte) (length int, ok bool) {
	if text == "" {
		if flags&unescapeRelax != 0 && (quote == 0 || flags&RelaxQuotes != 0) {
			b.WriteByte('\\')
			return 0, true
		}
		return 0, flags&RelaxQuotes != 0
	}
	if flags&(cUnescape|unescapeSeparators) == 0 {
		b.WriteByte(text[0])
		return 1, true
	}
	if flags&cUnescape != 0 {
		if r, eight, n, good := cEscape(text); good {
			if eight {
				b.WriteByte(byte(r))
			} else {
				b.WriteRune(r)
			}
			return n, true
		}
	}
	switch {
	case flags&unescapeSeparators != 0 && (strings.IndexByte(separators, text[0]) >= 0 || text[0] == '\\'):
		b.WriteByte(text[0])
	case flags&unescapeRelax != 0:
		b.WriteByte('\\')
		b.WriteByte(text[0])
	default:
		return 0, false
	}
	return 1, true
}

// cEscape reads a C escape without its backslash. eight reports that it is a
// byte, not a character. A NUL is refused.
func cEscape(text string) (r rune, eight bool, length int, ok bool) {
	simple := map[byte]rune{'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
		'\\': '\\', '"': '"', '\'': '\'', 's': ' '}
	if r, found := simple[text[0]]; found {
		return r, false, 1, true
	}
	digits, base, start := 0, 16, 1
	switch text[0] {
	case 'x':
		digits, eight = 2, true
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		digits, base, start, eight = 3, 8, 0, true
	}
	if len(text) < start+digits {
		return 0, false, 0, false
	}
	n, err := strconv.ParseUint(text[start:start+digits], base, 32)
	if err != nil || n == 0 || eight && n > 255 || !eight && !utf8.ValidRune(rune(n)) {
		return 0, false, 0, false
	}
	return rune(n), eight, start + digits, true
}

// colonFields splits text at every colon; ok is false if an escape is bad.
func colonFields(text string, flags wordFlags) (fields []string, ok bool) {
	for more := true; more; {
		var field string
		var bad bool
		if field, text, more, _, bad = extractWord(text, ":", flags|dontCoalesce); bad {
			return nil, false
		}
		fields = append(fields, field)
	}
	return fields, true
}

// EachWord splits text into words and calls f with each until f returns false. It
// reports false when a quote is open or an escape is bad; the words before it
// have been passed on.
func EachWord(text string, flags wordFlags, f func(word string) bool) bool {
	for {
		word, rest, _, ok, bad := extractWord(text, Blanks, flags)
		if bad {
			return false
		}
		if !ok || !f(word) {
			return true
		}
		text = rest
	}
}
