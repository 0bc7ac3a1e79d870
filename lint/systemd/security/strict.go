package security

import (
	"net/netip"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// AtLeast reports whether a directive set by the lines have is at least as
// strict as one set by the lines want, each read in order, as one unit would
// have them; no lines mean the default. It compares what the lines leave
// allowed:
//
//   - switches and enums by systemd's own order; UMask= and modes by their bits;
//   - capabilities, system calls, address families, namespaces, devices,
//     addresses and paths as sets;
//   - time spans and limits by size, where less is stricter;
//   - unit names and other lists: have must hold every word of want.
//
// Values without an order, such as free text, satisfy only their equals. Lines
// that systemd ignores count for nothing. CannotTell is the answer where a value
// that is not known decides, or where systemd gives the two values no order.
func AtLeast(section, name string, have, want []unitfile.Assignment, v directive.Version) value.Answer {
	u := &unitfile.Unit{Name: "unit.service", Assignments: have}
	if section != "Service" && directive.IsSection(section) && section != "Unit" && section != "Install" {
		u.Name = "unit." + strings.ToLower(section)
	}
	return atLeastIn(u, section, name, want, v, func(b bound) *state { return loadState(u, v, b) })
}

// Reading is a unit as a version of systemd reads it, for a caller that needs many
// directives. The unit must not change.
type Reading struct {
	unit    *unitfile.Unit
	version directive.Version
	bounds  [2]*state // at its weakest and at its strictest, with what is implied
}

// Read reads the unit as version v does.
func Read(u *unitfile.Unit, v directive.Version) *Reading { return &Reading{unit: u, version: v} }

// AtLeast reports whether the effect of a directive in the whole unit is at
// least as strict as that of the lines want alone. It knows what one directive
// implies for another: DynamicUser=yes satisfies ProtectSystem=strict.
func (r *Reading) AtLeast(section, name string, want []unitfile.Assignment) value.Answer {
	return atLeastIn(r.unit, section, name, want, r.version, r.at)
}

func (r *Reading) at(b bound) *state {
	i := 0
	if b == strictest {
		i = 1
	}
	if r.bounds[i] == nil {
		s := loadState(r.unit, r.version, b)
		s.imply()
		r.bounds[i] = s
	}
	return r.bounds[i]
}

func atLeastIn(u *unitfile.Unit, section, name string, want []unitfile.Assignment, v directive.Version, at func(bound) *state) value.Answer {
	d, ok := directive.LookupAny(section, name)
	if !ok || slices.ContainsFunc(want, func(a unitfile.Assignment) bool { return a.Unknown }) {
		return value.CannotTell
	}
	if section != u.SandboxSection() && !(section == "Unit" && name == "DefaultDependencies") {
		return compareLines(d, u.Values(section, name), want, u.IsOpen(section), v)
	}
	wanted := &unitfile.Unit{Name: u.Name, Assignments: want}
	target := loadState(wanted, v, weakest)
	f := fieldsByName[name]
	if f == nil || f.order == nil {
		return compareLines(d, pathLines(u, section, name), want, u.IsOpen(section), v)
	}
	ask := func(b bound) value.Answer { return f.order(at(b), target) }
	worst := ask(weakest)
	if worst == value.Yes || !u.Uncertain() {
		return worst
	}
	if ask(strictest) == value.No {
		return value.No
	}
	return value.CannotTell
}

// pathLines returns the lines of a directive, with those that include it:
// what is inaccessible is read-only too.
func pathLines(u *unitfile.Unit, section, name string) []unitfile.Assignment {
	lines := u.Values(section, name)
	if name == "ReadOnlyPaths" {
		lines = append(lines, u.Values(section, "InaccessiblePaths")...)
	}
	return lines
}

// orderUsers takes root for the weakest user, and nobody for weaker than others.
func orderUsers(have, want *state) value.Answer {
	return value.Answered(want.privileged() || !have.privileged() && (have.user != "nobody" || want.user == "nobody"))
}

// mounts reports whether PrivateMounts= is switched on by a line; from 254 on the
// flag reads as true without one.
func (s *state) mounts() bool { return s.flags[flagPrivateMounts] && s.modes[flagPrivateMounts] != "" }

func mode(value string) string {
	if value == "" {
		return "no"
	}
	return value
}

func orderWords(e *directive.Enum, have, want string) value.Answer {
	stricter, known := value.StricterValue(e, have, want)
	if !known {
		return value.CannotTell
	}
	return value.Answered(stricter)
}

func orderCalls(have, want *state) value.Answer {
	a, others := have.filter.allowed()
	b, wantOthers := want.filter.allowed()
	return value.Answered(a.Within(&b) && (!others || wantOthers))
}

// orderArchitectures compares sets of architectures, where none means all.
func orderArchitectures(have, want *state) value.Answer {
	if len(want.architectures) == 0 {
		return value.Yes
	}
	if len(have.architectures) == 0 || have.otherArchitecture {
		return value.No
	}
	result := value.Yes
	for _, a := range have.architectures {
		if slices.Contains(want.architectures, a) {
			continue
		}
		if !slices.Contains([]string{"native", "x86-64", "arm64", "riscv64"}, a) {
			return value.No
		}
		result = value.CannotTell // it may be the native one
	}
	return result
}

// covers reports whether every prefix of inner lies in one of outer.
func covers(outer, inner []netip.Prefix) bool {
	for _, p := range inner {
		if !slices.ContainsFunc(outer, func(o netip.Prefix) bool { return o.Bits() <= p.Bits() && o.Contains(p.Addr()) }) {
			return false
		}
	}
	return true
}

// orderDevices compares device lists; an empty one filters nothing.
func orderDevices(have, want *state) value.Answer {
	open := func(s *state) bool {
		return len(s.devices) == 0 && s.devicePolicy == "auto" && !(s.devicesUnknown && s.bound == strictest)
	}
	if open(want) {
		return value.Yes
	}
	if open(have) {
		return value.No
	}
	for _, device := range have.devices {
		path, rights := cutLast(device)
		if !slices.ContainsFunc(want.devices, func(other string) bool {
			p, r := cutLast(other)
			return p == path && strings.Trim(rights, r) == ""
		}) {
			return value.No
		}
	}
	return value.Yes
}

func cutLast(device string) (path, rights string) {
	i := strings.LastIndexByte(device, ':')
	return device[:max(i, 0)], device[i+1:]
}
