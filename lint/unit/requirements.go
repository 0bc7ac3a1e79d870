package unit

import (
	"cmp"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/rules/profile"
)

// assigned are the rows of the baseline, if it is the one that was chosen.
func (u *Unit) assigned(b *profile.Baseline, chosen profile.Assignment) []profile.Requirement {
	if chosen.Baseline != b.Name {
		return nil
	}
	found := slices.Clone(b.Requirements(u.Host.Release).Units[u.Name])
	if u.Type() == "service" && !u.IsOverride() {
		found = append(found, u.generic(b, chosen.Unit)...)
	}
	return found
}

// generic are the requirements for any service of a baseline, as far as they are
// required of the unit, which all are if the user chose the baseline for it.
func (u *Unit) generic(b *profile.Baseline, all bool) []profile.Requirement {
	var d *profile.Daemon
	if b.Name == profile.ProvenName {
		d = u.daemon()
	}
	found := slices.Clone(b.For(d).Requirements(u.Host.Release).Generic)
	if !all {
		found = slices.DeleteFunc(found, func(r profile.Requirement) bool { return spared(u, &r, d) != "" })
	}
	return u.fit(found, d)
}

// Where is where a row of the unit's baseline goes.
func (u *Unit) Where(r *profile.Requirement) emit.Where {
	all := r.Baseline.Requirements(u.Host.Release)
	return r.Baseline.Where(slices.Concat(all.Units[u.Name], all.Generic))
}

// spared is why a row of a generic baseline is not asked of the unit; "" if it
// is required. seen is the daemon that was seen to work under the row; nil if none was.
func spared(u *Unit, r *profile.Requirement, seen *profile.Daemon) string {
	s := u.signs()
	_, session := u.setTo(profile.NeededBy{Key: "PAMName"})
	switch {
	case session:
		return "it is a session of a user"
	case s.opaque:
		return "what it runs needs more than the unit shows"
	case s.class != nil && s.class.Needs[r.Name()] != "" && !isOf(seen, s.class) && !u.showsCapabilities(r.Name()):
		return s.class.Needs[r.Name()]
	}
	switch ordinary := u.RunsAs().Ordinary(); {
	case ordinary:
	case r.Name() == "RemoveIPC":
		return "it does not apply to root"
	case limitsRoot[r.Name()] && seen == nil:
		return "what it does with the rights of root is not known"
	}
	if limitsRoot[r.Name()] && u.ActsAsRoot() {
		return "a part of it acts as root"
	}
	if r.Name() == "SystemCallErrorNumber" && len(u.Full().Values("Service", "SystemCallFilter")) > 0 {
		return "the unit has a filter, and what that does with a call that it refuses"
	}
	if why := cmp.Or(u.needOf(r.Name()), u.needOfClass(r.Name(), seen)); why != "" {
		return why
	}
	if kind, _, _ := u.Effective("Service", "Type"); kind == "oneshot" || kind == "" && len(u.Full().Values("Service", "ExecStart")) == 0 {
		return profile.OneshotNeed(r.Name())
	}
	return ""
}

// Requirements are the requirements of the baseline that apply to the unit. The caller
// must not change them.
func (u *Unit) Requirements(b *profile.Baseline) []profile.Requirement {
	rows, ok := u.required[b]
	if !ok {
		rows = u.choose(b)
		if u.required == nil {
			u.required = map[*profile.Baseline][]profile.Requirement{}
		}
		u.required[b] = rows
	}
	return rows
}

// choose picks the requirements that apply to the unit, and fits them to it.
func (u *Unit) choose(b *profile.Baseline) []profile.Requirement {
	if u.Pattern || u.Scope.Kind != nixos.System && u.Scope.Kind != nixos.Container || u.Enabled() == -1 || u.changesPrefix() {
		return nil
	}
	found := u.requiredBy(b)
	if _, notifies := u.Notifies(); notifies {
		for i := range found {
			if found[i].Name() == "RestrictAddressFamilies" {
				found[i] = found[i].Allowing("AF_UNIX")
			}
		}
	}
	return slices.DeleteFunc(found, func(r profile.Requirement) bool {
		_, known := directive.Lookup(r.Section, r.Name(), u.Version)
		return r.Section != "" && !known
	})
}

// requiredBy are the requirements of a baseline that is for the unit: the one that
// the user assigned, one that names the unit or its program, or one for any service.
func (u *Unit) requiredBy(b *profile.Baseline) []profile.Requirement {
	all := b.Requirements(u.Host.Release)
	var found []profile.Requirement
	switch chosen := b.Assignment(u.Unit); {
	case chosen.Baseline != "":
		found = u.assigned(b, chosen)
	case b.Covers(u.Unit) && b.Applies != nil:
		for _, rs := range all.Units {
			found = append(found, rs...)
		}
	case b.Covers(u.Unit):
		found = slices.Clone(all.Units[u.Name])
		if !b.Named && !slices.ContainsFunc(found, func(r profile.Requirement) bool { return u.sets(&r) }) {
			return nil
		}
	case len(all.Generic) > 0 && u.Type() == "service" && !u.IsOverride() && b.Generic(u.Unit):
		found = u.generic(b, false)
	}
	return found
}

// changesPrefix reports whether the unit is only a drop-in of all units whose names
// begin with its own, such as foo-.service (systemd.unit(5)).
func (u *Unit) changesPrefix() bool {
	return strings.HasSuffix(u.BaseName(), "-") && u.OverrideStrategy() == "asDropin"
}

// sets reports whether the unit says anything of the row.
func (u *Unit) sets(r *profile.Requirement) bool { return u.OptionFor(r).IsSet() }

// OptionFor is the option of the unit that the row is about, under the name that the
// unit uses for it.
func (u *Unit) OptionFor(r *profile.Requirement) *nixos.Option { return optionFor(u.Unit, r) }

func optionFor(u *nixos.Unit, r *profile.Requirement) *nixos.Option {
	if r.Section == "" {
		return u.Option(r.Path...)
	}
	o := u.Directive(r.Section, r.Name())
	if o.IsSet() {
		return o
	}
	for _, name := range directive.AliasesOf(r.Section, r.Name()) {
		if alias := u.Directive(r.Section, name); alias.IsSet() {
			return alias
		}
	}
	return o
}

// Scorer returns the exposure of the unit if requirements were met; false if the source does
// not decide it. The function does not need the host of the unit, which may be freed.
func (u *Unit) Scorer() func(rs []profile.Requirement) (security.Exposure, bool) {
	read := u.closedReading()
	return func(rs []profile.Requirement) (security.Exposure, bool) {
		var lines []unitfile.Assignment
		for i := range rs {
			lines = append(lines, rs[i].Lines...)
		}
		low, high, err := read.ScoreWith(lines)
		return high, err == nil && low == high
	}
}
