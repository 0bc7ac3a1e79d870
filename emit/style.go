package emit

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"wardnix/nixast"
)

// Style is how a file is written. The zero Style is RFC 166 with LF: what
// nixfmt prints.
type Style struct {
	EOL    string // newline; "" means LF
	Indent string // one step of indentation; "" means two spaces
	Width  int    // columns after the indentation; 0 means 100
	Dotted bool   // parents are written a.b = …; rather than a = { b = …; };

	// OneLineLists keeps a list of several elements on one line where it fits.
	OneLineLists bool
	// OneLineSets keeps a set of several bindings on one line where it fits.
	OneLineSets bool
	// Tight writes [a] and {a = 1;} for [ a ] and { a = 1; }.
	Tight bool
	// TightEmpty writes [] and {} for [ ] and { }.
	TightEmpty bool
}

func (s Style) step() string { return cmp.Or(s.Indent, "  ") }
func (s Style) nl() string   { return cmp.Or(s.EOL, "\n") }
func (s Style) width() int   { return cmp.Or(s.Width, 100) }

// pad is inside the brackets of a list or set on one line.
func (s Style) pad() string {
	if s.Tight {
		return ""
	}
	return " "
}

func (s Style) emptyList() string {
	if s.TightEmpty {
		return "[]"
	}
	return "[ ]"
}

func (s Style) emptySet() string {
	if s.TightEmpty {
		return "{}"
	}
	return "{ }"
}

// Learn reads the style of f: in each respect, what most of it does.
func Learn(f *nixast.File) Style {
	src := f.Src
	crlf := strings.Count(src, "\r\n")
	s := Style{EOL: "\n"}
	if crlf > strings.Count(src, "\n")-crlf {
		s.EOL = "\r\n"
	}
	var v votes
	steps := map[string]int{}
	for n := range f.Root().Descendants() {
		switch n.Kind() {
		case nixast.BindingNode:
			v.dotted.learnPath(nixast.Binding{Node: n})
		case nixast.List, nixast.AttrSet:
			v.learnBrackets(n, s.width())
			learnStep(n, steps)
		case nixast.LambdaNode:
			v.learnFormals(nixast.Lambda{Node: n})
		}
	}
	s.Dotted = v.dotted.yes > v.dotted.no
	s.OneLineLists = v.lists.yes > v.lists.no
	s.OneLineSets = v.sets.yes > v.sets.no
	s.Tight = v.tight.yes > v.tight.no || v.tight == vote{} && v.empty == vote{} && v.hugs.yes > v.hugs.no
	s.TightEmpty = v.empty.yes > v.empty.no || s.Tight && v.empty == vote{}
	best := 0
	for step, n := range steps {
		if n > best || n == best && step < s.Indent {
			s.Indent, best = step, n
		}
	}
	return s
}

// vote counts the places that do a thing against those that do not.
type vote struct{ yes, no int }

// votes are for what [Style] says; hugs is for "}: {" on one line, which goes
// with tight brackets in files that alejandra wrote.
type votes struct{ dotted, lists, sets, tight, empty, hugs vote }

func (v *vote) count(yes bool) {
	if yes {
		v.yes++
	} else {
		v.no++
	}
}

func (v *vote) learnPath(b nixast.Binding) {
	if size(b.Path().Children()) > 1 {
		v.yes++
	} else if b.Value().Kind() == nixast.AttrSet && size(b.Value().Children()) > 0 {
		v.no++
	}
}

// learnBrackets learns from a list or set n: whether it is on one line
// although it has several parts (or on several although one would do), and
// whether spaces are inside its brackets. Lists that are no value of a binding
// say nothing of those that are: nixfmt keeps arguments on one line.
func (v *votes) learnBrackets(n nixast.Node, width int) {
	text, parts := n.Text(), size(n.Children())
	flat := false
	if lineEnds(n.First().Next().Text()) == 0 {
		if len(text) > 4*width {
			return // too long to show a habit, and to look at for each set around it
		}
		flat = !strings.Contains(text, "\n")
	}
	if flat && len(text) > 1 {
		spaced := text[len(text)-2] == ' '
		if parts == 0 {
			v.empty.count(!spaced)
		} else {
			v.tight.count(!spaced)
		}
	}
	switch {
	case parts < 2:
	case n.Kind() == nixast.AttrSet:
		v.sets.count(flat)
	case n.Parent().Kind() == nixast.BindingNode && (flat || wouldFit(n, width)):
		v.lists.count(flat)
	}
}

// learnFormals learns from the braces of a function's formals.
func (v *votes) learnFormals(l nixast.Lambda) {
	if l.Formals().IsZero() {
		return
	}
	text := l.Formals().Text()
	if !strings.Contains(text, "\n") {
		if len(text) > len("{ }") {
			v.tight.count(text[1] != ' ')
		}
	} else if l.Body().Kind() == nixast.AttrSet {
		v.hugs.count(!beginsLine(l.Body().First()))
	}
}

// learnStep learns how far the parts of a list or set n are indented.
func learnStep(n nixast.Node, steps map[string]int) {
	first := n.Child(0)
	if first.IsZero() || first.First().IsZero() || !beginsLine(first.First()) {
		return
	}
	src := n.File().Src
	inner, _ := indentOf(src, first.Span().Start)
	outer, _ := indentOf(src, n.Span().Start)
	if step, ok := strings.CutPrefix(inner, outer); ok && step != "" {
		steps[step]++
	}
}

// wouldFit reports whether a list of several lines, without comments, would
// fit into one.
func wouldFit(n nixast.Node, width int) bool {
	for t := range n.OwnTokens() {
		if t.Kind().IsComment() {
			return false
		}
	}
	columns := len("[ ];") + column(n.File().Src, n.Span().Start)
	for c := range n.Children() {
		if strings.Contains(c.Text(), "\n") {
			return false
		}
		columns += 1 + utf8.RuneCountInString(c.Text())
	}
	return columns <= width
}
