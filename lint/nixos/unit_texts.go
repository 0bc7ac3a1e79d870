package nixos

import (
	"iter"
	"slices"
	"strings"

	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// textUnits are the units of a manager that are written as text: in systemd.units, and as
// files below /etc or ~/.config.
func (w *world) textUnits(h *Host, scope Scope, m manager) []*Unit {
	var units []*Unit
	add := func(n *node, name string, file, dropin bool) {
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 || !w.share.has(name[:dot]) || !n.at("text").option().IsSet() {
			return
		}
		u := newUnit(h, scope, n, name)
		u.Style, u.file, u.dropin = TextStyle, file, dropin
		units = append(units, u)
	}
	for _, n := range w.root.childrenAt(append(slices.Clip(m.path), "units")...) {
		add(n, n.name, false, false)
	}
	for _, path := range confTexts {
		for _, n := range w.root.childrenAt(path...) {
			if name, dropin, ok := fileUnit(m.kind, n.name); ok && !n.pattern {
				add(n, name, true, dropin)
			}
		}
	}
	return units
}

// fileUnit is the unit that a path below /etc or ~/.config is, or is a drop-in of; false
// if it is none of the manager.
func fileUnit(kind ScopeKind, path string) (name string, dropin, ok bool) {
	dir := map[ScopeKind]string{System: "systemd/system/", User: "systemd/user/"}[kind]
	name, ok = strings.CutPrefix(path, dir)
	if dir == "" || !ok {
		return "", false, false
	}
	name, rest, dropin := strings.Cut(name, ".d/")
	if dropin && (!strings.HasSuffix(rest, ".conf") || strings.Contains(rest, "/")) {
		return "", false, false
	}
	suffix := name[strings.LastIndexByte(name, '.')+1:]
	return name, dropin, OwnSection(suffix) != "" || suffix == "target"
}

// IsFile reports whether the unit is a file below /etc or ~/.config, which has none of the
// options of units.
func (u *Unit) IsFile() bool { return u.file }

// textLines are the lines of a unit that is written as text.
func (u *Unit) textLines() []Line {
	o := u.Option("text")
	text, ok := o.Text()
	if !ok {
		return u.partialLines(o, "", "")
	}
	value, _ := o.Value()
	p := textParser{source: u.Host.Evaluator().Force(value).Origin()}
	var lines []Line
	for _, a := range unitfile.Parse("", []byte(text)).Assignments {
		lines = append(lines, Line{Section: a.Section, Key: a.Key, Text: a.Value, Shown: a.Value, Known: true, Def: o.Defs[0], Origin: o.Defs[0].Binding,
			Place: p.placeOf(a.Key+"="+a.Value, a.Key)})
	}
	return lines
}

// confTextLines are the lines of options that have text of a configuration file.
func (u *Unit) confTextLines() []Line {
	if u.conf.whole {
		return u.partialLines(u.opt, u.conf.section, "")
	}
	return u.partialLines(u.opt, u.conf.section, u.conf.section)
}

// partialLines are the lines of a text that may be known in part only, which begins in
// the section start. Where any line may be, it is one of the section unseen.
func (u *Unit) partialLines(o *Option, unseen, start string) []Line {
	var lines []Line
	for _, d := range o.Defs {
		for when, value := range d.texts() {
			s, ok := d.ev.Force(value).(*eval.String)
			if !ok || d.Maybe != nil {
				lines = append(lines, Line{Section: unseen, Unseen: "the text is not known", Def: d, Origin: d.Binding})
				continue
			}
			p := textParser{ev: d.ev, base: Line{When: when, Def: d, Origin: d.Binding}, source: s.Origin(), section: start, unseen: unseen}
			lines = append(lines, p.parse(s)...)
		}
	}
	return lines
}

// texts are the texts that the definition may be: one, if only parts of it depend on
// conditions.
func (d *Def) texts() iter.Seq2[*eval.Cond, *eval.Thunk] {
	if _, ok := d.ev.Force(d.Value).(*eval.String); ok {
		return func(yield func(*eval.Cond, *eval.Thunk) bool) { yield(d.When, d.Value) }
	}
	return cases(d.ev, d.Value, d.When)
}

// gap is in the text of a line for what is not known.
const gap = "\x00"

// A textParser reads the text of an option line by line.
type textParser struct {
	ev      *eval.Evaluator
	section string // empty where it is not known
	unseen  string // the section in which lines that are not known may be
	base    Line
	source  nixast.Node
	from    int // where in the source the next line is looked for
	joined  bool
	unknown []eval.Piece // the pieces in the gaps of the line
	lines   []Line
}

func (p *textParser) parse(s *eval.String) []Line {
	var line strings.Builder
	var when *eval.Cond
	for _, piece := range s.Pieces {
		if piece.Unknown != nil {
			line.WriteString(gap)
			p.unknown = append(p.unknown, piece)
			continue
		}
		for i, part := range strings.Split(piece.Text, "\n") {
			if i > 0 {
				p.line(line.String(), when)
				line.Reset()
				when = nil
			}
			switch {
			case part == "":
			case piece.When == nil && when == nil:
				line.WriteString(part)
			case line.Len() == 0:
				when = piece.When
				line.WriteString(part)
			default:
				line.WriteString(gap) // a part of a line that is there at times
				p.unknown = append(p.unknown, piece)
			}
		}
	}
	p.line(line.String(), when)
	return p.lines
}

func (p *textParser) line(text string, when *eval.Cond) {
	defer func() { p.unknown = nil }()
	text = strings.Trim(text, " \t\r")
	isRest := p.joined
	p.joined = strings.HasSuffix(text, `\`)
	switch {
	case isRest, text == "", text[0] == '#', text[0] == ';':
		return
	case strings.HasPrefix(text, gap):
		p.section = "" // it may hold anything
		l := p.base
		l.Section, l.Unseen = p.unseen, "a part of the text is not known"
		p.lines = append(p.lines, l)
		return
	case text[0] == '[':
		p.section = ""
		if name, ok := strings.CutSuffix(text[1:], "]"); ok && !strings.Contains(name, gap) && when == nil {
			p.section = name
		}
		return
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok || strings.Contains(key, gap) || p.section == "" {
		return
	}
	l := p.base
	l.Section, l.Key, l.Text = p.section, strings.TrimRight(key, " \t"), strings.TrimLeft(value, " \t")
	if when != nil {
		l.When, _ = p.ev.And(l.When, when)
	}
	l.Known = !strings.Contains(value, gap) && !p.joined
	l.Shown = l.Text
	if !l.Known {
		value := p.filled(l.Text)
		l.Value, l.Shown, l.Text = eval.Known(value), value.Pattern(), ""
	}
	l.Place = p.placeOf(text, l.Key)
	p.lines = append(p.lines, l)
}

// placeOf is where a line is in the source, or at least its key.
func (p *textParser) placeOf(text, key string) Place {
	if place := p.place(text, ""); !place.In.IsZero() {
		return place
	}
	return p.place(key, "=") // what follows is written in another way
}

// place is where the text of a line is in the source, as far as it has no
// gap, with something after it; the zero Place if it is not there as it is.
func (p *textParser) place(text, behind string) Place {
	if p.source.IsZero() {
		return Place{}
	}
	text, _, _ = strings.Cut(text, gap)
	span, src := p.source.Span(), p.source.Text()
	for p.from < len(src) {
		i := strings.Index(src[p.from:], text)
		if i < 0 {
			break
		}
		at := p.from + i
		if end := at + len(text); beginsLine(src[:at]) && strings.HasPrefix(strings.TrimLeft(src[end:], " \t"), behind) {
			p.from = end
			return Place{p.source, nixast.Span{Start: span.Start + at, End: span.Start + p.from}}
		}
		p.from = at + 1
	}
	p.from = 0
	return Place{}
}

// beginsLine reports whether a line of a text begins after the source before it.
func beginsLine(before string) bool {
	before = strings.TrimRight(before, " \t")
	return before == "" || strings.HasSuffix(before, `\n`) || strings.ContainsRune("\n\"'", rune(before[len(before)-1]))
}

// filled is a value with its gaps filled.
func (p *textParser) filled(text string) *eval.String {
	var pieces []eval.Piece
	for i, part := range strings.Split(text, gap) {
		if i > 0 {
			pieces = append(pieces, p.unknown[i-1])
		}
		if part != "" {
			pieces = append(pieces, eval.Piece{Text: part})
		}
	}
	return eval.NewText(pieces...)
}
