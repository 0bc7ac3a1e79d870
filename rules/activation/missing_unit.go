package activation

import (
	"path"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// MissingUnit reports dependencies on units that do not exist. It looks at the whole
// project for the names of units.
var MissingUnit = &lint.Rule{Page: lint.ReadPage(pages, "missing-unit"), Unit: checkMissingUnit}

// ofOthers are names that units have on other distributions, and what NixOS calls them:
// packages of Debian and Red Hat, and nixos/modules/services (NixOS 26.11).
var ofOthers = map[string]string{
	"network.service": "network.target", "networking.service": "network.target", "network-online.service": networkOnline,
	"ssh.service": "sshd.service", "mariadb.service": "mysql.service", "postgres.service": "postgresql.service",
	"apache2.service": "httpd.service", "crond.service": "cron.service", "docker.io.service": "docker.service",
	"dbus.target": "dbus.socket", "time-syncd.service": "systemd-timesyncd.service", "resolved.service": "systemd-resolved.service",
	"networkd.service": "systemd-networkd.service", "local-fs.service": "local-fs.target", "network-manager.service": "NetworkManager.service",
	"networkmanager.service": "NetworkManager.service",
}

func checkMissingUnit(p *lint.Pass, u *unit.Unit) {
	if u.Scope.Kind == nixos.Initrd || u.Enabled() == eval.No {
		return
	}
	for _, r := range references {
		if r.section != "Install" && r.section != "Unit" && r.section != nixos.OwnSection(u.Type()) {
			continue
		}
		for _, d := range u.Dependencies(r.section, r.directive) {
			if r.section == "Install" && isTypeless(d) && u.Style == nixos.NixOSStyle {
				draft := p.At(u, d.Setting).As(lint.Error).Concerns(u.About(spell.Uncapitalised(r.directive))...).
					Note("NixOS fails to evaluate the name of a unit without a type")
				if meant := typed(d.Unit); meant != "" {
					draft.Help("did you mean `%s`?", meant)
				}
				draft.Reportf("%s names `%s`, which is not the name of a unit", r.directive, d.Unit)
				continue
			}
			if d.Unit == "" || d.Def == nil || !strings.Contains(d.Unit, ".") || strings.ContainsAny(d.Unit, "%$") {
				continue
			}
			if peers := u.Peers(d.Unit); len(peers) == 0 {
				checkReference(p, u, r, d)
			} else {
				checkMasked(p, u, r, d, peers)
			}
		}
	}
}

// checkMasked reports a requirement of units that are masked.
func checkMasked(p *lint.Pass, u *unit.Unit, r reference, d unit.Dependency, peers []*nixos.Unit) {
	if r.severity == lint.Error && r.section == "Unit" && d.When == nil && areMasked(u, d.Unit, peers) {
		p.At(u, d.Setting).As(lint.Error).Concerns(u.About(spell.Uncapitalised(r.directive))...).
			Note("the unit fails to start, since systemd starts no unit that is masked").
			Reportf("%s names %s, which is masked", r.directive, d.Unit)
	}
}

// checkReference reports a name that no unit of the host has.
func checkReference(p *lint.Pass, u *unit.Unit, r reference, d unit.Dependency) {
	other := ofOthers[d.Unit]
	missing := r.strict && u.Exists(d.Unit) == eval.No
	misspelt := other == "" && !unit.NamedByNixOS(d.Unit)
	if other == "" && !misspelt && !missing {
		return
	}
	draft := p.At(u, d.Setting).As(r.severity).Concerns(u.About(spell.Uncapitalised(r.directive))...).Note("%s", r.effect)
	name, text, written := d.Unit, d.Text, u.WrittenAt(d.Line)
	p.Later(draft, func(p *lint.Pass, draft *lint.Draft) {
		if p.Defines(name) {
			return
		}
		meant := other
		if misspelt {
			meant = unit.MeantUnit(name, p.Defined()...)
		}
		if meant == "" && !missing {
			return
		}
		if meant != "" {
			value := renamed(text, name, meant)
			draft.Help("did you mean `%s`?", meant).Fix(fix.Replace(u, written, value, "replace with `"+meant+"`", riskOf(other))...)
		}
		draft.Reportf("%s names %s, which does not exist", r.directive, name)
	})
}

// areMasked reports whether the units of a name, which are units of the same system as
// another one, are certainly masked by enable = false.
func areMasked(u *unit.Unit, name string, peers []*nixos.Unit) bool {
	return !slices.ContainsFunc(peers, func(peer *nixos.Unit) bool {
		return peer.Name != name || peer.Pattern || peer.When() != nil || peer.Enabled() != eval.No ||
			u.Host.Name == "" && !slices.Equal(peer.Files(), u.Files())
	})
}

// isTypeless reports whether a dependency is a name without the type of a unit. Of those in
// [Unit], the rule about values reports them.
func isTypeless(d unit.Dependency) bool {
	return d.Unit != "" && d.Def != nil && d.Known && !strings.ContainsAny(d.Unit, "%$@") && !slices.Contains(value.UnitTypes, typeOf(d.Unit))
}

// typeOf is what follows the last dot of a name; "" without one.
func typeOf(name string) string { return strings.TrimPrefix(path.Ext(name), ".") }

// typed is a name with the type that its own most likely means; "" if that is not clear.
func typed(name string) string {
	if !strings.Contains(name, ".") {
		return name + ".target"
	}
	if meant := spell.Nearest(typeOf(name), value.UnitTypes); meant != "" {
		return strings.TrimSuffix(name, path.Ext(name)) + "." + meant
	}
	return ""
}

// renamed is a text that names another unit in the place of one.
func renamed(text, from, to string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if w == from {
			words[i] = to
		}
	}
	return strings.Join(words, " ")
}

