package lint

import (
	"slices"
	"strconv"
	"strings"

	"wardnix/lint/spell"
	"wardnix/nixast"
)

// A Suppression is a comment that suppresses findings:
//
//	# wardnix: ignore[B001, unknown-directive] the reason
//	# wardnix: ignore-file[B001] the reason
//
// On a separate line, the first form covers the binding, the inherit or the list
// element below and everything in it. After code, it covers what starts on its line
// and everything in that, and what ends right before it. The second form comes
// before all code and covers the file.
type Suppression struct {
	File    *nixast.File
	Comment nixast.Token
	// Rules are those whose findings it suppresses.
	Rules []NamedRule
	// Reason is the text after the brackets.
	Reason string
	// Problem says why the comment suppresses nothing; "" if it works.
	Problem string
	// Hint is the text of the comment that was meant, if that is plain.
	Hint string
	// Brace is the binding whose opening brace the comment follows, where it does.
	Brace nixast.Node
	// wholeFile distinguishes ignore-file from ignore.
	wholeFile bool
	// covered are the places that it is about.
	covered []nixast.Span
}

// NamedRule is a rule as a suppression names it: by ID or name, in any case, or by
// a word that names none.
type NamedRule struct {
	Name string
	Span nixast.Span // in the file
}

// suppressionMark begins the text of every suppression.
const suppressionMark = "wardnix:"

// suppressionsOf are the suppressions of a file, in order, including those that do
// not work.
func suppressionsOf(f *nixast.File) []*Suppression {
	if !strings.Contains(f.Src, suppressionMark) {
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

// placer finds what the suppressions of a file cover, as it goes through the tokens.
type placer struct {
	file *nixast.File
	// items are the nodes that comments can be about, by start, outer ones first.
	items []nixast.Node
	// ends are their spans by where they end.
	ends  map[int][]nixast.Span
	found []*Suppression
	above []*Suppression // those that wait for the code below
	last  nixast.Token   // the last code
}

func (p *placer) token(t nixast.Token) {
	if !t.Kind().IsTrivia() {
		for _, s := range p.above {
			s.covered, s.Problem = p.below(t)
		}
		p.above, p.last = nil, t
		return
	}
	if !t.Kind().IsComment() {
		return
	}
	s := readSuppression(t)
	if s == nil {
		return
	}
	s.File = p.file
	p.found = append(p.found, s)
	switch {
	case s.Problem != "":
	case s.wholeFile && !p.last.IsZero():
		s.Problem = "ignore-file must come before all code of the file"
	case s.wholeFile:
		s.covered = []nixast.Span{{Start: 0, End: len(p.file.Src) + 1}}
	case ownLine(p.file, t.Span().Start):
		p.above = append(p.above, s)
	default:
		p.after(s)
	}
}

// below is what a comment on a separate line covers, with next below it.
func (p *placer) below(next nixast.Token) (covered []nixast.Span, problem string) {
	start := next.Span().Start
	if n := p.from(start); n < len(p.items) && p.items[n].Span().Start == start {
		return []nixast.Span{p.items[n].Span()}, ""
	}
	problem = "no binding or list element follows it"
	if p.last.IsZero() {
		problem += "; for the whole file, use ignore-file"
	}
	return nil, problem
}

// after is for a comment after code.
func (p *placer) after(s *Suppression) {
	at := s.Comment.Span().Start
	line := p.file.Line(p.file.Position(at).Line)
	s.covered = append([]nixast.Span{line}, p.ends[p.last.Span().End]...)
	first := p.from(line.Start)
	for n := first; n < len(p.items) && p.items[n].Span().Start < at; n++ {
		s.covered = append(s.covered, p.items[n].Span())
	}
	if opens(p.last) {
		if first < len(p.items) && ownLine(p.file, p.items[first].Span().Start) && p.items[first].Span().Start < at {
			s.Brace = p.items[first]
		}
	}
}

// opens reports whether a token is an opening brace, bracket or parenthesis.
func opens(t nixast.Token) bool {
	k := t.Kind()
	return k == nixast.LCurly || k == nixast.LBracket || k == nixast.LParen
}

// from is the index of the first item that starts at an offset or after it.
func (p *placer) from(offset int) int {
	n, _ := slices.BinarySearchFunc(p.items, offset, func(n nixast.Node, at int) int { return n.Span().Start - at })
	return n
}

// readSuppression reads the comment; nil if it is not a suppression.
func readSuppression(t nixast.Token) *Suppression {
	start, end := commentText(t)
	text := t.Text()[start:end]
	rest, ok := strings.CutPrefix(text, suppressionMark)
	if !ok || strings.ContainsAny(text, "\r\n") {
		return nil
	}
	s := &Suppression{Comment: t}
	verb, args := cutVerb(strings.TrimLeft(rest, " \t"))
	list, closed := "", false
	if open := strings.TrimLeft(args, " \t"); strings.HasPrefix(open, "[") {
		list, s.Reason, closed = strings.Cut(open[1:], "]")
	}
	s.Reason = strings.TrimSpace(s.Reason)
	s.wholeFile = verb == "ignore-file"
	switch {
	case verb != "ignore" && verb != "ignore-file":
		s.Problem = "unknown word " + strconv.Quote(verb) + " (expected ignore or ignore-file)"
		if w := nearestVerb(verb); w != "" {
			s.Hint = t.Text()[:start] + suppressionMark + " " + w + args + t.Text()[end:]
		}
	case !closed:
		s.Problem = "no rules in brackets (expected " + verb + "[RULE] and the reason)"
	default:
		// list is a part of the comment's text: where it starts follows from what comes after it.
		at := t.Span().Start + end - len(args) + strings.IndexByte(args, '[') + 1
		s.readRules(list, at)
	}
	return s
}

// readRules reads the names between the brackets, which start at an offset of
// the file.
func (s *Suppression) readRules(list string, at int) {
	for name := range strings.SplitSeq(list, ",") {
		word := strings.TrimSpace(name)
		if word == "" {
			s.Problem = "a rule is missing between the brackets"
			return
		}
		from := at + strings.Index(name, word)
		s.Rules = append(s.Rules, NamedRule{word, nixast.Span{Start: from, End: from + len(word)}})
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

// isItem reports whether n is what a comment can be above: a binding, an
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

// ownLine reports whether only white space precedes an offset on its line.
func ownLine(f *nixast.File, offset int) bool {
	before := strings.TrimRight(f.Src[:offset], " \t")
	return before == "" || strings.HasSuffix(before, "\n") || strings.HasSuffix(before, "\r")
}

// Covers reports whether the suppression is about a place.
func (s *Suppression) Covers(offset int) bool {
	return slices.ContainsFunc(s.covered, func(c nixast.Span) bool { return c.Contains(offset) })
}

// suppresses reports whether a rule that the comment names is that of the finding,
// which it covers.
func (s *Suppression) suppresses(f *Finding) bool {
	return s.Problem == "" && s.Covers(f.Span.Start) &&
		slices.ContainsFunc(s.Rules, func(r NamedRule) bool { return f.Rule.NamedBy(r.Name) == 3 })
}
