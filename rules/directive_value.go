package rules

import (
	"fmt"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd"
)

// invalidValue reports values that systemd ignores, or that keep the unit from
// loading.
func invalidValue(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "D002", Name: "invalid-value", Since: "0.1.0", Severity: lint.Error,
		Title: "systemd ignores the value, or refuses the unit",
		Text: `Nobody checks the values in ` + "`serviceConfig`" + ` before the machine runs them. A value that systemd
cannot read is ignored with a line in the log, and what was in force before stays in force: for a
sandbox directive that is no protection. A few directives are stricter, and a bad value keeps the whole
unit from loading. Values are case-sensitive, quotes and comments are part of them, and file modes are
octal digits only.`,
		WhenNot: "",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    ProtectSystem = "Strict";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    ProtectSystem = "strict";
  };
}
`,
		References: []string{"systemd.exec(5)", "systemd.syntax(7)"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				rows := map[string]row{}
				for _, b := range baselines {
					for _, r := range u.asked(b) {
						rows[r.section+"."+r.name()] = r
					}
				}
				for _, l := range u.Lines() {
					checkLine(p, u, l, rows)
				}
			})
		},
	}
}

func checkLine(p *lint.Pass, u *unitView, l nixos.Line, rows map[string]row) {
	if !l.Known || l.Def == nil || l.Origin.IsZero() || l.Unseen != "" {
		return
	}
	verdict := systemd.Check(l.Section, l.Key, l.Text, u.version)
	if verdict.Status == systemd.Valid || verdict.Status == systemd.Partly && verdict.Silent {
		return
	}
	f := lint.Finding{
		Message: invalidMessage(u, l, verdict), Unit: u.Name, Directives: []string{l.Key},
	}
	if verdict.Status == systemd.Refused {
		f.Notes = append(f.Notes, lint.Note{Label: "systemd", Text: "the unit does not load at all"})
	} else if verdict.Keeps != "" {
		f.Notes = append(f.Notes, lint.Note{Label: "in force", Text: verdict.Keeps})
	}
	r, asked := rows[l.Section+"."+l.Key]
	if asked {
		f.Notes = append(f.Notes, lint.Note{Label: "baseline", Text: r.baseline.Name + " asks for " + r.text(u.Unit)})
	}
	for _, d := range definitions(u, l) {
		f.File, f.Span = valuePlace(d)
		f.Fixes = valueFixes(u, d, l, verdict, r, asked)
		p.Report(f)
	}
}

// definitions are the places that a line comes from: several, where they set
// the same value.
func definitions(u *unitView, l nixos.Line) []*nixos.Def {
	defs := []*nixos.Def{l.Def}
	for _, d := range u.Directive(l.Section, l.Key).Defs {
		lines := systemd.Render(l.Key, renderable(u.Host.Evaluator(), d.Value))
		if d != l.Def && len(lines) == 1 && lines[0].Text == l.Text {
			defs = append(defs, d)
		}
	}
	return defs
}

func invalidMessage(u *unitView, l nixos.Line, v systemd.Verdict) string {
	what := "ignores"
	switch v.Status {
	case systemd.Refused:
		what = "refuses the unit for"
	case systemd.Partly:
		what = "ignores a part of"
	}
	return fmt.Sprintf("%s: systemd %s `%s=%s`: %s", u.Name, what, l.Key, l.Text, v.Reason)
}

// valueFixes offer the nearest valid value, and what the baseline asks for.
func valueFixes(u *unitView, d *nixos.Def, l nixos.Line, v systemd.Verdict, r row, asked bool) []lint.Fix {
	node, err := valueNode(d)
	if err != nil || d.When != nil || d.Maybe != nil {
		return nil
	}
	text, ok := goValue(u.Host.Evaluator(), d.Value)
	if _, isList := text.([]any); !ok || isList {
		return nil
	}
	e := emit.New(node.File())
	var fixes []lint.Fix
	if v.Nearest != "" && v.Nearest != l.Text {
		if edits, err := e.Replace(node, literal(l, v.Nearest, u.version)); err == nil {
			fixes = append(fixes, lint.Fix{Title: "write " + written(literal(l, v.Nearest, u.version)), Applicability: lint.Safe, Edits: lint.In(node.File(), edits)})
		}
	}
	if value, ok := r.valueIf(asked, u.Unit); ok && (len(fixes) == 0 || value != literal(l, v.Nearest, u.version)) {
		if edits, err := e.Replace(node, value); err == nil {
			risk := riskOf(&r, u.whole)
			fixes = append(fixes, lint.Fix{
				Title: "write what the baseline asks for: " + r.text(u.Unit), Applicability: risk.applicability, Breaks: risk.breaks,
				Edits: lint.In(node.File(), edits),
			})
		}
	}
	return fixes
}

// written is a value as Nix source on one line.
func written(v any) string {
	s, err := emit.Nix(v)
	if err != nil {
		return "…"
	}
	return oneLine(s)
}

// valueIf is the row's value, if the row is asked for.
func (r *row) valueIf(asked bool, u *nixos.Unit) (any, bool) {
	if !asked {
		return nil, false
	}
	return r.value(u)
}

// literal is a valid value as one writes it in Nix: booleans and numbers as
// such, modes as strings.
func literal(l nixos.Line, text string, v systemd.Version) any {
	d, ok := systemd.Lookup(l.Section, l.Key, v)
	if !ok {
		return text
	}
	switch d.KindIn(v) {
	case systemd.KindBool, systemd.KindTristate:
		if on, ok := systemd.ParseBool(text); ok {
			return on
		}
	case systemd.KindMode:
		return strings.Repeat("0", max(0, 4-len(text))) + text
	case systemd.KindInt, systemd.KindCount:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	}
	if text == "true" || text == "false" {
		return text == "true"
	}
	return text
}
