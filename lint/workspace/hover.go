package workspace

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

// A Hover is what there is to know of a place.
type Hover struct {
	// Markdown is the text.
	Markdown string
	// Span is what it is about, in the text of the place.
	Span nixast.Span
}

// mostWords is how many words of a long value are shown.
const mostWords = 12

// Hover is what there is to know of a place: of a directive, of a unit, or of what systemd
// reads of an option; false if there is nothing.
func (s *Snapshot) Hover(p Place) (Hover, bool) {
	at := s.situationAt(p)
	if at.Binding.IsZero() {
		return Hover{}, false
	}
	h := Hover{Span: at.Span}
	if !at.InName {
		h.Span = at.Binding.Path().Span()
	}
	if d, ok := at.directive(); ok {
		h.Markdown = s.hoverDirective(&at, d)
		return h, true
	}
	if at.Section == "" && at.InName && at.Name != "" {
		if named, ok := (nixos.Spot{Path: append(slices.Clip(at.Path), at.Name)}).Meant(); ok && named.Section == "" && len(named.Rest) == 0 {
			at.Meant = named // the name of the unit itself
			h.Markdown = s.hoverUnit(&at)
			return h, h.Markdown != ""
		}
	}
	if !at.sure {
		return Hover{}, false
	}
	h.Markdown = s.hoverOption(&at)
	return h, h.Markdown != ""
}