// riskOf is what naming a unit by what NixOS calls it may break: it may be another unit,
// not only one of another spelling. other is that name, or empty.
func riskOf(other string) string {
	if other == "" {
		return ""
	}
	return "the order in which the unit starts"
}

// A reference is a directive that names other units.
type reference struct {
	section, directive string
	severity           lint.Severity
	// effect says what happens if there is no such unit.
	effect string
	// strict reports that a unit that is not there is a mistake, whatever its name.
	strict bool
}

// references follow systemd.unit(5), and job_collapse and unit_add_dependency of systemd.
var references = []reference{
	{"Unit", "Requires", lint.Error, "the unit fails to start, since what it requires is not found", true},
	{"Unit", "BindsTo", lint.Error, "the unit fails to start, since what it requires is not found", true},
	{"Unit", "Requisite", lint.Error, "the unit fails to start, since what it requires is not found", true},
	{"Unit", "OnFailure", lint.Warning, "systemd starts nothing when the unit fails", true},
	{"Unit", "OnSuccess", lint.Warning, "systemd starts nothing when the unit ends", true},
	{"Unit", "Wants", lint.Warning, "systemd starts nothing for it", false},
	{"Unit", "Upholds", lint.Warning, "systemd starts nothing for it", false},
	{"Unit", "After", lint.Warning, "the order has no effect", false},
	{"Unit", "Before", lint.Warning, "the order has no effect", false},
	{"Unit", "PartOf", lint.Warning, "nothing stops or restarts the unit along with it", false},
	{"Unit", "Conflicts", lint.Warning, "it conflicts with nothing", false},
	{"Unit", "JoinsNamespaceOf", lint.Warning, "the unit joins no namespace", false},
	{"Install", "WantedBy", lint.Error, "nothing starts the unit", true},
	{"Install", "RequiredBy", lint.Error, "nothing starts the unit", true},
	{"Install", "UpheldBy", lint.Error, "nothing starts the unit", true},
}
