package directive

import (
	"slices"
	"strconv"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

// InvalidValue reports values that systemd ignores, or for which it does not load
// the unit.
var InvalidValue = &lint.Rule{Page: lint.ReadPage(pages, "invalid-value"), Unit: checkInvalid, Conf: checkInvalid}

func checkInvalid(p *lint.Pass, u *unit.Unit) {
	var required map[string]*profile.Requirement
	for m := range u.Misreads(unit.PlainlyWrong) {
		if required == nil {
			required = requirementsOf(p, u)
		}
		reportInvalid(p, u, m, required[m.Section+"."+m.Key])
	}
	checkSpecifiers(p, u)
}

// checkSpecifiers reports percent signs that begin no specifier in values that are known
// in part only.
func checkSpecifiers(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		for _, l := range k.Lines {
			text, ok := u.PlainText(l)
			if l.Known || !ok || !l.IsWritten() || l.Unseen != "" || !strings.Contains(text, "%") || strings.Contains(text, "%"+unit.UnknownText) {
				continue
			}
			v := value.Check(l.Section, l.Key, strings.ReplaceAll(text, unit.UnknownText, "x"), u.Version)
			if v.Status < value.Ignored || !v.IsBadSpecifier() {
				continue
			}
			draft := p.AtLine(u, l).Note("%s: %s", consequence(u, unit.Misread{Line: l, Directive: d, Verdict: v}), "unknown specifier; double a literal percent sign")
			if !slices.ContainsFunc(singlePercents(text), func(i int) bool { return i+1 < len(text) && strings.IndexByte(value.FullSpecifiers, text[i+1]) >= 0 }) {
				draft.Fix(doublePercents(u, l, text, 0, len(text))...)
			}
			draft.Reportf("invalid value `%s` for `%s`", value.Clip(l.Shown), l.Key)
		}
	}
}

// requirementsOf are the requirements of the unit's baselines by section and key.
func requirementsOf(p *lint.Pass, u *unit.Unit) map[string]*profile.Requirement {
	found := map[string]*profile.Requirement{}
	for _, b := range p.Baselines {
		for _, r := range u.Requirements(b) {
			found[r.Section+"."+r.Name()] = &r
		}
	}
	return found
}

// reportInvalid reports a misread at every definition of the value; r is what a
// baseline requires of the directive, or nil.
func reportInvalid(p *lint.Pass, u *unit.Unit, m unit.Misread, r *profile.Requirement) {
	for _, l := range sameLines(u, m.Line) {
		d := p.AtLine(u, l).Note("%s: %s", consequence(u, m), strings.TrimSuffix(m.Reason(), ": "+m.Text))
		switch {
		case m.Verdict.Status == value.Partly:
			d.As(lint.Warning)
		case m.Verdict.Status == value.Ignored && m.Verdict.Keeps != "":
			d.Note("effective value: %s", kept(u, m))
		}
		if r != nil {
			d.Note("the `%s` baseline requires %s", r.Baseline.Name, r.Text(u.Unit))
		}
		d.Fix(valueFixes(u, l, m.Verdict, r)...)
		switch {
		case m.Text == "":
			d.Reportf("empty value for `%s`", m.Key)
		case m.Verdict.Status == value.Partly:
			d.Reportf("partly invalid value `%s` for `%s`", value.Clip(m.Text), m.Key)
		default:
			d.Reportf("invalid value `%s` for `%s`", value.Clip(m.Text), m.Key)
		}
	}
}

// kept says which value is effective in the place of one that systemd ignores.
func kept(u *unit.Unit, m unit.Misread) string {
	if m.Directive.Repeat != directive.Override && len(u.Full().Values(m.Section, m.Key)) < 2 {
		return "none, unless another definition sets it"
	}
	return m.Verdict.Keeps
}

// consequence says what systemd does about an invalid value.
func consequence(u *unit.Unit, m unit.Misread) string {
	switch {
	case u.Style == nixos.NixOSStyle && m.Section == "Service" && (m.Key == "Type" || m.Key == "Restart"):
		return "NixOS fails to evaluate the configuration"
	case m.Verdict.Status == value.Refused:
		return "systemd refuses to load the unit"
	case m.Verdict.Status == value.Partly && m.Verdict.Silent:
		return "systemd ignores a part of the value, and logs nothing"
	case m.Verdict.Status == value.Partly:
		return "systemd ignores a part of the value"
	}
	return "systemd ignores the line"
}

