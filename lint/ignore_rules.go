package lint

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// ignoreFamily is the letter of the rules about ignores.
const ignoreFamily = "U"

// aboutIgnores reports whether the rule is about the comments that ignore
// findings. No comment ignores its findings.
func aboutIgnores(r *Rule) bool { return strings.HasPrefix(r.ID, ignoreFamily) }

// IgnoreRules are the rules about comments that ignore findings. catalogue are
// all other rules: those that a comment may name.
func IgnoreRules(catalogue []*Rule) []*Rule {
	c := ignoreChecks{catalogue}
	return []*Rule{c.unused(), c.invalid(), c.withoutReason(), c.notAllowed(), c.onBrace()}
}

type ignoreChecks struct{ catalogue []*Rule }

// eachIgnore calls do for the ignores of the files that were asked for.
func eachIgnore(p *Pass, do func(*nixast.File, *ignore)) {
	for _, f := range p.Project.Files() {
		if f.Asked && f.Tree != nil {
			for _, i := range p.run.ignoresIn(f.Tree) {
				do(f.Tree, i)
			}
		}
	}
}

func (c ignoreChecks) unused() *Rule {
	return &Rule{Page: Page{
		ID: "U001", Name: "ignore-unused", Since: "0.1.0", Severity: Warning,
		Title: "a comment ignores what is not there",
		Text: `A comment names a rule that finds nothing where the comment is about. It was repaired, or it moved;
left there, the comment would hide the next finding, which nobody has looked at. The rules that it names
are asked whether they were selected or not.`,
		WhenNot: "Where the finding depends on flags that this run did not have, such as --baseline. Write them into wardnix.toml, and every run has them.",
		Before: `{
  # wardnix: ignore[unknown-directive] our systemd is patched
  systemd.services.web.serviceConfig.ProtectHome = true;
}
`,
		After: `{
  systemd.services.web.serviceConfig.ProtectHome = true;
}
`,
		References: []string{"docs/suppression.md"},
	},
		Check: func(p *Pass) {
			eachIgnore(p, func(f *nixast.File, i *ignore) { c.reportUnused(p, f, i) })
		},
	}
}

// reportUnused reports the rules of an ignore that find nothing.
func (c ignoreChecks) reportUnused(p *Pass, f *nixast.File, i *ignore) {
	if i.problem != "" {
		return
	}
	var unused []int
	for n, named := range i.rules {
		rule := Find(c.catalogue, named.name)
		if rule == nil || !p.run.ignorable(f, rule) {
			continue // told by other rules
		}
		used := slices.ContainsFunc(p.run.findings(rule), func(x Finding) bool {
			return x.File == f && i.governsPlace(x.Span.Start)
		})
		if !used {
			unused = append(unused, n)
		}
	}
	if len(unused) == 0 {
		return
	}
	names := make([]string, len(unused))
	for n, u := range unused {
		names[n] = i.rules[u].name
	}
	fix := Fix{Title: "remove the comment", Applicability: Safe, Comments: true, Edits: In(f, removeComment(f, i.comment))}
	if len(unused) < len(i.rules) {
		fix.Title, fix.Edits = "take "+strings.Join(names, ", ")+" out of it", In(f, i.without(unused))
	}
	p.Report(Finding{
		File: f, Span: i.rules[unused[0]].span, About: keys(names),
		Message: strings.Join(names, " and ") + plural(len(names), " finds", " find") + " nothing here that could be ignored",
		Fixes:   []Fix{fix},
	})
}

