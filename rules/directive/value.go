package directive

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

// InvalidValue reports values that systemd ignores, or that keep the unit from
// loading.
var InvalidValue = &lint.Rule{
	Page: lint.ReadPage(pages, "invalid-value"),
	Check: func(p *lint.Pass) {
		lint.EachFile(p, func(u *unit.Unit) {
			rows := map[string]profile.Requirement{}
			for _, b := range p.Baselines {
				for _, r := range u.Asked(b) {
					rows[r.Section+"."+r.Name()] = r
				}
			}
			unit.EachMisread(u, unit.PlainlyWrong, func(m unit.Misread) { reportInvalid(p, u, m, rows) })
		})
	},
}

func reportInvalid(p *lint.Pass, u *unit.Unit, m unit.Misread, rows map[string]profile.Requirement) {
	f := lint.Finding{Message: invalidMessage(u, m), Units: u.Self(), About: u.About(m.Key)}
	switch {
	case m.Verdict.Status == value.Refused:
		f.Notes = append(f.Notes, lint.Note{Label: "systemd", Text: "the unit does not load at all"})
	case m.Verdict.Status == value.Partly:
		f.Severity = lint.Warning
	case m.Verdict.Keeps != "":
		f.Notes = append(f.Notes, lint.Note{Label: "in force", Text: m.Verdict.Keeps})
	}
	r, asked := rows[m.Section+"."+m.Key]
	if asked {
		f.Notes = append(f.Notes, lint.Note{Label: "baseline", Text: r.Baseline.Name + " asks for " + r.Text(u.Unit)})
	}
	for _, l := range sameLines(u, m.Line) {
		f.File, f.Span = unit.LinePlace(u, l)
		f.Fixes = valueFixes(u, l, m.Verdict, r, asked)
		p.Report(f)
	}
}

// sameLines are the lines that a line stands for: several, where several
// definitions set the same value.
func sameLines(u *unit.Unit, l nixos.Line) []nixos.Line {
	lines := []nixos.Line{l}
	for _, d := range u.Directive(l.Section, l.Key).Defs {
		if d == l.Def || slices.ContainsFunc(u.Lines(), func(other nixos.Line) bool { return other.Def == d }) {
			continue // a line of its own
		}
		rendered := unitfile.Render(l.Key, profile.Renderable(u.Host.Evaluator(), d.Value))
		if len(rendered) == 1 && rendered[0].Text == l.Text {
			one := l
			one.Def, one.Value = d, d.Value
			lines = append(lines, one)
		}
	}
	return lines
}

func invalidMessage(u *unit.Unit, m unit.Misread) string {
	if u.Style == nixos.NixOSStyle && m.Section == "Service" && (m.Key == "Type" || m.Key == "Restart") {
		return fmt.Sprintf("%s: NixOS refuses `%s=%s`, and does not evaluate: %s", u.Name, m.Key, m.Text, m.Reason())
	}
	what := "ignores"
	switch {
	case m.Verdict.Status == value.Refused:
		what = "refuses the unit for"
	case m.Verdict.Status == value.Partly && m.Verdict.Silent:
		what = "ignores, without a word in the log, a part of"
	case m.Verdict.Status == value.Partly:
		what = "ignores a part of"
	}
	return fmt.Sprintf("%s: systemd %s `%s=%s`: %s", u.Name, what, m.Key, m.Text, m.Reason())
}

// valueFixes offer the nearest valid value, and what the baseline asks for.
func valueFixes(u *unit.Unit, l nixos.Line, v value.Verdict, r profile.Requirement, asked bool) []lint.Fix {
	if edit, ok := unit.ValueEdit(l, v.Nearest); ok && v.Nearest != "" && fix.Automatic(u) && plainlyMeant(l.Text, v.Nearest) {
		return fix.Text(l.Place.In, edit, "write "+v.Nearest)
	}
	node := unit.WrittenAt(u, l)
	if node.IsZero() {
		return nil
	}
	var fixes []lint.Fix
	if v.Nearest != "" && v.Nearest != l.Text && plainlyMeant(l.Text, v.Nearest) {
		value := literal(l, v.Nearest, u.Version)
		if l.Key == "Environment" && !slices.Contains(u.Directive(l.Section, l.Key).Defs, l.Def) {
			value = variableValue(v.Nearest)
		}
		fixes = fix.Replace(u, node, value, "write "+profile.Written(value), lint.Safe, "")
	}
	if word, ok := wordForTrue[l.Key]; ok && len(fixes) == 0 && !asked && isTrue(l.Text) {
		fixes = fix.Replace(u, node, word, "write "+profile.Written(word), lint.Unsafe, profile.Risks[l.Key])
	}
	if value, ok := valueIf(&r, asked, u.Unit); ok && l.When == nil && node.Parent().Kind() != nixast.List &&
		(len(fixes) == 0 || value != literal(l, v.Nearest, u.Version)) {
		risk := u.RiskOf(&r)
		fixes = append(fixes, fix.Replace(u, node, value,
			"write what the baseline asks for: "+r.Text(u.Unit), lint.Unless(risk), risk)...)
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
		if !slices.ContainsFunc(strings.FieldsFunc(text, isBreak), func(t string) bool { return !unit.IsFar(bare(t), bare(word)) }) {
			return false
		}
	}
	return true
}

// valueIf is the row's value, if the row is asked for.
func valueIf(r *profile.Requirement, asked bool, u *nixos.Unit) (any, bool) {
	if !asked {
		return nil, false
	}
	return r.Value(u)
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