// sameLines are a line and those that other definitions of the same value would
// give.
func sameLines(u *unit.Unit, l nixos.Line) []nixos.Line {
	lines := []nixos.Line{l}
	for _, d := range u.Directive(l.Section, l.Key).Defs {
		if d == l.Def || slices.ContainsFunc(u.Lines(), func(other nixos.Line) bool { return other.Def == d }) {
			continue // it has a line
		}
		rendered := nixos.Render(u.Host.Evaluator(), l.Key, d.Value)
		if len(rendered) == 1 && rendered[0].Text == l.Text {
			one := l
			one.Def, one.Value = d, d.Value
			lines = append(lines, one)
		}
	}
	return lines
}

// valueFixes offer the nearest valid value, and what the baseline requires.
func valueFixes(u *unit.Unit, l nixos.Line, v value.Verdict, r *profile.Requirement) []lint.Fix {
	if l.Key == "Where" {
		return nil // another mount point makes another unit
	}
	meant := v.Nearest != "" && plainlyMeant(l.Text, v.Nearest)
	if edit, ok := fix.ValueEdit(l, v.Nearest); ok && meant && fix.IsOffered(u) {
		return fix.EditText(l.Place.In, edit, "replace with `"+v.Nearest+"`")
	}
	node := u.WrittenAt(l)
	if node.IsZero() {
		return nil
	}
	var fixes []lint.Fix
	if meant && v.Nearest != l.Text {
		value := nearestValue(u, l, v.Nearest)
		fixes = fix.Replace(u, node, value, replaceWith(value), "")
	}
	if word, ok := wordForTrue[l.Key]; ok && len(fixes) == 0 && r == nil && isTrue(l.Text) {
		fixes = fix.Replace(u, node, word, replaceWith(word), profile.RiskOfTightening(l.Key))
	}
	if r == nil || l.When != nil || node.Parent().Kind() == nixast.List {
		return fixes
	}
	if value, ok := r.Value(u.Unit); ok && (len(fixes) == 0 || value != literal(l, v.Nearest, u.Version)) {
		risk := u.RiskOf(r)
		fixes = append(fixes, fix.Replace(u, node, value,
			"replace with what the baseline requires: `"+profile.NixText(value)+"`", risk)...)
	}
	return fixes
}

// nearestValue is the nearest valid value as Nix writes it in the place of the line's:
// of a variable if the line comes from the option for environment variables.
func nearestValue(u *unit.Unit, l nixos.Line, nearest string) any {
	if l.Key == "Environment" && !slices.Contains(u.Directive(l.Section, l.Key).Defs, l.Def) {
		return variableValue(nearest)
	}
	return literal(l, nearest, u.Version)
}

// wordForTrue are the values that true is meant to be, for directives that take no
// booleans.
var wordForTrue = map[string]string{"ProtectProc": "invisible", "ProcSubset": "pid"}

func isTrue(text string) bool {
	on, ok := value.ParseBool(text)
	return ok && on
}

// variableValue is the value of a variable in a line of Environment=.
func variableValue(line string) string {
	line = strings.TrimSuffix(strings.TrimPrefix(line, `"`), `"`)
	_, value, _ := strings.Cut(line, "=")
	return value
}

// plainlyMeant reports whether each word of the nearest value is one of the text, or
// begins with one or is so like one that nothing else can be meant.
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
		if !slices.ContainsFunc(strings.FieldsFunc(text, isBreak), func(t string) bool {
			return !spell.Far(bare(t), bare(word)) || strings.HasPrefix(bare(word), bare(t)+"_")
		}) {
			return false
		}
	}
	return true
}

// literal is a valid value as one writes it in Nix: booleans and numbers as
// such, modes as strings.
func literal(l nixos.Line, text string, v directive.Version) any {
	d, ok := directive.Lookup(l.Section, l.Key, v)
	if !ok {
		return text
	}
	switch value.FormOf(d.KindIn(v)) {
	case value.Boolean:
		if on, ok := value.ParseBool(text); ok {
			return on
		}
	case value.Octal:
		return strings.Repeat("0", max(0, 4-len(text))) + text
	case value.Number:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	}
	if text == "true" || text == "false" {
		return text == "true"
	}
	return text
}
