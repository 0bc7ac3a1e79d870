package rendering

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// protective are the lists that take something away from a unit; without them it
// may do more.
var protective = map[string]bool{
	"SystemCallFilter": true, "SystemCallArchitectures": true, "RestrictAddressFamilies": true, "RestrictNamespaces": true,
	"RestrictFileSystems": true, "RestrictNetworkInterfaces": true, "IPAddressDeny": true, "InaccessiblePaths": true, "ReadOnlyPaths": true,
	"NoExecPaths": true, "SocketBindDeny": true, "TemporaryFileSystem": true,
}

// ResetAtEnd reports an empty assignment behind others.
var ResetAtEnd = &lint.Rule{
	Page: lint.ReadPage(pages, "reset-at-end"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
				last := len(k.Lines) - 1
				if last < 1 || d.Empty != directive.EmptyClears && d.Empty != directive.EmptyResets || !unit.Certain(k.Lines[last]) || k.Lines[last].Text != "" {
					return
				}
				l := k.Lines[last]
				if unit.IsNested(u, l) {
					return // nested-list tells of it
				}
				before := slices.DeleteFunc(slices.Clone(k.Lines[:last]), func(b nixos.Line) bool {
					return b.Def == nil || b.Def.Binding.IsZero() || b.Known && b.Text == ""
				})
				if len(before) == 0 || l.Def == nil || l.Def.Binding.IsZero() {
					return
				}
				first := before[0]
				if first.Def != l.Def && (!protective[k.Key] || u.Pattern || !unit.MeetIn(u, first.Def, l.Def)) {
					return
				}
				f := lint.Finding{
					Message: fmt.Sprintf("%s: the empty `%s=` at the end undoes the lines before it; nothing of the list is left", u.Name, k.Key),
					Units:   u.Self(), About: u.About(k.Key),
				}
				f.File, f.Span = unit.LinePlace(u, l)
				if first.Def != l.Def {
					file, span := unit.LinePlace(u, first)
					f.Related = []lint.Related{{File: file, Span: span, Message: "what is undone"}}
				}
				p.Report(f)
			})
		})
	},
}

// DefaultListLost reports a list under mkDefault that another list was meant to
// add to.
var DefaultListLost = &lint.Rule{
	Page: lint.ReadPage(pages, "default-list-lost"),
	Check: func(p *lint.Pass) {
		lint.EachDirectiveOption(p, func(u *unit.Unit, section string, o *nixos.Option) {
			if o.Name() != "SystemCallFilter" && o.Name() != "RestrictAddressFamilies" && o.Name() != "CapabilityBoundingSet" || u.Pattern {
				return
			}
			for _, lost := range o.Overridden {
				if lost.Priority <= nixos.PriorityPlain || !unit.IsSure(lost) || !startsWith(u, lost, false) {
					continue
				}
				if slices.ContainsFunc(o.Defs, func(d *nixos.Def) bool {
					return d.Priority != nixos.PriorityPlain || !unit.IsSure(d) || !onlyDenies(u, d) && !onlyAdds(u, o, d) || !unit.MeetIn(u, lost, d)
				}) {
					continue
				}
				f := lint.Finding{
					Message: fmt.Sprintf("%s: this list of %s does not add to the one under mkDefault, but replaces it: nothing is left but what it denies", u.Name, o.Name()),
					Units:   u.Self(), About: u.About(o.Name()),
				}
				if !onlyDenies(u, o.Defs[0]) {
					f.Message = fmt.Sprintf("%s: this list of %s does not add to the one under mkDefault, but replaces it: the service may not even read", u.Name, o.Name())
				}
				f.File, f.Span = unit.ValuePlace(o.Defs[0])
				file, span := unit.ValuePlace(lost)
				f.Related = []lint.Related{{File: file, Span: span, Message: "the list that is lost"}}
				p.Report(f)
				return
			}
		})
	},
}

