package unitfile

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"wardnix/lint/systemd/value"
)

// MaxLine is systemd's LONG_LINE_MAX: reading stops at a longer line.
const MaxLine = 1 << 20

// File is the text of one unit file or drop-in, read as systemd reads it
// (src/shared/conf-parser.c).
type File struct {
	// Name is the path or name used in messages.
	Name        string
	Assignments []Assignment
	// Headers are the section headers, in order.
	Headers []Header
	// Comments are the comment lines, in order, with their "#" or ";".
	Comments []Comment
	// Problems are the lines that systemd ignores, or that made it stop.
	Problems []Problem
	// Broken reports that reading stopped at a mistake that systemd does not
	// step over; what is before it is there.
	Broken bool
}

// Header is one section header.
type Header struct {
	Name string // without the brackets
	File string
	Line int
}

// Comment is one comment line.
type Comment struct {
	Text string
	Line int
}

// Parse reads the text of a unit file. Section names are not checked here, since
// they depend on the unit; Unit.Check does. It never fails: mistakes are
// Problems, and the cost is linear in the length of the text.
func Parse(name string, text []byte) *File {
	p := parser{file: &File{Name: name}}
	for !p.file.Broken {
		line, rest, ok := nextLine(text)
		if !ok {
			break
		}
		text = rest
		p.number++
		p.physicalLine(line)
	}
	if p.joined != nil && !p.file.Broken {
		p.line(string(p.joined))
	}
	return p.file
}

// nextLine cuts the first line of text. Newline, carriage return and NUL end a
// line; different ones in a row count as one end, as in systemd's read_line.
func nextLine(text []byte) (line, rest []byte, ok bool) {
	if len(text) == 0 {
		return nil, nil, false
	}
	end := bytes.IndexAny(text, "\n\r\x00")
	if end < 0 {
		return text, nil, true
	}
	i := end
	for seen := ""; i < len(text) && strings.IndexByte("\n\r\x00", text[i]) >= 0; i++ {
		if strings.HasSuffix(seen, "\x00") || strings.IndexByte(seen, text[i]) >= 0 {
			break
		}
		seen += string(text[i : i+1])
	}
	return text[:end], text[i:], true
}

type parser struct {
	file    *File
	number  int
	bom     bool
	joined  []byte // a line that ended in a backslash, so far
	section string
	inside  bool // below some section header
}

// physicalLine joins continuation lines, drops comments and passes on the rest.
func (p *parser) physicalLine(line []byte) {
	if len(line) > MaxLine || len(p.joined)+len(line) > MaxLine {
		p.stop(LineTooLong, "line too long")
		return
	}
	if trimmed := bytes.TrimLeft(line, value.Blanks); len(trimmed) > 0 && (trimmed[0] == '#' || trimmed[0] == ';') {
		p.file.Comments = append(p.file.Comments, Comment{Text: string(trimmed), Line: p.number})
		return
	}
	if !p.bom && bytes.HasPrefix(line, []byte("\uFEFF")) {
		p.bom, line = true, line[len("\uFEFF"):]
	}
	continues := Continues(line)
	if p.joined == nil && !continues {
		p.line(string(line))
		return
	}
	p.joined = append(p.joined, line...)
	if continues {
		p.joined[len(p.joined)-1] = ' '
		return
	}
	p.line(string(p.joined))
	p.joined = nil
}

// Continues reports whether the last byte of a line is a backslash that is not itself escaped:
// then systemd joins the next line to it.
func Continues[T string | []byte](line T) bool {
	n := 0
	for n < len(line) && line[len(line)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// line reads one logical line.
func (p *parser) line(text string) {
	text = strings.Trim(text, value.Blanks)
	switch {
	case text == "":
	case !utf8.ValidString(text):
		p.stop(InvalidUTF8, "line is not valid UTF-8")
	case text[0] == '[':
		p.header(text)
	case !p.inside:
		p.ignore(OutsideSection, "assignment outside of a section, ignored")
	default:
		p.assignment(text)
	}
}

func (p *parser) header(text string) {
	if !strings.HasSuffix(text, "]") || len(text) < 2 {
		p.stop(BadHeader, fmt.Sprintf("invalid section header %q", value.Clip(text)))
		return
	}
	name := text[1 : len(text)-1]
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || strings.ContainsRune("\"'\\\x7f", r) }) {
		p.stop(BadHeader, fmt.Sprintf("bad characters in section header %q", value.Clip(text)))
		return
	}
	p.section, p.inside = name, true
	p.file.Headers = append(p.file.Headers, Header{Name: name, File: p.file.Name, Line: p.number})
}

func (p *parser) assignment(text string) {
	key, text, found := strings.Cut(text, "=")
	switch {
	case !found:
		p.ignore(MissingEquals, "no '=' in the line, ignored")
	case key == "":
		p.ignore(MissingEquals, "no key before '=', ignored")
	default:
		p.file.Assignments = append(p.file.Assignments, Assignment{
			Section: p.section, Key: strings.TrimRight(key, value.Blanks), Value: strings.TrimLeft(text, value.Blanks),
			File: p.file.Name, Line: p.number,
		})
	}
}

func (p *parser) ignore(kind ProblemKind, message string) {
	if len(p.file.Problems) >= maxProblems {
		p.file.Problems = p.file.Problems[:maxProblems-1] // the last one reports why reading stopped
	}
	p.file.Problems = append(p.file.Problems, Problem{
		Kind: kind, Message: message, File: p.file.Name, Line: p.number, Section: p.section})
}

func (p *parser) stop(kind ProblemKind, message string) {
	p.ignore(kind, message)
	p.file.Broken = true
}