// keys refer to rules by name.
func keys(names []string) []unit.Ref {
	refs := make([]unit.Ref, len(names))
	for i, name := range names {
		refs[i].Key = name
	}
	return refs
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// removeComment takes a comment away, with its line if that is empty then.
func removeComment(f *nixast.File, t nixast.Token) []emit.Edit {
	s := t.Span()
	line := f.Line(f.Position(s.Start).Line)
	rest := strings.TrimRight(f.Src[s.End:max(s.End, line.End)], "\r\n")
	switch {
	case strings.Trim(rest, " \t") != "":
		return []emit.Edit{{Start: s.Start, End: s.End + len(rest) - len(strings.TrimLeft(rest, " \t"))}}
	case ownLine(f, s.Start):
		return []emit.Edit{{Start: line.Start, End: line.End}}
	}
	before := strings.TrimRight(f.Src[:s.Start], " \t")
	return []emit.Edit{{Start: len(before), End: s.End + len(rest)}}
}

// without takes rules out of the list of an ignore that names others, too.
func (i *ignore) without(which []int) []emit.Edit {
	var edits []emit.Edit
	for _, n := range which {
		e := emit.Edit{Start: i.rules[n].span.Start, End: i.rules[n].span.End}
		switch {
		case n+1 < len(i.rules):
			e.End = i.rules[n+1].span.Start
		default: // the last one goes with those before it that go
			first := n
			for first > 0 && slices.Contains(which, first-1) {
				first--
			}
			e.Start = i.rules[first-1].span.End
			edits = slices.DeleteFunc(edits, func(o emit.Edit) bool { return o.Start >= e.Start })
		}
		edits = append(edits, e)
	}
	return edits
}

func (c ignoreChecks) invalid() *Rule {
	return &Rule{Page: Page{
		ID: "U002", Name: "ignore-invalid", Since: "0.1.0", Severity: Error,
		Title: "a comment is written to ignore findings and does not",
		Text: `A comment that begins with ` + "`wardnix:`" + ` ignores findings only if it has the form
` + "`# wardnix: ignore[RULE, …] reason`" + ` above a binding or a list element or behind code on its line, or
` + "`# wardnix: ignore-file[RULE, …] reason`" + ` above all code, and names rules that exist, by ID or name.`,
		Before: `{
  # wardnix: ignore[unknown-directvie] our systemd is patched
  systemd.services.web.serviceConfig.ProtectHomes = true;
}
`,
		After: `{
  # wardnix: ignore[unknown-directive] our systemd is patched
  systemd.services.web.serviceConfig.ProtectHomes = true;
}
`,
		References: []string{"docs/suppression.md"},
	},
		Check: func(p *Pass) {
			eachIgnore(p, func(f *nixast.File, i *ignore) { c.reportInvalid(p, f, i) })
		},
	}
}

func (c ignoreChecks) reportInvalid(p *Pass, f *nixast.File, i *ignore) {
	if i.problem != "" {
		x := Finding{File: f, Span: i.comment.Span(), Message: "this comment ignores nothing: " + i.problem}
		if i.hint != "" {
			x.Fixes = []Fix{rewrite(f, i.comment.Span(), i.hint)}
		}
		p.Report(x)
		return
	}
	for _, named := range i.rules {
		if Find(c.catalogue, named.name) != nil || namesFamily(named.name) {
			continue
		}
		x := Finding{File: f, Span: named.span, Message: fmt.Sprintf("there is no rule %q to ignore", named.name)}
		if near := spell.Nearest(named.name, c.names()); near != "" {
			x.Message += "; did you mean " + near + "?"
			x.Fixes = []Fix{rewrite(f, named.span, near)}
		}
		p.Report(x)
	}
}

// rewrite puts text in the place of a part of a comment.
func rewrite(f *nixast.File, s nixast.Span, text string) Fix {
	return Fix{
		Title: "write " + strings.TrimSpace(text), Applicability: Safe, Comments: true,
		Edits: In(f, []emit.Edit{{Start: s.Start, End: s.End, New: text}}),
	}
}

// names are the names of all rules that can be ignored. IDs are no help in
// finding what was meant: they all look alike.
func (c ignoreChecks) names() []string {
	out := make([]string, len(c.catalogue))
	for n, r := range c.catalogue {
		out[n] = r.Name
	}
	return out
}

// namesFamily reports whether the name is that of a rule about ignores.
func namesFamily(name string) bool {
	return Find(IgnoreRules(nil), name) != nil
}

func (c ignoreChecks) withoutReason() *Rule {
	return &Rule{Page: Page{
		ID: "U003", Name: "ignore-without-reason", Since: "0.1.0", Severity: Info,
		Title: "a comment ignores a finding and does not say why",
		Text: `Who reads the comment later cannot tell whether it still holds. Reasons are asked for where the project
says ` + "`require-reasons = true`" + ` in wardnix.toml, or the rule is selected.`,
		Before: `{
  # wardnix: ignore[unknown-directive]
  systemd.services.web.serviceConfig.ProtectHomes = true;
}
`,
		References: []string{"docs/suppression.md"},
	},
		Check: func(p *Pass) {
			eachIgnore(p, func(f *nixast.File, i *ignore) {
				if i.problem == "" && i.reason == "" {
					p.Report(Finding{File: f, Span: i.comment.Span(), Message: "a reason is missing behind the brackets"})
				}
			})
		},
	}
}

func (c ignoreChecks) notAllowed() *Rule {
	return &Rule{Page: Page{
		ID: "U004", Name: "ignore-not-allowed", Since: "0.1.0", Severity: Error,
		Title: "a comment names a rule that comments may not ignore",
		Text: `The project lists rules that no comment may ignore (` + "`not-ignorable`" + ` in wardnix.toml): their
findings are told all the same. The rules about ignores are never ignored by a comment; leave them out
with --ignore, or in wardnix.toml.`,
		Before: `{
  # wardnix: ignore[ignore-unused] it comes and goes
  systemd.services.web.serviceConfig.ProtectHome = true;
}
`,
		References: []string{"docs/suppression.md"},
	},
		Check: func(p *Pass) {
			eachIgnore(p, func(f *nixast.File, i *ignore) { c.reportNotAllowed(p, f, i) })
		},
	}
}

func (c ignoreChecks) reportNotAllowed(p *Pass, f *nixast.File, i *ignore) {
	for _, named := range i.rules {
		rule := Find(c.catalogue, named.name)
		switch {
		case i.problem != "":
		case namesFamily(named.name):
			p.Report(Finding{File: f, Span: named.span, Message: "no comment ignores the rules about ignores, such as " + named.name})
		case rule != nil && !p.run.ignorable(f, rule):
			p.Report(Finding{File: f, Span: named.span, Message: "the project does not allow to ignore " + rule.String()})
		}
	}
}

func (c ignoreChecks) onBrace() *Rule {
	return &Rule{Page: Page{
		ID: "U005", Name: "ignore-on-brace", Since: "0.1.0", Severity: Warning,
		Title: "a comment that ignores findings stands behind an opening brace",
		Text: `It governs the binding that the brace belongs to. But nixfmt moves it inside the braces, above the first
binding there, and it governs only that then. Above the binding, it stays.`,
		Before: `{
  systemd.services.web.serviceConfig = { # wardnix: ignore[unknown-directive] our systemd is patched
    ProtectHomes = true;
  };
}
`,
		After: `{
  # wardnix: ignore[unknown-directive] our systemd is patched
  systemd.services.web.serviceConfig = {
    ProtectHomes = true;
  };
}
`,
		References: []string{"docs/suppression.md", "nixfmt 1.4"},
	},
		Check: func(p *Pass) {
			eachIgnore(p, func(f *nixast.File, i *ignore) {
				if i.problem == "" && !i.brace.IsZero() {
					p.Report(Finding{
						File: f, Span: i.comment.Span(), Message: "formatters move this comment inside the braces, where it governs less",
						Fixes: []Fix{{Title: "move it above the binding", Applicability: Safe, Comments: true, Edits: In(f, i.above(f))}},
					})
				}
			})
		},
	}
}

// above moves a comment from behind a brace to a line above the binding.
func (i *ignore) above(f *nixast.File) []emit.Edit {
	return append(removeComment(f, i.comment), lineAbove(f, i.brace, i.comment.Text()))
}

// lineAbove puts a line above a node that is the first on its own.
func lineAbove(f *nixast.File, n nixast.Node, text string) emit.Edit {
	start := n.Span().Start
	line := f.Line(f.Position(start).Line).Start
	eol := emit.Learn(f).EOL
	if eol == "" {
		eol = "\n"
	}
	return emit.Edit{Start: line, End: line, New: f.Src[line:start] + strings.TrimRight(text, "\r") + eol}
}
