package rendering

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// eachPlainAfterDeny calls do for the directives of which a line with "~" comes
// first, with the lines behind it that have none.
func eachPlainAfterDeny(p *lint.Pass, do func(u *unit.Unit, d *directive.Directive, k *unit.DirectiveLines, plain []unit.PlainAfterDeny)) {
	lint.EachUnit(p, func(u *unit.Unit) {
		unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
			if plain := u.PlainAfterDeny(d, k); len(plain) > 0 {
				do(u, d, k, plain)
			}
		})
	})
}

// TildeOnce reports lists of which only the first element has the "~" that all
// were meant to have.
var TildeOnce = &lint.Rule{
	Page: lint.ReadPage(pages, "tilde-once"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
				if plain := u.BareAfterDeny(d, k); len(plain) > 0 {
					reportTildeOnce(p, u, d, plain)
				}
			})
		})
	},
}

func reportTildeOnce(p *lint.Pass, u *unit.Unit, d *directive.Directive, plain []unit.PlainAfterDeny) {
	var names []string
	x := lint.Fix{Title: "write ~ before each", Applicability: lint.Unsafe, Breaks: "what the service does with it, which was allowed until now"}
	fixable := true
	for _, l := range plain {
		names = append(names, l.Text)
		one := fix.Replace(u, unit.WrittenAt(u, l.Line), "~"+l.Text, "", lint.Unsafe, "")
		if len(one) == 0 {
			fixable = false
			continue
		}
		x.Edits = append(x.Edits, one[0].Edits...)
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s: %s is a deny list, and %s without ~ takes nothing out of it: it stays allowed", u.Name, d.Name, strings.Join(names, ", ")),
		Units:   u.Self(), About: u.About(d.Name),
	}
	f.File, f.Span = unit.LinePlace(u, plain[0].Line)
	if fixable {
		f.Fixes = []lint.Fix{x}
	}
	p.Report(f)
}

// AllowAfterDeny reports @system-service behind a deny line.
var AllowAfterDeny = &lint.Rule{
	Page: lint.ReadPage(pages, "allow-after-deny"),
	Check: func(p *lint.Pass) {
		eachPlainAfterDeny(p, func(u *unit.Unit, d *directive.Directive, k *unit.DirectiveLines, plain []unit.PlainAfterDeny) {
			i := slices.IndexFunc(plain, func(l unit.PlainAfterDeny) bool { return l.Base })
			if i < 0 {
				return
			}
			l := plain[i]
			message := fmt.Sprintf("%s: a line with ~ comes before `%s`, so %s stays a deny list, and all calls that it does not name stay allowed", u.Name, l.Text, d.Name)
			if len(l.Lifted) > 0 {
				message += fmt.Sprintf("; %d of the denied are allowed again", len(l.Lifted))
			}
			lint.ReportLine(p, u, l.Line, message, toFront(u, k, l.Line))
		})
	},
}

// toFront moves an element to the front of the list that all lines stand in.
func toFront(u *unit.Unit, k *unit.DirectiveLines, l nixos.Line) []lint.Fix {
	var nodes []nixast.Node
	at := -1
	for _, line := range k.Lines {
		n := unit.WrittenAt(u, line)
		if n.IsZero() || n.Parent().Kind() != nixast.List || line.Def != l.Def {
			return nil
		}
		if n == unit.WrittenAt(u, l) {
			at = len(nodes)
		}
		nodes = append(nodes, n)
	}
	list := nodes[0].Parent()
	if at <= 0 || !fix.Automatic(u) || emit.Shared(list) != nil || len(list.CommentsInside()) > 0 || k.Lines[0].Text == "" {
		return nil
	}
	var edits []emit.Edit
	for i := range at + 1 {
		from := nodes[at]
		if i > 0 {
			from = nodes[i-1]
		}
		if from.Parent() != list {
			return nil
		}
		edits = append(edits, emit.Edit{Start: nodes[i].Span().Start, End: nodes[i].Span().End, New: from.Text()})
	}
	return []lint.Fix{{Title: "put it first", Applicability: lint.Unsafe, Breaks: "calls outside of the group are refused from then on; try the service under load",
		Edits: lint.In(list.File(), edits)}}
}

// DenyException reports names that are taken out of a deny list.
var DenyException = &lint.Rule{
	Page: lint.ReadPage(pages, "deny-exception"),
	Check: func(p *lint.Pass) {
		eachPlainAfterDeny(p, func(u *unit.Unit, d *directive.Directive, k *unit.DirectiveLines, plain []unit.PlainAfterDeny) {
			for _, l := range plain {
				if !unit.HasBase(plain) && len(l.Lifted) > 0 {
					lint.ReportLine(p, u, l.Line, fmt.Sprintf("%s: `%s` behind a line with ~ allows again: %s", u.Name, l.Text, few(l.Lifted)), nil)
				}
			}
		})
	},
}

// few are the first of some names, and how many more there are.
func few(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, " ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], " "), len(names)-most)
}

// TildeInside reports "~" before a later name of a string.
var TildeInside = &lint.Rule{
	Page: lint.ReadPage(pages, "tilde-inside"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachMisread(u, unit.LaterTilde, func(m unit.Misread) {
				parts := splitAtTilde(m.Text)
				node := unit.WrittenAt(u, m.Line)
				fixes := fix.ReplaceElement(u, node, parts, "write "+quoted(parts), lint.Safe, "")
				if len(parts) == 1 {
					fixes = fix.Replace(u, node, parts[0], "write "+quoted(parts), lint.Safe, "")
				}
				lint.ReportLine(p, u, m.Line, fmt.Sprintf("%s: ~ counts at the start of `%s=%s` only: systemd ignores %s", u.Name, m.Key, m.Text, strings.Join(tildeWords(m.Text), ", ")), fixes)
			})
		})
	},
}

func tildeWords(text string) []string {
	return slices.DeleteFunc(strings.Fields(text)[1:], func(w string) bool { return w[0] != '~' })
}

// splitAtTilde parts a set into lines, each of one direction. A set that begins
// with "~" stays one line.
func splitAtTilde(text string) []string {
	var plain, denied []string
	for _, word := range strings.Fields(text) {
		if name, ok := strings.CutPrefix(word, "~"); ok || text[0] == '~' {
			denied = append(denied, name)
		} else {
			plain = append(plain, word)
		}
	}
	var parts []string
	if len(plain) > 0 {
		parts = append(parts, strings.Join(plain, " "))
	}
	return append(parts, "~"+strings.Join(denied, " "))
}

func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = nixast.QuoteString(t)
	}
	return strings.Join(out, " ")
}
