package rendering

import (
	"strconv"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// OptionType reports options of units that are set to a value of another type.
var OptionType = &lint.Rule{Page: lint.ReadPage(pages, "option-type"), Unit: checkOptionType}

func checkOptionType(p *lint.Pass, u *unit.Unit) {
	if u.Style == nixos.SectionStyle || u.Style == nixos.ConfStyle {
		return
	}
	for _, o := range u.Option().Attrs() {
		if want, ok := typeChecks[u.OptionType(o.Name())]; ok {
			checkType(p, u, o, o.Name(), want)
		}
	}
	if u.Type() != "service" || u.Style != nixos.NixOSStyle {
		return
	}
	for _, o := range u.Option("environment").Attrs() {
		checkType(p, u, o, "environment", variable)
	}
}

// checkType reports definitions of an option that are certainly of another type.
func checkType(p *lint.Pass, u *unit.Unit, o *nixos.Option, option string, want typeCheck) {
	for _, d := range o.Defs {
		if !d.Misfit.IsZero() || d.Maybe != nil {
			continue
		}
		v := u.Host.Evaluator().Force(d.Value)
		what := kindOf(v)
		if what == "" || strings.Contains(want.kinds, what) {
			continue
		}
		draft := p.AtDef(u, d, option).Concerns(u.Effects(option)...).Note("NixOS fails to evaluate it")
		if node, err := d.ValueNode(); err == nil && want.repair != nil {
			if value, title := want.repair(v); value != nil {
				draft.Fix(fix.Replace(u, node, value, title, "")...)
			}
		}
		draft.Reportf("`%s` is %s, not %s", o.Name(), what, want.name)
	}
}

// A typeCheck is what the values of a type are.
type typeCheck struct {
	name  string
	kinds string // those of kindOf, joined
	// repair is the value that one of another kind plainly means, and what the fix does.
	repair func(eval.Value) (value any, title string)
}

// variable is the type of a variable of the environment: null, a string, a path or a
// package.
var variable = typeCheck{"a string", "null, a string, a path, a set", quoted}

// typeChecks are the types of options of units (lib/types.nix, NixOS 26.11).
var typeChecks = map[string]typeCheck{
	"listOf":          {"a list", "a list", listed},
	"bool":            {"a boolean", "a boolean", asBool},
	"int":             {"an integer", "an integer", asInt},
	"str":             {"a string", "a string", nil},
	"singleLineStr":   {"a string", "a string", nil},
	"separatedString": {"a string", "a string", nil},
	"attrsOf":         {"a set", "a set", nil},
}

// kindOf is what a value is; "" if that is not known, or may be anything.
func kindOf(v eval.Value) string {
	switch v.(type) {
	case *eval.List:
		return "a list"
	case *eval.Bool:
		return "a boolean"
	case *eval.Int:
		return "an integer"
	case *eval.String:
		return "a string"
	case *eval.Path:
		return "a path"
	case *eval.Null:
		return "null"
	}
	return "" // a set may be a property, such as that of a module that is not in sight
}

// listed is a list of the words of a string.
func listed(v eval.Value) (any, string) {
	s, ok := v.(*eval.String)
	if !ok {
		return nil, ""
	}
	text, known := s.Text()
	if !known || text == "" {
		return nil, ""
	}
	var words []any
	for word := range strings.FieldsSeq(text) {
		words = append(words, word)
	}
	return words, "replace with a list"
}

func asBool(v eval.Value) (any, string) {
	if s, ok := v.(*eval.String); ok {
		if text, _ := s.Text(); text == "true" || text == "false" {
			return text == "true", "remove the quotes"
		}
	}
	return nil, ""
}

func asInt(v eval.Value) (any, string) {
	if s, ok := v.(*eval.String); ok {
		text, _ := s.Text()
		if n, err := strconv.ParseInt(text, 10, 32); err == nil {
			return n, "remove the quotes"
		}
	}
	return nil, ""
}

// quoted is an integer as a string. What a boolean would be as one depends on the
// program.
func quoted(v eval.Value) (any, string) {
	if n, ok := v.(*eval.Int); ok {
		return strconv.FormatInt(n.V, 10), "quote it"
	}
	return nil, ""
}
