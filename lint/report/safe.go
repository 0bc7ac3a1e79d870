package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"
)

// Text is text that is safe to show on a terminal and in the log of a CI run.
// Foreign text (names, values, comments, messages of other programs) becomes a
// Text only through [Safe], [SafeLines], [Textf] and a [Printer], which escape it.
type Text struct{ s string }

// String is the text as it goes to a stream.
func (t Text) String() string { return guard(t.s) }

// Safe is text in one line: control characters, newlines included, characters
// that reorder or hide other text, and bytes that are not UTF-8 are shown as the
// escapes of a Go string.
func Safe(text string) Text { return Text{escape(text, false)} }

// SafeLines is [Safe] for text of several lines: newlines and tabs are kept.
func SafeLines(text string) Text { return Text{escape(text, true)} }

// constant is a string that only an untyped constant converts to: no other
// package can pass it a value that was computed.
type constant string

// Textf formats as [fmt.Sprintf] does, with every argument that is not a [Text]
// or a number escaped: a string or a [fmt.Stringer] as by [Safe], an error as by
// [SafeLines].
func Textf(format constant, args ...any) Text {
	for i, a := range args {
		args[i] = safeArgument(a)
	}
	return Text{fmt.Sprintf(string(format), args...)}
}

func safeArgument(a any) any {
	switch a := a.(type) {
	case Text:
		return a.s
	case string:
		return escape(a, false)
	case error:
		return escape(a.Error(), true)
	case fmt.Stringer:
		return escape(a.String(), false)
	case int, int64, uint8, float64, bool:
		return a
	}
	return escape(fmt.Sprint(a), false)
}

// Printer collects the text of an output for people.
type Printer struct {
	b bytes.Buffer
	// to is what text goes to as soon as there is some; nil if it is only collected. err is
	// its first error.
	to  io.Writer
	err error
}

// Printf adds text, as [Textf] makes it.
func (p *Printer) Printf(format constant, args ...any) { p.print(Textf(format, args...)) }

// print adds text.
func (p *Printer) print(t Text) {
	p.b.WriteString(t.s)
	if p.to != nil && p.b.Len() >= chunk {
		p.write(bytes.LastIndexByte(p.b.Bytes(), '\n') + 1) // whole lines, which are guarded
	}
}

// chunk is the number of bytes that are written at a time.
const chunk = 64 << 10

// Table adds lines of cells, in columns with two spaces between.
func (p *Printer) Table(rows ...[]Text) {
	tw := tabwriter.NewWriter(&p.b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				io.WriteString(tw, "\t")
			}
			io.WriteString(tw, cell.s)
		}
		io.WriteString(tw, "\n")
	}
	_ = tw.Flush() // to memory
}

// Text is what was collected.
func (p *Printer) Text() Text { return Text{p.b.String()} }

// flush writes what was collected.
func (p *Printer) flush() { p.write(p.b.Len()) }

// write writes the first n bytes.
func (p *Printer) write(n int) {
	if text := (Text{string(p.b.Next(n))}); p.err == nil && n > 0 {
		_, p.err = io.WriteString(p.to, text.String())
	}
}

// escape shows what [Text] must not hold as escapes of a Go string.
func escape(text string, lines bool) string {
	plain := func(r rune) bool { return !disturbs(r) || lines && (r == '\n' || r == '\t') }
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case plain(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

// disturbs reports whether a character controls a terminal, ends a line, cannot be
// seen, or makes text look like other text. The two selectors that emoji have are left.
func disturbs(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == '\x7f'
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) ||
		unicode.Is(unicode.Variation_Selector, r) && r != '\ufe0e' && r != '\ufe0f'
}

// Commands that runners of CI systems read from the log. GitHub's runner takes a
// line that begins with "::" after any spaces and has another "::", and "##[" with
// a "]" anywhere (ActionCommand.cs of actions/runner); that of Azure Pipelines
// takes "##vso[" anywhere, and that of TeamCity "##teamcity[". They compare text as
// people do, for whom the selectors of emoji are not there.
var (
	lineCommand = regexp.MustCompile(`(?m)^([\t\v\f\r \x{85}\p{Z}\x{fe0e}\x{fe0f}]*):([\x{fe0e}\x{fe0f}]*:.*:[\x{fe0e}\x{fe0f}]*:)`)
	hashCommand = regexp.MustCompile(`#([\x{fe0e}\x{fe0f}]*#[^\s#\[]*\[)`)
)

// guard is text in which no line is a command.
func guard(text string) string {
	selectors := strings.ContainsAny(text, "\ufe0e\ufe0f")
	if selectors || strings.Contains(text, "::") {
		text = lineCommand.ReplaceAllString(text, `${1}\u003a${2}`)
	}
	if selectors || strings.Contains(text, "##") {
		text = hashCommand.ReplaceAllString(text, `\u0023${1}`)
	}
	return text
}

// JSON writes a value as indented JSON. Characters that disturb a terminal are
// escaped. The error is that of w.
func JSON(w io.Writer, v any) error { return encodeJSON(w, v, "  ") }

// jsonLine writes a value as JSON in one line.
func jsonLine(w io.Writer, v any) error { return encodeJSON(w, v, "") }

func encodeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return writeEscaped(w, b.String(), func(r rune) string {
		if r > 0xffff {
			high, low := utf16Pair(r)
			return fmt.Sprintf(`\u%04x\u%04x`, high, low)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

func utf16Pair(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// markup writes XML or HTML. Characters that disturb a terminal become character
// references.
func markup(w io.Writer, text string) error {
	return writeEscaped(w, text, func(r rune) string { return fmt.Sprintf("&#x%x;", r) })
}

// writeEscaped writes JSON, XML or HTML with an escape for each character that
// disturbs, and for the first one of what a CI log would take for a command. Only
// strings and text hold such characters, and there an escape means the same.
func writeEscaped(w io.Writer, text string, escaped func(rune) string) error {
	keep := func(r rune) bool { return r == '\n' || r == '\t' || r == '\r' || !disturbs(r) }
	if strings.ContainsFunc(text, func(r rune) bool { return !keep(r) }) {
		var b strings.Builder
		for _, r := range text {
			if keep(r) {
				b.WriteRune(r)
			} else {
				b.WriteString(escaped(r))
			}
		}
		text = b.String()
	}
	text = hashCommand.ReplaceAllStringFunc(text, func(s string) string { return escaped('#') + s[1:] })
	text = lineCommand.ReplaceAllStringFunc(text, func(s string) string { return strings.Replace(s, ":", escaped(':'), 1) })
	_, err := io.WriteString(w, text)
	return err
}

func writeXML(w io.Writer, v any) error {
	text, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return markup(w, xml.Header+string(text)+"\n")
}

// Diff is a unified diff as [Text]. It stays applicable, lines that end in CR LF
// included, unless it has what a Text must not.
func Diff(diff string) Text {
	lines := strings.Split(diff, "\n")
	for i, l := range lines {
		end := ""
		if i < len(lines)-1 && strings.HasSuffix(l, "\r") {
			l, end = l[:len(l)-1], "\r"
		}
		lines[i] = escape(l, true) + end
	}
	return Text{strings.Join(lines, "\n")}
}
