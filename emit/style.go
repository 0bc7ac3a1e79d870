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
	EOL    string // line end; "" means LF
	Indent string // one step of indentation; "" means two spaces
	Width  int    // columns; 0 means 100
	Dotted bool   // parents are written a.b = …; rather than a = { b = …; };

	// OneLineLists keeps a list of several elements on one line where it fits.
	OneLineLists bool
	// OneLineSets keeps a set of several bindings on one line where it fits.
	OneLineSets bool
	// TightEmpty writes [] and {} for [ ] and { }.
	TightEmpty bool
}

func (s Style) step() string { return cmp.Or(s.Indent, "  ") }
func (s Style) nl() string   { return cmp.Or(s.EOL, "\n") }
func (s Style) width() int   { return cmp.Or(s.Width, 100) }

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
	var dotted, lists, sets, tight vote
	steps := map[string]int{}
	for n := range f.Root().Descendants() {
		switch n.Kind() {
		case nixast.BindingNode:
			dotted.learnPath(nixast.Binding{Node: n})
		case nixast.List:
			learnBrackets(n, s.width(), &lists, &tight, steps)
		case nixast.AttrSet:
			learnBrackets(n, s.width(), &sets, &tight, steps)
		}
	}
	s.Dotted = dotted.yes > dotted.no
	s.OneLineLists = lists.yes > lists.no
	s.OneLineSets = sets.yes > sets.no
	s.TightEmpty = tight.yes > tight.no
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

// learnBrackets learns from a list or set n: whether it stands on one line
// although it has several parts (or on several although one would do), how an
// empty one is written, and how far it indents.
func learnBrackets(n nixast.Node, width int, oneLine, tight *vote, steps map[string]int) {
	span, parts := n.Span(), size(n.Children())
	text := n.Text()
	if parts == 0 {
		if text == "{}" || text == "[]" {
			tight.yes++
		} else if text == "{ }" || text == "[ ]" {
			tight.no++
		}
		return
	}
	if !strings.Contains(text, "\n") {
		if parts > 1 {
			oneLine.yes++
		}
		return
	}
	if parts > 1 && n.Kind() == nixast.List && wouldFit(n, width) {
		oneLine.no++
	} else if parts > 1 && n.Kind() == nixast.AttrSet {
		oneLine.no++
	}
	src := n.File().Src
	first := n.Child(0).Span().Start
	inner, own := indentOf(src, first)
	outer, _ := indentOf(src, span.Start)
	if step, ok := strings.CutPrefix(inner, outer); ok && own && step != "" {
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
