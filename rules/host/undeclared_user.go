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
var UndeclaredUser = &lint.Rule{Page: lint.ReadPage(pages, "undeclared-user"), Unit: checkUsers, Fact: findDeclared}

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
	d := p.AtDef(u, o.LastReported(), directive)
	p.Later(d, func(p *lint.Pass, d *lint.Draft) {
		if !slices.ContainsFunc(p.Facts(), func(of any) bool { return of.(accountsOf).mayDeclare(kind, name) }) {
			d.Reportf("%s `%s` is not declared in users.%ss", kind, name, kind)
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
	return len(h.Option("services", name).Attrs()) > 0 || declaredOn(h, kind).may(name)
}

// declared are the users, or the groups, that a host declares.
type declared struct {
	names []string
	any   bool // it may declare others
}

// may reports whether one of a name may be among them.
func (d declared) may(name string) bool { return d.any || slices.Contains(d.names, name) }

func declaredOn(h *nixos.Host, kind string) declared {
	var d declared
	for _, option := range []string{kind + "s", "extra" + spell.Capitalised(kind) + "s"} {
		all := h.Option("users", option)
		d.any = d.any || len(all.Unseen) > 0
		if !all.IsSet() {
			continue
		}
		for _, a := range all.Attrs() {
			d.any = d.any || strings.Contains(a.Name(), "${")
			d.names = append(d.names, a.Name())
		}
	}
	return d
}

// accountsOf are what the hosts of a part of the project declare, by kind, and the
// services that they set.
type accountsOf map[string]declared

const ofServices = "services"

func findDeclared(part *unit.Part) any {
	all := accountsOf{}
	for _, h := range part.Hosts {
		all[ofServices] = declared{names: append(all[ofServices].names, h.Option("services").Names()...)}
		for _, kind := range []string{"user", "group"} {
			d := declaredOn(h, kind)
			all[kind] = declared{append(all[kind].names, d.names...), all[kind].any || d.any}
		}
	}
	return all
}

// mayDeclare reports whether a host of the part declares the user or group, or might.
func (a accountsOf) mayDeclare(kind, name string) bool {
	return a[kind].may(name) || a[ofServices].may(name)
}
