package unit

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/nixast/eval"
)

// unitTable are the units that modules of NixOS 20.09 and 26.11 define or mention, with
// the options that enable them. internal/units makes it.
//
//go:embed units.tsv
var unitTable string

// catalog is unitTable as it is looked up.
type catalog struct {
	// enabledBy are the options of each name, "*" if the modules do not say.
	enabledBy map[string][]string
	// patterns are the names that are known in part, with "*" for the rest.
	patterns []pattern
	// byType are the whole names by type, sorted.
	byType map[string][]string
}

// pattern is a name that is known in part, with the options that enable its units.
type pattern struct {
	known     partly
	enabledBy []string
}

var nixosUnits = sync.OnceValue(func() *catalog {
	c := &catalog{enabledBy: map[string][]string{}, byType: map[string][]string{}}
	for line := range strings.Lines(unitTable) {
		name, options, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		c.enabledBy[name] = strings.Fields(options)
		switch stem, kind := splitName(name); {
		case stem == "*": // a module that takes whole names, such as oci-containers
		case strings.Contains(name, "*"):
			c.patterns = append(c.patterns, pattern{strings.Split(name, "*"), c.enabledBy[name]})
		default:
			c.byType[kind] = append(c.byType[kind], name)
		}
	}
	return c
})

// splitName is the name of a unit without its type, and the type.
func splitName(name string) (stem, kind string) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name, ""
	}
	return name[:i], name[i+1:]
}

// NamedByNixOS reports whether a module of NixOS defines or mentions a unit of the name,
// or the template that it is an instance of.
func NamedByNixOS(name string) bool { return len(enablers(name)) > 0 }

// enablers are the options that enable the unit of a name; none if no module of NixOS
// names it.
func enablers(name string) []string {
	c := nixosUnits()
	if options, ok := c.enabledBy[name]; ok {
		return options
	}
	if template, ok := TemplateOf(name); ok {
		if options, ok := c.enabledBy[template]; ok {
			return options
		}
	}
	var found []string
	for _, p := range c.patterns {
		if p.known.mayBe(name) {
			found = append(found, p.enabledBy...)
		}
	}
	return found
}

// TemplateOf is the template of an instance: "foo@.service" of foo@a.service.
func TemplateOf(name string) (string, bool) {
	stem, kind := splitName(name)
	at := strings.IndexByte(stem, '@')
	if at < 0 || at == len(stem)-1 {
		return "", false
	}
	return stem[:at+1] + "." + kind, true
}

// MeantUnit is the unit that was most likely meant by a name that no module of NixOS
// has: the one that differs in a single letter, or in two that changed places. Others are
// further names to look among. It is "" if there is no such name, or several, or if the
// difference is a digit or "@": that is another unit of the same kind. In short names
// only letters that changed places count.
func MeantUnit(name string, others ...string) string {
	_, kind := splitName(name)
	found := ""
	for _, names := range [...][]string{nixosUnits().byType[kind], others} {
		for _, n := range names {
			if n == found || !mayMean(name, n) {
				continue
			}
			if found != "" {
				return ""
			}
			found = n
		}
	}
	return found
}

// mayMean reports whether a name is likely a slip for another.
func mayMean(name, other string) bool {
	if spell.Distance(name, other, 1) != 1 || marks(name) != marks(other) {
		return false
	}
	stem, _ := splitName(other)
	return len(stem) >= shortName || sameLetters(name, other)
}

// shortName is the length from which on a name differs from most others in more than one
// letter.
const shortName = 6

// sameLetters reports whether two names consist of the same bytes.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// marks are the digits of s, and "@".
func marks(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == '@' {
			return r
		}
		return -1
	}, s)
}

// madeElsewhere are types of units that come to be without a unit file: of mounts, of
// devices, of processes (systemd.device(5), systemd.scope(5), systemd-fstab-generator(8)).
var madeElsewhere = []string{"device", "mount", "automount", "swap", "slice", "scope"}

// Exists reports whether the service manager of the unit has a unit of a name: one that
// the project defines, or that NixOS does. It is Maybe where modules are not in sight.
func (u *Unit) Exists(name string) eval.Truth {
	peers := u.Peers(name)
	if slices.ContainsFunc(peers, func(p *nixos.Unit) bool { return !p.Pattern && p.When() == nil && !p.IsOverride() }) {
		return eval.Yes
	}
	if len(peers) > 0 {
		return eval.Maybe
	}
	return u.DefinedElsewhere(name)
}

// DefinedElsewhere reports whether something else than a unit of the project defines a
// unit of a name: No if the units are known to be all that there are, or if all modules of
// the host are in sight, and no option enables it; otherwise Maybe.
func (u *Unit) DefinedElsewhere(name string) eval.Truth {
	_, kind := splitName(name)
	h := u.Host
	if slices.Contains(madeElsewhere, kind) || strings.ContainsAny(name, "%$\x00") {
		return eval.Maybe
	}
	if u.Part != nil && u.Part.complete {
		return eval.No
	}
	if h.Name == "" || u.Scope.Kind != nixos.System ||
		u.Scope.Name != "" || len(h.Unseen) > 0 || h.Unfinished() != nil || mayBeEnabled(h, name) || addsUnits(h) {
		return eval.Maybe
	}
	return eval.No
}

// mayBeEnabled reports whether a module of NixOS may define the unit on the host: an
// option that enables it may be set, or anything of the service of that name.
func mayBeEnabled(h *nixos.Host, name string) bool {
	for _, option := range enablers(name) {
		if o := h.Option(strings.Split(option, ".")...); option == "*" || (o.IsSet() || len(o.Unseen) > 0) && o.Bool() != eval.No {
			return true
		}
	}
	stem, _ := splitName(name)
	stem, _, _ = strings.Cut(stem, "@")
	for _, family := range []string{"services", "programs", "virtualisation", "hardware", "networking", "security"} {
		if len(h.Option(family, stem).Attrs()) > 0 {
			return true
		}
	}
	return false
}

// addsUnits reports whether the host may have units of names that are not in sight: from
// packages, from files, and from modules that take whole names.
func addsUnits(h *nixos.Host) bool {
	for _, path := range [][]string{
		{"systemd", "packages"}, {"systemd", "units"}, {"environment", "etc"}, {"virtualisation", "oci-containers"}, {"virtualisation", "quadlet"},
		{"services", "netbird"}, {"system", "services"}, {"systemd", "generators"},
	} {
		if o := h.Option(path...); o.IsSet() || len(o.Unseen) > 0 {
			return true
		}
	}
	return false
}
