package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"wardnix/lint"
	"wardnix/nixast"
)

// Text is the report for people: each finding with its source line, the exact
// place, and what to do about it.
func (s Style) Text(w io.Writer, r *lint.Result) error {
	var b strings.Builder
	for _, f := range r.Findings {
		s.finding(&b, f)
		b.WriteByte('\n')
	}
	b.WriteString(s.summary(r))
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Style) finding(b *strings.Builder, f lint.Finding) {
	color := severityColor(f.Severity)
	pos := f.File.Position(f.Span.Start)
	gutter := len(fmt.Sprint(pos.Line))
	for _, r := range f.Related {
		gutter = max(gutter, len(fmt.Sprint(r.File.Position(r.Span.Start).Line)))
	}
	fmt.Fprintf(b, "%s: %s\n", s.paint(color, f.Severity.String()+"["+f.Rule.ID+"]"), s.paint(bold, f.Message))
	s.place(b, "-->", f.File, f.Span, gutter, color)
	pad := strings.Repeat(" ", gutter+1)
	for _, r := range f.Related {
		fmt.Fprintf(b, "%s%s %s\n", pad, s.paint(cyan, "= see:"), r.Message)
		s.place(b, ":::", r.File, r.Span, gutter, cyan)
	}
	for _, n := range f.Notes {
		label := "= " + n.Label + ":"
		text := s.wrap(n.Text, len(pad)+len(label)+1)
		fmt.Fprintf(b, "%s%s %s\n", pad, s.paint(cyan, label), text)
	}
	for _, x := range f.Fixes {
		flag := "--write"
		if x.Applicability == lint.Unsafe {
			flag = "--write --unsafe"
		}
		fmt.Fprintf(b, "%s%s %s (%s)\n", pad, s.paint(green, "= fix:"), x.Title, flag)
		if x.Breaks != "" {
			fmt.Fprintf(b, "%s       may break: %s\n", pad, s.wrap(x.Breaks, len(pad)+len("       may break: ")))
		}
	}
}

// Diagnostics are the mistakes of a file that the parser found, with their
// source lines.
func (s Style) Diagnostics(f *nixast.File) string {
	var b strings.Builder
	for _, d := range f.Diagnostics {
		gutter := len(fmt.Sprint(f.Position(d.Span.Start).Line))
		for _, r := range d.Related {
			gutter = max(gutter, len(fmt.Sprint(f.Position(r.Span.Start).Line)))
		}
		fmt.Fprintf(&b, "%s: %s\n", s.paint(red, "error"), s.paint(bold, d.Message))
		s.place(&b, "-->", f, d.Span, gutter, red)
		pad := strings.Repeat(" ", gutter+1)
		for _, r := range d.Related {
			fmt.Fprintf(&b, "%s%s %s\n", pad, s.paint(cyan, "= see:"), r.Message)
			s.place(&b, ":::", f, r.Span, gutter, cyan)
		}
		if d.Hint != "" {
			fmt.Fprintf(&b, "%s%s %s\n", pad, s.paint(green, "= help:"), d.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// place writes where something stands, and its source line.
func (s Style) place(b *strings.Builder, arrow string, f *nixast.File, span nixast.Span, gutter int, color string) {
	pos := f.Position(span.Start)
	fmt.Fprintf(b, "%s%s %s\n", strings.Repeat(" ", gutter), s.paint(blue, arrow), s.link(f.Name, fmt.Sprintf("%s:%d:%d", Name(f.Name), pos.Line, pos.Column)))
	b.WriteString(snippet(f, span, gutter,
		func(t string) string { return s.paint(color, t) },
		func(t string) string { return s.paint(blue, t) }))
}

// Name is the name of a file as it is shown to people: quoted where it holds what
// would disturb a terminal or a line, or is not UTF-8.
func Name(file string) string {
	if utf8.ValidString(file) && !strings.ContainsFunc(file, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return file
	}
	return strconv.Quote(file)
}

// summary is the last line.
func (s Style) summary(r *lint.Result) string {
	c := Count(r)
	if c.Files == 0 {
		return "no file was read\n"
	}
	if len(r.Findings) == 0 && c.Fixed == 0 {
		return plural(c.Files, "file") + ": nothing to report" + untold(c) + "\n"
	}
	parts := []string{}
	for _, p := range []struct {
		n    int
		what string
	}{{c.Errors, "error"}, {c.Warnings, "warning"}, {c.Infos, "info"}} {
		if p.n > 0 {
			parts = append(parts, plural(p.n, p.what))
		}
	}
	line := plural(c.Files, "file") + ": "
	if len(parts) == 0 {
		line += "nothing remains"
	} else {
		line += strings.Join(parts, ", ")
	}
	if c.Fixed > 0 {
		line += fmt.Sprintf("; %d fixed", c.Fixed)
	}
	safe, unsafe := fixable(r)
	if safe > 0 {
		line += fmt.Sprintf("; %d fixable with --write", safe)
	}
	if unsafe > 0 {
		line += fmt.Sprintf("; %d with --write --unsafe", unsafe)
	}
	return line + untold(c) + "\n"
}

// untold is the end of a summary: what was found and not told.
func untold(c Summary) string {
	line := ""
	if c.Ignored > 0 {
		line += fmt.Sprintf("; %d ignored", c.Ignored)
	}
	if c.Known > 0 {
		line += fmt.Sprintf("; %d known", c.Known)
	}
	return line
}

// fixable counts the findings that a safe fix helps, and those that only an
// unsafe one does.
func fixable(r *lint.Result) (safe, unsafe int) {
	for _, f := range r.Findings {
		switch {
		case len(f.Fixes) == 0:
		case f.Fixes[0].Applicability == lint.Safe:
			safe++
		default:
			unsafe++
		}
	}
	return safe, unsafe
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
