package activation

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// optionOrder is the order in which people write the options of a unit.
var optionOrder = []string{"description", "documentation", "after", "before", "wants", "requires", "bindsTo", "partOf", "wantedBy"}

// list is the fix that names another unit in a directive of [Unit] or [Install]; none
// if that would change other units.
func list(u *unit.Unit, section, directive, name, breaks string) []lint.Fix {
	option := spell.Uncapitalised(directive)
	if u.Style == nixos.SectionStyle {
		option = directive
	} else if u.Style != nixos.NixOSStyle || u.Directive(section, directive).IsSet() {
		return nil
	}
	edits, title := extend(u, section, option, name)
	if edits == nil {
		return nil
	}
	return []lint.Fix{{
		Title: title, Applicability: lint.SafeUnless(breaks), Breaks: breaks,
		Changes: append(u.About(directive, option), u.Effects(option)...), Edits: edits,
	}}
}

// extend are the edits that add a name to the list of an option, and what they do.
func extend(u *unit.Unit, section, option, name string) (edits []lint.FileEdit, title string) {
	holder := u.Option(option)
	if u.Style == nixos.SectionStyle {
		holder = u.Directive(section, option)
	} else {
		section = ""
	}
	if len(holder.Defs) > 0 {
		value, err := holder.Defs[0].ValueNode()
		if err != nil || value.Kind() != nixast.List || emit.Shared(value) != nil || !holder.Defs[0].IsSure() {
			return nil, ""
		}
		added, err := emit.New(value.File()).Append(value, name)
		if err != nil {
			return nil, ""
		}
		return lint.EditsIn(value.File(), added), "add `" + name + "` to `" + option + "`"
	}
	site := u.Site(section)
	if site.Shared {
		return nil, ""
	}
	edits, err := fix.Add(site, emit.Where{Families: [][]string{optionOrder}}, []emit.Attr{emit.A(option, []any{name})})
	if err != nil {
		return nil, ""
	}
	return edits, "add `" + option + " = [ " + nixast.QuoteString(name) + " ]`"
}

// lintPlace is where a unit is defined, as a place that helps to understand a finding.
func lintPlace(u *unit.Unit) (*nixast.File, nixast.Span, string) {
	file, span := u.Def().Binding.Place()
	return file, span, "`" + u.Name + "` is set here"
}
