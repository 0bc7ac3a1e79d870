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
)

// TildeAlone reports "~" where a reset was meant.
var TildeAlone = &lint.Rule{
	Page: lint.ReadPage(pages, "tilde-alone"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
				if l, ok := u.LeadingTilde(d, k); ok {
					checkTildeAlone(p, u, d, k, l)
				}
			})
		})
	},
}

// fullFirst is the first version in which a capability set that "~" has made
// full stays so when names follow.
const fullFirst directive.Version = 259

func checkTildeAlone(p *lint.Pass, u *unit.Unit, d *directive.Directive, k *unit.DirectiveLines, l nixos.Line) {
	var plain []string
	for _, other := range k.Lines {
		if !unit.Certain(other) || other.Text == "" && other.Def != l.Def {
			return
		}
		if other.Text != "" && other.Text[0] != '~' {
			plain = append(plain, other.Text)
		}
	}
	if d.KindIn(u.Version) == directive.KindCapabilities && (d.Name != "CapabilityBoundingSet" || len(plain) == 0 || u.Version < fullFirst || !u.Host.ReleaseKnown) {
		return
	}
	if len(plain) == 0 {
		if len(k.Lines) == 1 && k.Section == "Service" {
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: `%s=~` denies nothing, so that everything is allowed", u.Name, d.Name), nil)
		}
		return
	}
	lint.ReportLine(p, u, l, fmt.Sprintf("%s: `%s=~` is no reset but a list that denies nothing, so %s behind it restricts nothing; write \"\"", u.Name, d.Name, few(plain)),
		fix.Replace(u, unit.WrittenAt(u, l), "", `write ""`, lint.Unsafe, "what the list behind it does not allow; it had no effect until now"))
}

// ResetOfOthers reports resets that undo other directives, too.
var ResetOfOthers = &lint.Rule{
	Page: lint.ReadPage(pages, "reset-of-others"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			lines := u.Lines()
			for i, l := range lines {
				list := sharedList(l.Section, l.Key)
				if list == "" || !unit.Certain(l) || strings.TrimSpace(l.Text) != "" || l.Def == nil || l.Def.Binding.IsZero() {
					continue
				}
				at := slices.IndexFunc(lines[:i], func(b nixos.Line) bool {
					return b.Key != l.Key && sharedList(b.Section, b.Key) == list && unit.Certain(b) && strings.TrimSpace(b.Text) != "" &&
						b.Def != nil && !b.Def.Binding.IsZero() && (b.Def.File == l.Def.File || u.Host.Name != "")
				})
				if at < 0 {
					continue
				}
				b := lines[at]
				f := lint.Finding{
					Message: fmt.Sprintf("%s: the empty `%s=` also undoes `%s=%s`, which NixOS writes before it", u.Name, l.Key, b.Key, b.Text),
					Units:   u.Self(), About: u.About(l.Key, b.Key),
					Notes: []lint.Note{{Label: "help", Text: fmt.Sprintf("write the empty element first in %s instead", b.Key)}},
				}
				f.File, f.Span = unit.LinePlace(u, l)
				file, span := unit.LinePlace(u, b)
				f.Related = []lint.Related{{File: file, Span: span, Message: "what is undone"}}
				p.Report(f)
			}
		})
	},
}

// sharedList names the list that directives share; empty for those that have one
// of their own.
func sharedList(section, key string) string {
	switch {
	case section == "Timer" && (key == "OnCalendar" || strings.HasPrefix(key, "On") && strings.HasSuffix(key, "Sec")):
		return "timers"
	case section == "Path" && (strings.HasPrefix(key, "Path") || key == "DirectoryNotEmpty"):
		return "paths"
	case section == "Socket" && strings.HasPrefix(key, "Listen"):
		return "sockets"
	case section == "Unit" && strings.HasPrefix(key, "Condition"):
		return "conditions"
	case section == "Unit" && strings.HasPrefix(key, "Assert"):
		return "assertions"
	case section == "Service" && (key == "BindPaths" || key == "BindReadOnlyPaths"):
		return "mounts"
	}
	return ""
}
