package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/security"
	"wardnix/nixast"
)

// full writes the report for people: each finding with its source line, the exact
// place, and what to do about it.
func full(p *Printer, r *Report) {
	if r.Statistics {
		p.print(r.statistics())
		p.print(r.end())
		return
	}
	r.Style.findings(p, r.bySeverity())
	p.print(r.end())
	r.systems(p)
}

func (s Style) finding(p *Printer, f lint.Finding) {
	color := severityColor(f.Severity)
	gutter := len(fmt.Sprint(f.File.Position(f.Span.Start).Line))
	for _, r := range f.Related {
		gutter = max(gutter, len(fmt.Sprint(r.File.Position(r.Span.Start).Line)))
	}
	head := Textf("%s[%s]", f.Severity, f.Rule.ID)
	p.Printf("%s: %s%s\n", s.paint(color, head), s.fixMark(f), s.paint(bold, s.wrap(f.Message, 4)))
	s.place(p, "-->", f.File, f.Span, gutter, color)
	say := func(label, text string) {
		head := Textf("= %s:", Safe(label))
		p.Printf("%s%s %s\n", spaces(gutter+1), s.paint(labelColors[label], head), s.wrap(text, gutter+1+len(head.s)+1))
	}
	for _, r := range f.Related {
		say(lint.LabelNote, r.Message)
		s.place(p, ":::", r.File, r.Span, gutter, cyan)
	}
	for _, n := range f.Notes {
		say(n.Label, n.Text)
	}
	for _, x := range f.Fixes {
		flag := "`--write`"
		if x.Applicability == lint.Unsafe {
			flag = "`--write --unsafe`"
		}
		say(lint.LabelHelp, x.Title+" ("+flag+")")
		if x.Breaks != "" {
			say(lint.LabelWarning, "may break: "+x.Breaks)
		}
	}
	say(lint.LabelHelp, f.Rule.Help())
}

// labelColors are the colors of the labels of notes.
var labelColors = map[string]string{lint.LabelNote: cyan, lint.LabelHelp: green, lint.LabelWarning: yellow}

// fixMark marks a finding that a safe fix repairs.
func (s Style) fixMark(f lint.Finding) Text {
	if len(f.Fixes) == 0 || f.Fixes[0].Applicability != lint.Safe {
		return Text{}
	}
	return Textf("%s ", s.paint(cyan, Textf("[*]")))
}

// Diagnostics are the mistakes of a file that the parser found, with their
// source lines.
func (s Style) Diagnostics(f *nixast.File) Text {
	var p Printer
	for _, d := range f.Diagnostics {
		gutter := len(fmt.Sprint(f.Position(d.Span.Start).Line))
		for _, r := range d.Related {
			gutter = max(gutter, len(fmt.Sprint(f.Position(r.Span.Start).Line)))
		}
		p.Printf("%s: %s\n", s.paint(red, Textf("error")), s.paint(bold, s.wrap(d.Message, 4)))
		s.place(&p, "-->", f, d.Span, gutter, red)
		pad := spaces(gutter + 1)
		for _, r := range d.Related {
			p.Printf("%s%s %s\n", pad, s.paint(cyan, Textf("= note:")), s.wrap(r.Message, gutter+9))
			s.place(&p, ":::", f, r.Span, gutter, cyan)
		}
		if d.Hint != "" {
			p.Printf("%s%s %s\n", pad, s.paint(green, Textf("= help:")), s.wrap(d.Hint, gutter+9))
		}
		p.Printf("\n")
	}
	return p.Text()
}

// place writes a place, and its source line if the file has any text.
func (s Style) place(p *Printer, arrow string, f *nixast.File, span nixast.Span, gutter int, color string) {
	at := place(f, span, nixast.Runes)
	if f.Src == "" {
		at = Name(f.Name)
	}
	p.Printf("%s%s %s\n", spaces(gutter), s.paint(blue, Safe(arrow)), s.link(f.Name, at))
	if f.Src != "" {
		p.print(s.snippet(f, span, gutter, color))
	}
}

// Name is the name of a file as people read it: quoted if it has what would
// disturb a terminal or a line, or is not UTF-8.
func Name(file string) Text {
	if safe := escape(file, false); safe != file {
		return Textf(`"%s"`, strings.ReplaceAll(file, `"`, `\"`))
	}
	return Text{file}
}

// place is "file:line:column".
func place(f *nixast.File, s nixast.Span, unit nixast.Unit) Text {
	p := f.Position(s.Start)
	column := p.Column
	if unit == nixast.Bytes {
		column = p.Byte
	}
	return Textf("%s:%d:%d", Name(f.Name), p.Line, column)
}

