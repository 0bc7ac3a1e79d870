package directive

import (
	"slices"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

// unitLists are the directives for which NixOS has an option of the unit that is a
// list (nixos/lib/systemd-unit-options.nix, NixOS 26.11).
var unitLists = []string{
	"After", "Before", "BindsTo", "Conflicts", "Documentation", "OnFailure", "OnSuccess", "PartOf", "RequiredBy", "Requires",
	"Requisite", "UpheldBy", "Upholds", "WantedBy", "Wants",
}

// misplacedOptions are other options of units that people write into a section.
var misplacedOptions = []string{
	"description", "enable", "environment", "overrideStrategy", "path", "postStart", "postStop", "preStart", "preStop", "reload",
	"reloadIfChanged", "restartIfChanged", "restartTriggers", "script", "scriptArgs", "startAt", "startLimitBurst",
	"startLimitIntervalSec", "stopIfChanged", "unitConfig",
}

// unitOrder is the order in which people write the options of a unit.
var unitOrder = []string{
	"description", "documentation", "after", "before", "wants", "requires", "requisite", "bindsTo", "partOf", "conflicts", "onFailure",
	"wantedBy", "requiredBy", "startLimitIntervalSec", "startLimitBurst", "environment", "path", "unitConfig", "serviceConfig",
}

// isUnitOption reports whether name is an option of a unit.
func isUnitOption(name string) bool {
	return slices.Contains(misplacedOptions, name) ||
		slices.ContainsFunc(unitLists, func(l string) bool { return spell.Uncapitalised(l) == name })
}

// move takes a setting out of a section that does not know it and adds it, under
// the name given, where it belongs: to another section or, if that is empty, to the
// options of the unit. A directive that has an option of the unit becomes that.
func move(u *unit.Unit, o *nixos.Option, section, name string) []lint.Fix {
	if !fix.IsOffered(u) || u.Style != nixos.NixOSStyle || len(o.Defs) != 1 {
		return nil
	}
	d := o.Defs[0]
	b, ok := d.Binding.AsBinding()
	if !ok || d.When != nil || d.Maybe != nil || !d.Wrapper.IsZero() || emit.Shared(b.Node) != nil {
		return nil
	}
	attr, section, ok := movedAttr(u, o, b.Value(), section, name)
	if !ok {
		return nil
	}
	edits := movedText(u, o, b, section, attr)
	if edits == nil {
		return nil
	}
	moved := attr.Path[0]
	where, changes := moved, append(u.About(o.Name(), spell.Capitalised(moved)), u.Effects(moved)...)
	if section != "" {
		where = u.Section(section).Name() + "." + moved
	}
	risk := profile.RiskOfTightening(moved)
	if section == "" && nixos.IsScript(moved) {
		risk = "the start of the service: a shell runs the text as a script"
	}
	return []lint.Fix{{Title: "move to `" + where + "`", Applicability: lint.SafeUnless(risk), Breaks: risk, Changes: changes, Edits: edits}}
}

// moveLine moves a line of a text to the section that knows it, unless that has the
// directive already.
func moveLine(n *unit.Naming, section string) []lint.Fix {
	taken := slices.ContainsFunc(n.Lines(), func(l nixos.Line) bool { return l.Section == section && l.Key == n.Key })
	site := n.Site(section)
	if !fix.IsOffered(n.Unit) || taken || site.Section == "" || site.Shared || n.At.Place.In != site.Set || n.At.When != nil {
		return nil
	}
	var headings []string
	if site.Heading {
		headings = []string{"", "[" + section + "]"}
	}
	edits, err := emit.New(site.Set.File()).MoveLine(site.Set, n.At.Place.Span.Start, site.After, headings...)
	if err != nil {
		return nil
	}
	risk := profile.RiskOfTightening(n.Key)
	return []lint.Fix{{
		Title: "move to [" + section + "]", Applicability: lint.SafeUnless(risk), Breaks: risk, Changes: append(n.About(n.Key), n.Effects(spell.Uncapitalised(n.Key))...),
		Edits: lint.EditsIn(site.Set.File(), edits),
	}}
}

// movedText are the edits that move a binding to where attr belongs; nil if that is
// not possible.
func movedText(u *unit.Unit, o *nixos.Option, b nixast.Binding, section string, attr emit.Attr) []lint.FileEdit {
	removed, err := emit.New(b.File()).Remove(b.Node)
	if err != nil {
		return nil
	}
	site := u.Site(section)
	if site.Set.File() != b.File() || site.Shared {
		return nil
	}
	added, err := fix.Add(site, emit.Where{Families: append([][]string{unitOrder}, profile.Families()...)}, []emit.Attr{attr})
	if err != nil || touch(removed, added) {
		return renamedInPlace(u, o, b, section, attr)
	}
	return append(lint.EditsIn(b.File(), removed), added...)
}

// touch reports whether the new text would go where the old one is removed.
func touch(removed []emit.Edit, added []lint.FileEdit) bool {
	for _, a := range added {
		for _, r := range removed {
			if a.Start < r.End && max(a.End, a.Start+1) > r.Start {
				return true
			}
		}
	}
	return false
}

// renamedInPlace gives a binding that names its section, such as
// serviceConfig.After = …, its new path. It is nil for others.
func renamedInPlace(u *unit.Unit, o *nixos.Option, b nixast.Binding, section string, attr emit.Attr) []lint.FileEdit {
	attrs := slices.Collect(b.Path().Attrs())
	if len(attrs) < 2 {
		return nil
	}
	from := attrs[len(attrs)-2]
	holder, ok := from.AttrName()
	last, ok2 := attrs[len(attrs)-1].AttrName()
	if !ok || !ok2 || last != o.Name() || holder != o.Path[len(o.Path)-2] {
		return nil
	}
	path := attr.Path
	if section != "" {
		path = append([]string{u.Section(section).Name()}, path...)
	}
	value, err := emit.New(b.File()).Replace(b.Value(), attr.Value)
	if err != nil {
		return nil
	}
	renamed := emit.Edit{Start: from.Span().Start, End: b.Path().Span().End, New: nixast.QuoteAttrPath(path...)}
	return lint.EditsIn(b.File(), append([]emit.Edit{renamed}, value...))
}

// movedAttr is what is added in the new place, and the section that it is added to.
// Only a value that means the same everywhere is moved.
func movedAttr(u *unit.Unit, o *nixos.Option, value nixast.Node, section, name string) (emit.Attr, string, bool) {
	if isVariable(value) {
		return emit.Attr{}, "", false
	}
	for n := range value.Descendants() {
		if isVariable(n) {
			return emit.Attr{}, "", false
		}
	}
	v, ok := profile.GoValue(u.Host.Evaluator(), o.Defs[0].Value)
	if !ok {
		return emit.Attr{}, "", false
	}
	if section == "" {
		return emit.A(name, v), "", !u.Option(name).IsSet()
	}
	if u.Directive(section, name).IsSet() {
		return emit.Attr{}, "", false
	}
	option := spell.Uncapitalised(name)
	switch {
	case slices.Contains(unitLists, name):
		words, ok := unitWords(v)
		return emit.A(option, words), "", ok && !u.Option(option).IsSet()
	case name == "StartLimitIntervalSec" || name == "StartLimitBurst":
		if n, ok := wholeNumber(v); ok {
			return emit.A(option, n), "", !u.Option(option).IsSet()
		}
		return emit.A(name, v), section, !u.Option(option).IsSet()
	case name == "Description":
		return emit.A(option, v), "", !u.Option(option).IsSet()
	}
	return emit.A(name, v), section, true
}

// isVariable reports whether n is an identifier other than a constant of Nix.
func isVariable(n nixast.Node) bool {
	return n.Kind() == nixast.Ident && !slices.Contains([]string{"true", "false", "null"}, n.Text())
}

// unitWords are the names of units in a value, a string or a list of such.
func unitWords(v any) ([]any, bool) {
	if list, ok := v.([]any); ok {
		var words []any
		for _, item := range list {
			more, ok := unitWords(item)
			if !ok {
				return nil, false
			}
			words = append(words, more...)
		}
		return words, true
	}
	text, ok := v.(string)
	if !ok {
		return nil, false
	}
	var words []any
	for word := range strings.FieldsSeq(text) {
		if !strings.Contains(word, ".") {
			return nil, false // NixOS takes full names only
		}
		words = append(words, word)
	}
	return words, len(words) > 0
}

func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}
