package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
)

// invalidValue reports values that systemd ignores, or that keep the unit from
// loading.
func invalidValue(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "D002", Name: "invalid-value", Since: "0.1.0", Severity: lint.Error,
		Title: "systemd ignores the value, or refuses the unit",
		Text: `Nobody checks the values in ` + "`serviceConfig`" + ` before the machine runs them, nor those of the settings of
systemd's configuration files, such as ` + "`services.logind.settings.Login`" + `. A value that systemd
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
			eachFile(p, func(u *unitView) {
				rows := map[string]row{}
				for _, b := range baselines {
					for _, r := range u.asked(b) {
						rows[r.section+"."+r.name()] = r
					}
				}
				eachMisread(u, plainlyWrong, func(m misread) { reportInvalid(p, u, m, rows) })
			})
		},
	}
}

func reportInvalid(p *lint.Pass, u *unitView, m misread, rows map[string]row) {
	f := lint.Finding{Message: invalidMessage(u, m), Unit: u.Name, Directives: []string{m.Key}}
	switch {
	case m.verdict.Status == value.Refused:
		f.Notes = append(f.Notes, lint.Note{Label: "systemd", Text: "the unit does not load at all"})
	case m.verdict.Status == value.Partly:
		f.Severity = lint.Warning
	case m.verdict.Keeps != "":
		f.Notes = append(f.Notes, lint.Note{Label: "in force", Text: m.verdict.Keeps})
	}
	r, asked := rows[m.Section+"."+m.Key]
	if asked {
		f.Notes = append(f.Notes, lint.Note{Label: "baseline", Text: r.baseline.Name + " asks for " + r.text(u.Unit)})
	}
	for _, l := range sameLines(u, m.Line) {
		f.File, f.Span = linePlace(u, l)
		f.Fixes = valueFixes(u, l, m.verdict, r, asked)
		p.Report(f)
	}
}

// sameLines are the lines that a line stands for: several, where several
// definitions set the same value.
func sameLines(u *unitView, l nixos.Line) []nixos.Line {
	lines := []nixos.Line{l}
	for _, d := range u.Directive(l.Section, l.Key).Defs {
		if d == l.Def || slices.ContainsFunc(u.Lines(), func(other nixos.Line) bool { return other.Def == d }) {
			continue // a line of its own
		}
		rendered := unitfile.Render(l.Key, renderable(u.Host.Evaluator(), d.Value))
		if len(rendered) == 1 && rendered[0].Text == l.Text {
			one := l
			one.Def, one.Value = d, d.Value
			lines = append(lines, one)
		}
	}
	return lines
}

func invalidMessage(u *unitView, m misread) string {
	if u.Style == nixos.NixOSStyle && m.Section == "Service" && (m.Key == "Type" || m.Key == "Restart") {
		return fmt.Sprintf("%s: NixOS refuses `%s=%s`, and does not evaluate: %s", u.Name, m.Key, m.Text, m.reason())
	}
	what := "ignores"
	switch {
	case m.verdict.Status == value.Refused:
		what = "refuses the unit for"
	case m.verdict.Status == value.Partly && m.verdict.Silent:
		what = "ignores, without a word in the log, a part of"
	case m.verdict.Status == value.Partly:
		what = "ignores a part of"
	}
	return fmt.Sprintf("%s: systemd %s `%s=%s`: %s", u.Name, what, m.Key, m.Text, m.reason())
}

// valueFixes offer the nearest valid value, and what the baseline asks for.
func valueFixes(u *unitView, l nixos.Line, v value.Verdict, r row, asked bool) []lint.Fix {
	if edit, ok := valueEdit(l, v.Nearest); ok && v.Nearest != "" && automatic(u) && plainlyMeant(l.Text, v.Nearest) {
		return textFix(l.Place.In, edit, "write "+v.Nearest)
	}
	node := writtenAt(u, l)
	if node.IsZero() {
		return nil
	}
	var fixes []lint.Fix
	if v.Nearest != "" && v.Nearest != l.Text && plainlyMeant(l.Text, v.Nearest) {
		value := literal(l, v.Nearest, u.version)
		if l.Key == "Environment" && !slices.Contains(u.Directive(l.Section, l.Key).Defs, l.Def) {
			value = variableValue(v.Nearest)
		}
		fixes = replaceFix(u, node, value, "write "+written(value), lint.Safe, "")
	}
	if word, ok := wordForTrue[l.Key]; ok && len(fixes) == 0 && !asked && isTrue(l.Text) {
		fixes = replaceFix(u, node, word, "write "+written(word), lint.Unsafe, risks[l.Key].breaks)
	}
	if value, ok := r.valueIf(asked, u.Unit); ok && l.When == nil && node.Parent().Kind() != nixast.List &&
		(len(fixes) == 0 || value != literal(l, v.Nearest, u.version)) {
		risk := u.riskOf(&r)
		fixes = append(fixes, replaceFix(u, node, value,
			"write what the baseline asks for: "+r.text(u.Unit), risk.applicability, risk.breaks)...)
	}
	return fixes
}

// wordForTrue are the values that people mean by true, where systemd takes words
// alone.
var wordForTrue = map[string]string{"ProtectProc": "invisible", "ProcSubset": "pid"}

func isTrue(text string) bool {
	on, ok := value.ParseBool(text)
	return ok && on
}

// variableValue is what the option environment holds for a line of Environment=.
func variableValue(line string) string {
	line = strings.TrimSuffix(strings.TrimPrefix(line, `"`), `"`)
	_, value, _ := strings.Cut(line, "=")
	return value
}

// plainlyMeant reports whether each word of the nearest value is one of the text,
// or so like one that nothing else can be meant.
func plainlyMeant(text, nearest string) bool {
	bare := func(word string) string {
		word = strings.ToLower(strings.Trim(word, "~@\"';,`"))
		return strings.TrimPrefix(strings.TrimPrefix(word, "cap_"), "af_")
	}
	isBreak := func(r rune) bool { return strings.ContainsRune(" \t\n,", r) }
	if strings.ContainsAny(text, "(*") {
		return true // a pattern, which is written out
	}
	if len(strings.FieldsFunc(nearest, isBreak)) < 2 && !strings.Contains(text, "_") {
		return true // a single word, of few that there are
	}
	for word := range strings.FieldsFuncSeq(nearest, isBreak) {
		if !slices.ContainsFunc(strings.FieldsFunc(text, isBreak), func(t string) bool { return !isFar(bare(t), bare(word)) }) {
			return false
		}
	}
	return true
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
func literal(l nixos.Line, text string, v directive.Version) any {
	d, ok := directive.Lookup(l.Section, l.Key, v)
	if !ok {
		return text
	}
	switch d.KindIn(v) {
	case directive.KindBool, directive.KindTristate:
		if on, ok := value.ParseBool(text); ok {
			return on
		}
	case directive.KindMode:
		return strings.Repeat("0", max(0, 4-len(text))) + text
	case directive.KindInt, directive.KindCount:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	}
	if text == "true" || text == "false" {
		return text == "true"
	}
	return text
}