// bySeverity are the findings as people read them: errors first.
func (r *Report) bySeverity() []lint.Finding {
	return slices.SortedStableFunc(slices.Values(r.Result.Findings), func(a, b lint.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
}

// end is what follows the findings: the summary, what was gained, and what could be.
func (r *Report) end() Text {
	var p Printer
	if r.Quiet {
		return p.Text()
	}
	p.print(r.summary())
	if n := r.Unreached; n.Units == 1 {
		p.Printf("1 unit belongs to no host that wardnix can see; `wardnix units` lists it\n")
	} else if n.Units > 1 {
		p.Printf("%s in %s belong to no host that wardnix can see; `wardnix units` lists them\n", plural(n.Units, "unit"), plural(n.Files, "file"))
	}
	p.print(r.exposureChanges())
	p.print(r.Hardening.text(r.Style))
	return p.Text()
}

// summary counts what a run came to, in a line.
func (r *Report) summary() Text {
	c := count(r)
	var p Printer
	switch {
	case c.Files == 0 && len(r.Result.Findings) == 0:
		return Textf("no file was read\n")
	case len(r.Result.Findings) == 0 && c.Fixed == 0 && c.Unwritten == 0:
		p.Printf("%s: nothing to report", plural(c.Files, "file"))
	case len(r.Result.Findings) == 0:
		p.Printf("%s: nothing remains", plural(c.Files, "file"))
	default:
		p.Printf("%s: %s", plural(c.Files, "file"), bySeverity(c))
	}
	safe, unsafe := fixable(r.Result)
	for _, part := range []struct {
		n      int
		format constant
	}{
		{c.Fixed, "; %d fixed"}, {safe, "; [*] %d fixable with --write"}, {unsafe, "; %d with --write --unsafe"},
		{c.Ignored, "; %d ignored by comments"}, {c.Known, "; %d known"}, {c.Silenced, "; %d ignored by the settings"},
		{c.Untouched, "; %d in unchanged code"},
	} {
		if part.n > 0 {
			p.Printf(part.format, part.n)
		}
	}
	if c.Skipped > 0 {
		p.Printf("; %s skipped by .gitignore", plural(c.Skipped, "path"))
	}
	if c.LeftOut > 0 {
		p.Printf("; %d vendored or hidden %s left out", c.LeftOut, directories(c.LeftOut))
	}
	if c.Excluded > 0 {
		p.Printf("; %s excluded by the settings", plural(c.Excluded, "path"))
	}
	if c.Unwritten > 0 {
		p.Printf("; %s not written", plural(c.Unwritten, "file"))
	}
	p.Printf("\n")
	return p.Text()
}

func directories(n int) string {
	if n == 1 {
		return "directory"
	}
	return "directories"
}

// bySeverity counts findings: "1 error, 2 warnings".
func bySeverity(c summary) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.Errors, "error"}, {c.Warnings, "warning"}, {c.Infos, "info"}} {
		if p.n > 0 {
			parts = append(parts, plural(p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
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

// systems are the exposures of audited systems, the most exposed units first, and
// what of the systems could not be seen.
func (r *Report) systems(p *Printer) {
	type line struct {
		host string
		Unit
	}
	var lines []line
	for _, h := range r.Hosts {
		for _, u := range h.Units {
			if u.Now != nil {
				lines = append(lines, line{h.Name, u})
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(b.Now.High, a.Now.High), strings.Compare(a.Name, b.Name))
	})
	rows := [][]Text{{Safe("UNIT"), Safe("EXPOSURE"), Safe("FILE")}}
	for _, l := range lines {
		rows = append(rows, []Text{Safe(l.Shown()), ExposureText(l.Now), Name(l.File)})
	}
	if len(r.Hosts) > 1 {
		rows[0] = slices.Insert(rows[0], 0, Safe("HOST"))
		for i, l := range lines {
			rows[i+1] = slices.Insert(rows[i+1], 0, Safe(l.host))
		}
	}
	if len(lines) > 0 {
		p.Printf("\n")
		p.Table(rows...)
	}
	r.gaps(p)
}

// gaps says what of the systems is not there: in full what keeps whole packages
// from being read, and of units only how many.
func (r *Report) gaps(p *Printer) {
	var gaps Printer
	units := 0
	for _, h := range r.Hosts {
		for _, m := range h.Missing {
			gaps.Printf("  %s: %s\n", m.What, m.Why)
		}
		for _, u := range h.Units {
			if len(u.Missing) > 0 {
				units++
			}
		}
	}
	if units > 0 {
		gaps.Printf("  the files of %s, in part or in whole; --format json lists them\n", plural(units, "unit"))
	}
	if text := gaps.Text(); text.s != "" {
		p.Printf("\nNot seen:\n%s", text)
	}
}

// ExposureText is an exposure with its word, or an interval.
func ExposureText(a *security.Assessment) Text {
	if a.Low != a.High {
		return Textf("%s–%s", a.Low, a.High)
	}
	return Textf("%s %s", a.High, a.High.Predicate())
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
