package profile

import (
	"regexp"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// The row ReadOnlyPaths of the cloudflared baseline requires the path of the
// tunnel's token: whatever the command gives to --token-file.

// IsToken reports whether the row is that one.
func (r *Requirement) IsToken() bool { return r.Name() == "ReadOnlyPaths" && r.Baseline.Applies != nil }

// tokenFlag finds the argument of --token-file in a command line as
// [nixos.Line.Shown] has it.
var tokenFlag = regexp.MustCompile(`--token-file[ =]["']?((?:\$\{[^}]*\}|[^\s"'])+)`)

// ShownToken is the token's path as the unit's command shows it.
func ShownToken(u *nixos.Unit) (string, bool) {
	for _, l := range u.Lines() {
		if l.Section == "Service" && l.Key == "ExecStart" {
			if m := tokenFlag.FindStringSubmatch(l.Shown); m != nil {
				return m[1], true
			}
		}
	}
	return "", false
}

// tokenExpr is the token's path as an expression, the very text of the command,
// and the definition of ExecStart that it is in: next to that it means the
// same.
func tokenExpr(u *nixos.Unit) (expr string, beside *nixos.Def, ok bool) {
	for _, d := range u.Directive("Service", "ExecStart").Defs {
		for n := range d.Binding.Descendants() {
			if n.Kind() == nixast.String {
				if expr, ok := tokenInString(n); ok {
					return expr, d, true
				}
			}
		}
	}
	return "", nil, false
}

// TokenSite is the place next to that definition.
func TokenSite(u *nixos.Unit) nixos.Site {
	unwritten := nixos.Site{Reason: "the command is not written as a binding of its own"}
	_, d, ok := tokenExpr(u)
	if !ok {
		return unwritten
	}
	b, isBinding := d.Binding.AsBinding()
	if !isBinding || d.Set.IsZero() {
		return unwritten
	}
	site := nixos.Site{Set: d.Set, Siblings: []nixast.Node{d.Binding}}
	if b.Path().Child(1).IsZero() {
		return site
	}
	site.Prefix = "serviceConfig" // or longer: what the sibling begins with
	return site
}

var tokenStart = regexp.MustCompile(`--token-file[ =]`)

// tokenInString finds the argument in a string: the expression inside ${…} if
// the argument is just that, else a string of the same text.
func tokenInString(n nixast.Node) (string, bool) {
	span := n.Span()
	src := n.File().Src
	m := tokenStart.FindStringIndex(src[span.Start:span.End])
	if m == nil {
		return "", false
	}
	start := span.Start + m[1]
	end := start
	var inner nixast.Node
	for end < span.End-1 && !strings.ContainsRune(" \t\r\n\"'\\", rune(src[end])) {
		if in, ok := interpolationAt(n, end); ok {
			inner, end = in, in.Span().End
			continue
		}
		end++
	}
	switch arg := src[start:end]; {
	case arg == "":
		return "", false
	case !inner.IsZero() && arg == inner.Text():
		return inner.Inner().Text(), true
	default:
		return `"` + arg + `"`, true
	}
}

func interpolationAt(n nixast.Node, offset int) (nixast.Node, bool) {
	for c := range n.Children() {
		if c.Kind() == nixast.Interpolation && c.Span().Start == offset {
			return c, true
		}
	}
	return nixast.Node{}, false
}