// startsWith reports whether a definition's list begins with a line that denies,
// or with one that allows.
func startsWith(u *unit.Unit, d *nixos.Def, deny bool) bool {
	items, ok := unit.KnownStrings(u.Host.Evaluator(), d.Value)
	return ok && len(items) > 0 && items[0] != "" && strings.HasPrefix(items[0], "~") == deny
}

func onlyDenies(u *unit.Unit, d *nixos.Def) bool {
	items, ok := unit.KnownStrings(u.Host.Evaluator(), d.Value)
	return ok && len(items) > 0 && !slices.ContainsFunc(items, func(s string) bool { return !strings.HasPrefix(s, "~") })
}

// onlyAdds reports whether a definition allows system calls, and not the one that
// every program makes, so that it was meant to add to another.
func onlyAdds(u *unit.Unit, o *nixos.Option, d *nixos.Def) bool {
	items, ok := unit.KnownStrings(u.Host.Evaluator(), d.Value)
	if !ok || len(items) == 0 || o.Name() != "SystemCallFilter" {
		return false
	}
	for _, item := range items {
		for word := range strings.FieldsSeq(item) {
			if word[0] == '~' || slices.Contains(unit.Members(word, u.Version), "read") {
				return false
			}
		}
	}
	return true
}

// NestedList reports lists inside of lists.
var NestedList = &lint.Rule{
	Page: lint.ReadPage(pages, "nested-list"),
	Check: func(p *lint.Pass) {
		lint.EachCertainLine(p, func(u *unit.Unit, d *directive.Directive, _ *unit.DirectiveLines, l nixos.Line) {
			if l.Value == nil {
				return
			}
			list, ok := u.Host.Evaluator().Force(l.Value).(*eval.List)
			if !ok || len(list.Items) == 1 || len(list.Items) > 1 && !oneALine(d.KindIn(u.Version)) {
				return
			}
			if len(list.Items) == 0 {
				lint.ReportLine(p, u, l, fmt.Sprintf("%s: the empty list inside of %s renders `%[2]s=`, a reset", u.Name, l.Key), nil)
				return
			}
			items, known := unit.KnownStrings(u.Host.Evaluator(), l.Value)
			var fixes []lint.Fix
			if known {
				fixes = fix.ReplaceElement(u, unit.WrittenAt(u, l), items, "write the elements into the list around", lint.Safe, "")
			}
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: the list inside of %s becomes one line, `%[2]s=%[3]s`", u.Name, l.Key, l.Text), fixes)
		})
	},
}

// oneALine reports whether a line of a grammar holds one value, so that blanks
// part nothing.
func oneALine(kind directive.Kind) bool {
	switch kind {
	case directive.KindEnvironmentFile, directive.KindDevices, directive.KindDeviceValue, directive.KindLoadCredential, directive.KindSetCredential,
		directive.KindTimer, directive.KindListen, directive.KindCondition, directive.KindConditionPath, directive.KindPathSpec, directive.KindPath:
		return true
	}
	return false
}

// LastLineCounts reports several lines of a directive that takes one value.
var LastLineCounts = &lint.Rule{
	Page: lint.ReadPage(pages, "last-line-counts"),
	Check: func(p *lint.Pass) {
		lint.EachFile(p, func(u *unit.Unit) {
			unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
				last := len(k.Lines) - 1
				if d.Repeat != directive.Override || d.KindIn(u.Version) == directive.KindOther || last < 1 || !k.Known() || k.Lines[last].Text == "" ||
					u.IsRefused(k.Section, k.Key) {
					return
				}
				for _, l := range k.Lines[:last] {
					if l.Def == nil || l.Def.Binding.IsZero() || l.Text == "" || l.Text == k.Lines[last].Text ||
						l.Def != k.Lines[last].Def && !unit.Meet(u.Host, l.Def, k.Lines[last].Def) {
						return
					}
				}
				lint.ReportLine(p, u, k.Lines[0], fmt.Sprintf("%s: `%s=%s` has no effect: the directive takes one value, and the last line, `%s`, counts",
					u.Name, k.Key, k.Lines[0].Text, k.Lines[last].Text), nil)
			})
		})
	},
}
