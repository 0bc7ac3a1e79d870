package activation

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
)

// optionOrder is the order in which people write the options of a unit.
var optionOrder = []string{"description", "documentation", "after", "before", "wants", "requires", "bindsTo", "partOf", "wantedBy"}

// list is the fix that names another unit in a directive of [Unit] or [Install]; none
// if the directive is set already, or if that would change other units.
func list(u *unit.Unit, section, directive, name, breaks string) []lint.Fix {
	option := spell.Uncapitalised(directive)
	var attr emit.Attr
	switch u.Style {
	case nixos.NixOSStyle:
		attr, section = emit.A(option, []any{name}), ""
	case nixos.SectionStyle:
		attr, option = emit.A(directive, []any{name}), directive
	default:
		return nil
	}
	site := u.Site(section)
	if site.Shared || len(u.Dependencies(section, directive)) > 0 || u.Option(option).IsSet() {
		return nil
	}
	edits, err := fix.Add(site, emit.Where{Families: [][]string{optionOrder}}, []emit.Attr{attr})
	if err != nil {
		return nil
	}
	text, err := emit.Nix([]any{name})
	if err != nil {
		return nil
	}
	return []lint.Fix{{
		Title: "add `" + option + " = " + text + "`", Applicability: lint.Unless(breaks), Breaks: breaks,
		Changes: append(u.About(directive, option), u.Effects(option)...), Edits: edits,
	}}
}
