package lint

import (
	"slices"
	"strconv"
	"strings"

	"wardnix/lint/spell"
	"wardnix/nixast"
)

// An ignore is a comment by which a file keeps findings from being told:
//
//	# wardnix: ignore[B001, unknown-directive] the reason
//	# wardnix: ignore-file[B001] the reason
//
// On a line of its own, the first form governs the binding, the inherit or the
// list element below and all in it. Behind code, it governs what starts on its
// line and all in it, and what ends right before it. The second form stands
// above all code and governs the file.
type ignore struct {
	comment nixast.Token
	rules   []ignoredRule
	file    bool // ignore-file
	reason  string
	// problem says what keeps the comment from working; it governs nothing then.
	problem string
	// hint is the text of the comment that was meant, if that is plain.
	hint string
	// governs are the places that it is about.
	governs []nixast.Span
	// brace is the binding above which a comment behind its opening brace
	// should stand: formatters move it inside.
	brace nixast.Node
}

// ignoredRule is a rule as a comment names it.
type ignoredRule struct {
	name string
	span nixast.Span // in the file
}

// ignoreMark begins the text of every such comment.
const ignoreMark = "wardnix:"

// ignoresOf are the ignores of a file, in order, those that do not work among
// them.
func ignoresOf(f *nixast.File) []*ignore {
	if !strings.Contains(f.Src, ignoreMark) {
		return nil
	}
	p := placer{file: f, ends: map[int][]nixast.Span{}}
	for n := range f.Root().Descendants() {
		if isItem(n) {
			p.items = append(p.items, n)
			p.ends[n.Span().End] = append(p.ends[n.Span().End], n.Span())
		}
	}
	for t := range f.Tokens() {
		p.token(t)
	}
	return p.found
}

// placer finds what the ignores of a file govern, as it goes through the tokens.
type placer struct {
	file *nixast.File
	// items are the nodes that comments can be about, by start, outer ones first.
	items []nixast.Node
	// ends are their spans by where they end.
	ends  map[int][]nixast.Span
	found []*ignore
	above []*ignore    // ignores that wait for the code below
	last  nixast.Token // the last code
}

func (p *placer) token(t nixast.Token) {
	if !t.Kind().IsTrivia() {
		for _, i := range p.above {
			i.governs, i.problem = p.below(t)
		}
		p.above, p.last = nil, t
		return
	}
	if !t.Kind().IsComment() {
		return
	}
	i := readIgnore(t)
	if i == nil {
		return
	}
	p.found = append(p.found, i)
	switch {
	case i.problem != "":
	case i.file && !p.last.IsZero():
		i.problem = "ignore-file stands above all code of a file"
	case i.file:
		i.governs = []nixast.Span{{Start: 0, End: len(p.file.Src) + 1}}
	case ownLine(p.file, t.Span().Start):
		p.above = append(p.above, i)
	default:
		p.behind(i)
	}
}

// below is what a comment on a line of its own governs, with next below it.
func (p *placer) below(next nixast.Token) (governs []nixast.Span, problem string) {
	start := next.Span().Start
	if n := p.from(start); n < len(p.items) && p.items[n].Span().Start == start {
		return []nixast.Span{p.items[n].Span()}, ""
	}
	problem = "it stands above no binding and no list element, and so governs nothing"
	if p.last.IsZero() {
		problem += "; ignore-file governs the whole file"
	}
	return nil, problem
}

// behind is for a comment behind code.
func (p *placer) behind(i *ignore) {
	at := i.comment.Span().Start
	line := p.file.Line(p.file.Position(at).Line)
	i.governs = append([]nixast.Span{line}, p.ends[p.last.Span().End]...)
	first := p.from(line.Start)
	for n := first; n < len(p.items) && p.items[n].Span().Start < at; n++ {
		i.governs = append(i.governs, p.items[n].Span())
	}
	if opens(p.last) {
		if first < len(p.items) && ownLine(p.file, p.items[first].Span().Start) && p.items[first].Span().Start < at {
			i.brace = p.items[first]
		}
	}
}

// opens reports whether a token is an opening brace, bracket or parenthesis.
func opens(t nixast.Token) bool {
	k := t.Kind()
	return k == nixast.LCurly || k == nixast.LBracket || k == nixast.LParen
}

// from is the index of the first item that starts at an offset or behind it.
func (p *placer) from(offset int) int {
	n, _ := slices.BinarySearchFunc(p.items, offset, func(n nixast.Node, at int) int { return n.Span().Start - at })
	return n
}

