package host

import (
	_ "embed"
	"path"
	"slices"
	"strings"
	"sync"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
)

// UndeclaredUser reports users and groups of units that the project does not
// declare. It looks at the whole project: another host may declare them.
var UndeclaredUser = &lint.Rule{Page: lint.ReadPage(pages, "undeclared-user"), Unit: checkUsers}

func checkUsers(p *lint.Pass, u *unit.Unit) {
	if u.Pattern || u.Scope.Kind != nixos.System || u.IsOverride() || len(u.Partial) > 0 || u.Enabled() < 0 {
		return
	}
	if dynamic, set, _ := u.Effective("Service", "DynamicUser"); set && dynamic != "false" {
		return
	}
	checkAccount(p, u, "User")
	checkAccount(p, u, "Group")
}

// checkAccount reports a user or group that neither a host of the project nor NixOS
// declares.
func checkAccount(p *lint.Pass, u *unit.Unit, directive string) {
	kind := strings.ToLower(directive)
	o := u.Directive("Service", directive)
	name, set, known := u.Effective("Service", directive)
	if !set || !known || name == "" || !o.IsSet() || strings.Trim(name, "0123456789") == "" || strings.Contains(name, "%") || knownAccounts().declares(kind, name) {
		return
	}
	if mayDeclare(u.Host, kind, name) {
		return
	}
	p.Later(func(p *lint.Pass) {
		if !slices.ContainsFunc(p.Project.Hosts(), func(h *nixos.Host) bool { return mayDeclare(h, kind, name) }) {
			p.AtDef(u, o.LastReported(), directive).Reportf("%s `%s` is not declared in users.%ss", kind, name, kind)
		}
	})
}

// accountNames are the users and groups that modules of NixOS 20.09 and 26.11
// declare, "user postgres" a line, sorted, with "*" for what differs. TestAccountNames
// makes it.
//
//go:embed account_names.txt
var accountNames string

// accounts are the names of accountNames: those that are whole, and patterns.
type accounts struct {
	names    map[string]bool
	patterns []string
}

var knownAccounts = sync.OnceValue(readAccounts)

func readAccounts() *accounts {
	a := &accounts{names: map[string]bool{}}
	for line := range strings.Lines(accountNames) {
		if name := strings.TrimSpace(line); strings.Contains(name, "*") {
			a.patterns = append(a.patterns, name)
		} else {
			a.names[name] = true
		}
	}
	return a
}

// declares reports whether a module of NixOS declares the user or group, if it is
// enabled.
func (a *accounts) declares(kind, name string) bool {
	name = kind + " " + name
	return a.names[name] || slices.ContainsFunc(a.patterns, func(p string) bool {
		ok, _ := path.Match(p, name)
		return ok
	})
}

// mayDeclare reports whether the host declares the user or group, under either
// name of the option, or might: so do most modules of services for their own.
func mayDeclare(h *nixos.Host, kind, name string) bool {
	if len(h.Option("services", name).Attrs()) > 0 {
		return true
	}
	for _, option := range []string{kind + "s", "extra" + spell.Capitalised(kind) + "s"} {
		all := h.Option("users", option)
		if len(all.Unseen) > 0 || all.IsSet() && slices.ContainsFunc(all.Attrs(), func(a *nixos.Option) bool {
			return a.Name() == name || strings.Contains(a.Name(), "${")
		}) {
			return true
		}
	}
	return false
}
