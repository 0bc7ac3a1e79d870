package lint

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/nixos"
)

// sameMeaning compares the units of two states of a project: they may differ
// only in what the findings of the applied fixes name.
func sameMeaning(before, after *nixos.Project, fixes []chosen) error {
	allowed := map[string]bool{}
	for _, c := range fixes {
		for _, d := range c.Directives {
			allowed[c.Unit+"\x00"+d] = true
			allowed["\x00"+d] = true
		}
	}
	was, is := renderings(before), renderings(after)
	for key, text := range was {
		if is[key] == text {
			continue
		}
		if !allowed[key.unit+"\x00"+key.directive] && !allowed["\x00"+key.directive] {
			return fmt.Errorf("%s of %s would change from %q to %q", key.directive, key.unit, text, is[key])
		}
	}
	for key, text := range is {
		if _, there := was[key]; !there && !allowed[key.unit+"\x00"+key.directive] && !allowed["\x00"+key.directive] {
			return fmt.Errorf("%s of %s would become %q", key.directive, key.unit, text)
		}
	}
	return nil
}

// unitKey is a directive of a unit of a host.
type unitKey struct{ host, scope, unit, directive string }

// renderings are the lines of all units, by directive.
func renderings(p *nixos.Project) map[unitKey]string {
	out := map[unitKey]string{}
	for _, h := range p.Hosts() {
		for _, u := range h.Units {
			for _, l := range u.Lines() {
				key := unitKey{h.Name, u.Scope.String(), u.Name, optionOf(l)}
				out[key] += l.Section + "." + l.Key + "=" + l.Shown + "\n"
			}
		}
	}
	return out
}

// optionOf is the name under which findings speak of a line: the directive, or
// the option of NixOS that it comes from.
func optionOf(l nixos.Line) string {
	if i := slices.Index(derived[:], l.Key); i >= 0 && l.Section != "Service" {
		return strings.ToLower(l.Key[:1]) + l.Key[1:]
	}
	return l.Key
}

// derived are the directives that NixOS makes of options of the same name in
// lower case (nixos/lib/systemd-lib.nix).
var derived = [...]string{"After", "Before", "Wants", "Requires", "BindsTo", "PartOf", "Conflicts", "WantedBy", "RequiredBy", "UpheldBy"}