// readIgnore reads the comment; nil if it is no ignore.
func readIgnore(t nixast.Token) *ignore {
	start, end := commentText(t)
	text := t.Text()[start:end]
	rest, ok := strings.CutPrefix(text, ignoreMark)
	if !ok || strings.ContainsAny(text, "\r\n") {
		return nil
	}
	i := &ignore{comment: t}
	verb, args := cutVerb(strings.TrimLeft(rest, " \t"))
	list, closed := "", false
	if open := strings.TrimLeft(args, " \t"); strings.HasPrefix(open, "[") {
		list, i.reason, closed = strings.Cut(open[1:], "]")
	}
	i.reason = strings.TrimSpace(i.reason)
	i.file = verb == "ignore-file"
	switch {
	case verb != "ignore" && verb != "ignore-file":
		i.problem = "the word behind wardnix: is ignore or ignore-file, not " + strconv.Quote(verb)
		if w := nearestVerb(verb); w != "" {
			i.hint = t.Text()[:start] + ignoreMark + " " + w + args + t.Text()[end:]
		}
	case !closed:
		i.problem = "the rules to ignore stand in brackets: " + verb + "[B001] and the reason"
	default:
		// list is a part of the comment's text: where it starts follows from what is behind it.
		at := t.Span().Start + end - len(args) + strings.IndexByte(args, '[') + 1
		i.readRules(list, at)
	}
	return i
}

// readRules reads the names between the brackets, which start at an offset of
// the file.
func (i *ignore) readRules(list string, at int) {
	for name := range strings.SplitSeq(list, ",") {
		word := strings.TrimSpace(name)
		if word == "" {
			i.problem = "a rule is missing between the brackets"
			return
		}
		from := at + strings.Index(name, word)
		i.rules = append(i.rules, ignoredRule{word, nixast.Span{Start: from, End: from + len(word)}})
		at += len(name) + 1
	}
}

// commentText is where the text of a comment starts and ends in it, without
// the signs around it.
func commentText(t nixast.Token) (start, end int) {
	text := t.Text()
	start, end = 1, len(text)
	if t.Kind() == nixast.BlockComment {
		start, end = 2, len(text)-len("*/")
	}
	if end < start {
		return 0, 0
	}
	inner := strings.TrimLeft(text[start:end], " \t*#")
	start = end - len(inner)
	return start, start + len(strings.TrimRight(inner, " \t\r\n"))
}

func cutVerb(s string) (verb, rest string) {
	n := strings.IndexFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '[' })
	if n < 0 {
		return s, ""
	}
	return s[:n], s[n:]
}

func nearestVerb(word string) string {
	if strings.EqualFold(strings.ReplaceAll(word, "_", "-"), "file-ignore") {
		return "ignore-file"
	}
	return spell.Nearest(word, []string{"ignore", "ignore-file"})
}

// isItem reports whether n is what a comment can stand above: a binding, an
// inherit or an element of a list.
func isItem(n nixast.Node) bool {
	switch n.Kind() {
	case nixast.BindingNode, nixast.InheritNode:
		return true
	}
	return n.Parent().Kind() == nixast.List && n.Kind() != nixast.Error
}

// around is the innermost item that a place lies in for which ok holds; the zero Node if
// there is none.
func around(f *nixast.File, offset int, ok func(nixast.Node) bool) nixast.Node {
	var in nixast.Node
	for n := range f.Root().Descendants() {
		s := n.Span()
		if s.Start > offset {
			break
		}
		if s.Contains(offset) && isItem(n) && ok(n) {
			in = n
		}
	}
	return in
}

// ownLine reports whether only blanks stand before an offset on its line.
func ownLine(f *nixast.File, offset int) bool {
	before := strings.TrimRight(f.Src[:offset], " \t")
	return before == "" || strings.HasSuffix(before, "\n") || strings.HasSuffix(before, "\r")
}

// governsPlace reports whether the ignore is about a place.
func (i *ignore) governsPlace(offset int) bool {
	return slices.ContainsFunc(i.governs, func(s nixast.Span) bool { return s.Contains(offset) })
}

// names reports whether the ignore is about a rule.
func (r ignoredRule) names(rule *Rule) bool {
	return strings.EqualFold(r.name, rule.ID) || strings.EqualFold(r.name, rule.Name)
}

// covers reports whether an entry of the ignore is about the finding.
func (i *ignore) covers(f *Finding) bool {
	return i.problem == "" && i.governsPlace(f.Span.Start) &&
		slices.ContainsFunc(i.rules, func(r ignoredRule) bool { return r.names(f.Rule) })
}
