package rendering

import (
	"fmt"
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// NullValue reports null where an empty assignment is not "not set".
var NullValue = &lint.Rule{
	Page: lint.ReadPage(pages, "null-value"),
	Check: func(p *lint.Pass) {
		lint.EachFile(p, func(u *unit.Unit) {
			unit.EachMisread(u, unit.NullMeant, func(m unit.Misread) {
				if !askedOf(u, p.Baselines, m.Section, m.Key) { // else it is weaker than the baseline, and told as that
					reportNull(p, u, m)
				}
			})
		})
	},
}

func reportNull(p *lint.Pass, u *unit.Unit, m unit.Misread) {
	f := lint.Finding{Units: u.Self(), About: u.About(m.Key)}
	what := "which systemd ignores with a warning"
	switch {
	case m.Directive.Empty == directive.EmptyEnables:
		what = "which switches it on"
	case m.Verdict.Status == value.Refused:
		what = "and systemd then refuses the unit"
	default:
		f.Severity = lint.Warning
	}
	f.Message = fmt.Sprintf("%s: `%s = null` renders `%[2]s=`, %[3]s; leave it out, or write the value that is meant", u.Name, m.Key, what)
	f.File, f.Span = unit.LinePlace(u, m.Line)
	if on, ok := value.ParseBool(m.Directive.Default); ok && u.Conf() == "" { // NixOS has defaults of its own there
		f.Fixes = fix.Replace(u, unit.WrittenAt(u, m.Line), on, fmt.Sprintf("write %v, the default", on), lint.Safe, "")
	}
	p.Report(f)
}

// FalseAsText reports toString false.
var FalseAsText = &lint.Rule{
	Page: lint.ReadPage(pages, "false-as-text"),
	Check: func(p *lint.Pass) {
		lint.EachFile(p, func(u *unit.Unit) {
			unit.EachMisread(u, unit.TextOfFalse, func(m unit.Misread) {
				lint.ReportLine(p, u, m.Line, fmt.Sprintf("%s: `toString false` is the empty string, which systemd ignores for %s; write false", u.Name, m.Key),
					fix.Replace(u, unit.WrittenAt(u, m.Line), false, "write false", lint.Safe, ""))
			})
		})
	},
}

// DecimalMode reports modes that are written as decimal numbers.
var DecimalMode = &lint.Rule{
	Page: lint.ReadPage(pages, "decimal-mode"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachMisread(u, unit.ModeInDecimal, func(m unit.Misread) {
				meant, _ := unit.ModeMeant(u, &m)
				lint.ReportLine(p, u, m.Line, fmt.Sprintf("%s: systemd reads `%s=%s` as octal digits; the number %[3]s is %s in octal", u.Name, m.Key, m.Text, meant),
					fix.Replace(u, unit.WrittenAt(u, m.Line), meant, "write "+profile.Written(meant), lint.Safe, ""))
			})
		})
	},
}

// OctalByLuck reports modes that are numbers and are read as they look.
var OctalByLuck = &lint.Rule{
	Page: lint.ReadPage(pages, "octal-by-luck"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachMisread(u, unit.NoMistake, func(m unit.Misread) {
				if m.Directive.KindIn(u.Version) != directive.KindMode || m.Value == nil || m.Verdict.Status != value.Valid {
					return
				}
				if _, ok := u.Host.Evaluator().Force(m.Value).(*eval.Int); !ok {
					return
				}
				mode := strings.Repeat("0", max(0, 4-len(m.Text))) + m.Text
				lint.ReportLine(p, u, m.Line, fmt.Sprintf("%s: `%s` is a decimal number to Nix and octal digits to systemd; as a string it is %s", u.Name, m.Key, profile.Written(mode)),
					fix.Replace(u, unit.WrittenAt(u, m.Line), mode, "write "+profile.Written(mode), lint.Safe, ""))
			})
		})
	},
}

var notComment = regexp.MustCompile(`^[^#;]`)

// LineBreak reports values with a line end inside.
var LineBreak = &lint.Rule{
	Page: lint.ReadPage(pages, "line-break"),
	Check: func(p *lint.Pass) {
		lint.EachFile(p, func(u *unit.Unit) {
			for _, l := range u.Lines() {
				text, ok := unit.PlainText(u, l)
				if !ok || l.Def == nil || l.Def.Binding.IsZero() || l.Unseen != "" || l.Key == "Environment" && strings.HasPrefix(text, `"`) {
					continue
				}
				if rest := brokenOff(text); rest != "" {
					lint.ReportLine(p, u, l, fmt.Sprintf("%s: %s has a line end inside, and `%s` becomes a line of its own, which is no part of the value",
						u.Name, l.Key, strings.ReplaceAll(rest, unit.UnknownText, "…")), nil)
				}
			}
		})
	},
}

// brokenOff is the first line of a value that systemd does not read as a part of
// it; "" if there is none.
func brokenOff(text string) string {
	goesOn := true
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimSpace(line)
		if !goesOn && notComment.MatchString(line) {
			return line
		}
		if !notComment.MatchString(line) && line != "" {
			continue
		}
		goesOn = strings.HasSuffix(line, `\`) || strings.HasSuffix(line, unit.UnknownText)
	}
	return ""
}
