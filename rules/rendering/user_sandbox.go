package rendering

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// UserSandbox reports sandbox directives in units of a user manager.
var UserSandbox = &lint.Rule{Page: lint.ReadPage(pages, "user-sandbox"), Unit: checkUserSandbox}

func checkUserSandbox(p *lint.Pass, u *unit.Unit) {
	if !u.OfUser() || u.Directive("Service", "PrivateUsers").IsSet() {
		return
	}
	var names []string
	var first *nixos.Def
	for _, o := range u.Directives("Service") {
		if needsNamespace(o.Name()) && o.IsSet() && restricts(u, o.Name()) && !o.Defs[0].Binding.IsZero() {
			if names = append(names, o.Name()); first == nil {
				first = o.Defs[0]
			}
		}
	}
	if first == nil {
		return
	}
	d := p.AtDef(u, first, names...).Place(first.Binding.LastNamePlace())
	if len(names) > 1 {
		d.Note("they are %s", few(names)).Reportf("%d settings need a user namespace in a user manager", len(names))
		return
	}
	d.Reportf("%s needs a user namespace in a user manager", names[0])
}

// restricts reports whether the value of a sandbox directive is known and takes
// something away from the service.
func restricts(u *unit.Unit, name string) bool {
	at, ok := u.Setting("Service", name)
	if at.Text == "" {
		return ok && name == "CapabilityBoundingSet"
	}
	on, isBool := value.ParseBool(at.Text)
	return ok && (on || !isBool)
}

// needsNamespace reports whether a user manager can apply a directive only in a
// user namespace, or not at all.
func needsNamespace(name string) bool {
	return strings.HasPrefix(name, "Protect") && name != "ProtectProc" || strings.HasPrefix(name, "Private") && name != "PrivateUsers" ||
		name == "ReadOnlyPaths" || name == "ReadWritePaths" || name == "InaccessiblePaths" || name == "CapabilityBoundingSet" || name == "AmbientCapabilities"
}