// hoverDirective is what there is to know of a directive.
func (s *Snapshot) hoverDirective(at *situation, d *directive.Directive) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s=** in [%s]\n\n%s\n\n", d.Name, at.Section, d.Doc)
	fmt.Fprintf(&b, "- %s\n", valuesText(d, at.version))
	for _, line := range statusTexts(d) {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	for _, e := range profile.Explain(d.Name) {
		if e.Comment != "" {
			fmt.Fprintf(&b, "- baseline `%s`, %s: %s\n", e.Baseline, code(e.Setting), profile.OneLine(e.Comment))
		}
	}
	for _, line := range s.effectiveTexts(at, d) {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	if d.Man != "" {
		fmt.Fprintf(&b, "\n%s(5)\n", d.Man)
	}
	return b.String()
}

// valuesText says what a directive may be, and what it is by default.
func valuesText(d *directive.Directive, v directive.Version) string {
	text := value.DescribeValues(d, v)
	if e := d.Enum(); e != nil {
		var names []string
		for _, n := range e.Names(v) {
			names = append(names, code(n))
		}
		text += ": " + strings.Join(names, ", ")
	}
	if d.Default != "" {
		text += "; default: " + code(d.Default)
	}
	return text
}

// statusTexts say since when a directive exists, and whether it still counts.
func statusTexts(d *directive.Directive) []string {
	var lines []string
	if d.Since != 0 {
		lines = append(lines, "since systemd "+d.Since.String())
	}
	if d.IgnoredSince != 0 {
		lines = append(lines, "without effect since systemd "+d.IgnoredSince.String())
	}
	if d.Deprecated {
		lines = append(lines, "deprecated")
	}
	if d.Replacement != "" {
		lines = append(lines, "use instead: "+code(d.Replacement))
	}
	return lines
}

// effectiveTexts say what a directive is in the units that a place is a part of, and
// where that comes from. Hosts that agree share a line.
func (s *Snapshot) effectiveTexts(at *situation, d *directive.Directive) []string {
	var lines []string
	hosts := map[string][]string{}
	for _, u := range at.units {
		set, ok := security.Effective(u.whole, at.Section, d.Name, u.Host.Version())
		if !ok || u.Pattern && at.Unit != u.Name && at.Unit != "" {
			continue
		}
		line := fmt.Sprintf("effective value in `%s`: %s%s", u.Name, settingText(set), u.originText(at.Section, d.Name))
		if hosts[line] == nil {
			lines = append(lines, line)
		}
		hosts[line] = append(hosts[line], u.Host.Name)
	}
	if len(lines) > 1 {
		for i, line := range lines {
			lines[i] = strings.Join(slices.Compact(hosts[line]), ", ") + ": " + line
		}
	}
	return lines
}

// settingText is an effective value in words.
func settingText(set security.Setting) string {
	words := set.Values
	if n := len(words) - mostWords; n > 0 {
		words = append(slices.Clone(words[:mostWords]), fmt.Sprintf("and %d more", n))
	}
	text := code(strings.Join(words, " "))
	switch {
	case set.Unknown:
		text = "not known"
	case set.All:
		text = "everything is allowed"
	case len(set.Values) == 0:
		text = "empty"
	}
	if set.ImpliedBy != "" {
		text += ", implied by " + code(set.ImpliedBy+"=")
	}
	return text
}

// originText says where the lines of a directive come from: ", from web.nix:3".
func (n *note) originText(section, key string) string {
	var places []string
	for _, o := range n.origins {
		if o.section != section || o.key != key {
			continue
		}
		f := o.binding.File()
		place := fmt.Sprintf("%s:%d", f.Name, f.Position(o.binding.Span().Start).Line)
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return ""
	}
	return ", from " + strings.Join(places, ", ")
}

// hoverUnit is the exposure of a unit, a row for each check that leaves something
// allowed.
func (s *Snapshot) hoverUnit(at *situation) string {
	i := slices.IndexFunc(at.units, func(u *note) bool { return u.Name == at.Unit && u.scorable })
	if i < 0 {
		return ""
	}
	u := at.units[i]
	a, err := security.Assess(u.whole, u.Host.Version())
	if err != nil {
		return fmt.Sprintf("`%s`: systemd does not load it: %v\n", u.Name, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "`%s`: exposure %s, as `systemd-analyze security` of systemd %s computes it\n\n", u.Name, exposureText(a), u.Host.Version())
	b.WriteString("| check | exposure |\n|---|---|\n")
	for _, row := range a.Rows {
		if row.Exposure != nil && *row.Exposure != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", row.Name, *row.Exposure)
		}
	}
	return b.String()
}

// exposureText is an exposure with systemd's word for it, or the lowest and the highest
// one that are possible: "9.2 UNSAFE", "1.1 to 9.2".
func exposureText(a *security.Assessment) string {
	if a.Low == a.High {
		return a.Low.String() + " " + a.Low.Predicate()
	}
	return a.Low.String() + " to " + a.High.String()
}

// hoverOption is what systemd reads of an option of a unit.
func (s *Snapshot) hoverOption(at *situation) string {
	if at.Type == "" || len(at.Rest) == 0 && !at.InName || len(at.units) == 0 {
		return ""
	}
	option := at.Name
	if len(at.Rest) > 0 {
		option = at.Rest[0]
	}
	u := s.awake(at.units)
	var b strings.Builder
	section := ""
	for _, l := range u.Lines() {
		if l.Def == nil || spell.Uncapitalised(l.Key) != option && (l.Origin.IsZero() || !within(l.Def.Binding, at.Binding.Node)) {
			continue
		}
		if l.Section != section {
			section = l.Section
			fmt.Fprintf(&b, "[%s]\n", section)
		}
		fmt.Fprintf(&b, "%s=%s\n", l.Key, l.Shown)
	}
	if b.Len() == 0 {
		return ""
	}
	return "In `" + u.Name + "`, systemd reads\n\n```systemd\n" + strings.ReplaceAll(b.String(), "```", "'''") + "```\n"
}

// within reports whether a definition is written in a binding of the same text.
func within(n, binding nixast.Node) bool {
	if n.IsZero() || binding.IsZero() || n.File().Src != binding.File().Src || path.Clean(n.File().Name) != path.Clean(binding.File().Name) {
		return false
	}
	in, out := n.Span(), binding.Span()
	return out.Start <= in.Start && in.End <= out.End
}

// code is a text as code in Markdown.
func code(text string) string {
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}
