package rules

import (
	_ "embed"
	"fmt"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/nixast/eval"
)

// unitNames are the names of units that modules of NixOS 20.09 and 26.11 set up or
// speak of, one a line, sorted. TestUnitNames makes it.
//
//go:embed unit_names.txt
var unitNames string

// maskMisspelt reports masks of units that are not there, where one of nearly that
// name is.
func maskMisspelt() *lint.Rule {
	known := map[string]bool{}
	byType := map[string][]string{}
	for name := range strings.Lines(unitNames) {
		name = strings.TrimSpace(name)
		known[name] = true
		kind := name[strings.LastIndexByte(name, '.')+1:]
		byType[kind] = append(byType[kind], name)
	}
	return &lint.Rule{
		ID: "N022", Name: "mask-misspelt", Since: "0.1.0", Severity: lint.Warning,
		Title: "a unit is masked that nothing defines, and one of nearly that name goes on running",
		Text: "`systemd.services.NAME.enable = false`" + ` takes any name: NixOS writes a mask for it, and nobody tells that no such
unit exists. Found are names that neither the project nor a module of NixOS 20.09 or 26.11 has, and that are
one slip away from one of them. Where modules from outside the project cannot be seen, nothing is said.`,
		WhenNot: "Where a package brings a unit of that very name.",
		Before: `{
  systemd.services.systemd-rfkil.enable = false;
}
`,
		References: []string{"nixos/lib/systemd-lib.nix, makeUnit (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				if known[u.Name] || !onlyMasks(u) || len(u.Host.Unseen) > 0 {
					return
				}
				meant := oneSlipFrom(u.Name, byType[u.Type()])
				if meant == "" {
					return
				}
				d := u.Option("enable").Defs[0]
				f := lint.Finding{
					Message: fmt.Sprintf("%s is masked, but NixOS has no such unit; did you mean %s?", u.Name, meant),
					Unit:    u.Name, Directives: []string{"enable"},
				}
				f.File, f.Span = place(d.Binding)
				p.Report(f)
			})
		},
	}
}

// onlyMasks reports whether all that the project says of a unit of the system is
// that it is switched off.
func onlyMasks(u *unitView) bool {
	if u.Pattern || u.Scope.Kind != nixos.System || u.Enabled() != eval.No || u.When != nil || len(u.Partial) > 0 || strings.Contains(u.Name, "@") {
		return false
	}
	set := u.Option().Attrs()
	return len(set) == 1 && set[0].Name() == "enable" && len(set[0].Defs) == 1 && !set[0].Defs[0].Binding.IsZero()
}

// oneSlipFrom is the one of names that differs from name in a single letter, or
// in two that changed places; "" if there is none, or more than one, or the
// difference is a digit: that is another unit of the kind.
func oneSlipFrom(name string, names []string) string {
	found := ""
	for _, n := range names {
		if len(n) < len("xxxxxx.service") || spell.Distance(name, n, 1) != 1 || digits(name) != digits(n) {
			continue
		}
		if found != "" {
			return ""
		}
		found = n
	}
	return found
}

// digits are those of s.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
}
