package host

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// A companion is a setting that a mask or a switch relies on: without it the
// reason given for the mask does not hold.
type companion struct {
	// masked is the option that is false; unit the one below systemd.services.
	option []string
	// needs says what makes the reason true, for messages, and holds whether
	// the host sets it. It is Maybe where the source does not tell.
	needs string
	holds func(*nixos.Host) eval.Truth
}

var companions = []companion{
	{
		option: []string{"systemd", "services", "prepare-kexec", "enable"},
		needs:  `boot.kernel.sysctl."kernel.kexec_load_disabled" = 1`,
		holds: func(h *nixos.Host) eval.Truth {
			return optionIs(h, h.Option("boot", "kernel", "sysctl", "kernel.kexec_load_disabled"), eval.NewInt(1), eval.NewBool(true))
		},
	},
	{
		option: []string{"systemd", "services", "systemd-hibernate-clear", "enable"},
		needs:  `"hibernate=no" in boot.kernelParams`,
		holds:  func(h *nixos.Host) eval.Truth { return kernelParam(h, "hibernate=no", "nohibernate") },
	},
	{
		option: []string{"systemd", "enableEmergencyMode"},
		needs:  `"boot.panic_on_fail" in boot.kernelParams, which lets a failed boot end in a panic ("panic=1" then reboots)`,
		holds:  func(h *nixos.Host) eval.Truth { return kernelParam(h, panicOnFail...) },
	},
}

// panicOnFail are the kernel parameters that let a failed first stage end in a panic.
var panicOnFail = []string{"boot.panic_on_fail", "stage1panic"}

// optionIs reports whether an option has one of the values.
func optionIs(h *nixos.Host, o *nixos.Option, values ...*eval.Thunk) eval.Truth {
	if !o.IsSet() {
		if len(o.Unseen) > 0 {
			return eval.Maybe
		}
		return eval.No
	}
	best := eval.No
	for _, d := range o.Defs {
		for _, v := range values {
			if t := h.Evaluator().Equal(d.Value, v); t == eval.Yes || t == eval.Maybe && best == eval.No {
				best = t
			}
		}
	}
	return best
}

// kernelParam reports whether a kernel parameter is given that begins with one of
// the texts.
func kernelParam(h *nixos.Host, params ...string) eval.Truth {
	o := h.Option("boot", "kernelParams")
	answer := eval.No
	if len(o.Unseen) > 0 {
		answer = eval.Maybe
	}
	for _, d := range o.Defs {
		items, complete := unit.KnownStrings(h.Evaluator(), d.Value)
		if slices.ContainsFunc(items, func(s string) bool {
			return slices.ContainsFunc(params, func(p string) bool { return strings.HasPrefix(s, p) })
		}) {
			return eval.Yes
		}
		if !complete || d.When != nil || d.Maybe != nil {
			answer = eval.Maybe
		}
	}
	return answer
}

// MaskCompanion reports masks whose reason does not hold.
var MaskCompanion = &lint.Rule{
	Page: lint.ReadPage(pages, "mask-companion"),
	Check: func(p *lint.Pass) {
		for _, h := range p.Project.Hosts() {
			for _, c := range companions {
				o := h.Option(c.option...)
				if !o.IsSet() || h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) != eval.Yes || c.holds(h) != eval.No {
					continue
				}
				f := lint.Finding{
					Message: fmt.Sprintf("%s = false stands alone: nothing in the project sets %s", o, c.needs),
					About:   unit.Options(h, o.Path),
				}
				f.File, f.Span = unit.Place(o.Defs[0].Binding)
				p.Report(f)
			}
		}
	},
}

// UndeclaredUser reports users and groups of units that the project does not
// declare.
var UndeclaredUser = &lint.Rule{
	Page: lint.ReadPage(pages, "undeclared-user"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			if u.Pattern || u.Scope.Kind != nixos.System || u.IsOverride() || len(u.Partial) > 0 || u.Enabled() < 0 {
				return
			}
			if dynamic, set, _ := u.Effective("Service", "DynamicUser"); set && dynamic != "false" {
				return
			}
			knownAccounts().check(p, u, "User")
			knownAccounts().check(p, u, "Group")
		})
	},
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
// switched on.
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

// check reports a user or group that neither a host of the project nor NixOS
// declares.
func (a *accounts) check(p *lint.Pass, u *unit.Unit, directive string) {
	kind := strings.ToLower(directive)
	o := u.Directive("Service", directive)
	name, set, known := u.Effective("Service", directive)
	if !set || !known || name == "" || a.declares(kind, name) || strings.Trim(name, "0123456789") == "" || strings.Contains(name, "%") || !o.IsSet() {
		return
	}
	if slices.ContainsFunc(p.Project.Hosts(), func(h *nixos.Host) bool { return mayDeclare(h, kind, name) }) {
		return
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s runs with %s %s, which no file of the project declares in users.%ss", u.Name, kind, name, kind),
		Units:   u.Self(), About: u.About(directive),
	}
	f.File, f.Span = unit.ValuePlace(unit.LastAsked(o))
	p.Report(f)
}
