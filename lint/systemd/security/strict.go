package security

import (
	"net/netip"
	"slices"
	"strings"
	"sync"

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
	r := Read(u, v)
	r.alone = true
	return r.AtLeast(section, name, want)
}

// Reading is a unit as a version of systemd reads it, for a caller that needs many
// directives. The unit must not change.
type Reading struct {
	unit      *unitfile.Unit
	version   directive.Version
	uncertain bool
	alone     bool // directives are taken by themselves, without what others imply
	// lines and bounds are the unit at its weakest and at its strictest: after its lines,
	// and with what is not in sight and what is implied.
	lines, bounds [2]*state
	loading       *unitfile.Loading
}

// Read reads the unit as version v does.
func Read(u *unitfile.Unit, v directive.Version) *Reading {
	return &Reading{unit: u, version: v, uncertain: u.Uncertain()}
}

// at is the state of the unit at one of its bounds.
func (r *Reading) at(b bound) *state {
	s := &r.bounds[b.index()]
	if *s == nil {
		*s = r.with(b, nil)
	}
	return *s
}

// with is the state of the unit with further lines, which it has after its own.
func (r *Reading) with(b bound, lines []unitfile.Assignment) *state {
	read := &r.lines[b.index()]
	if *read == nil {
		*read = newState(r.unit, r.version, b)
		(*read).read(r.unit, r.unit.InForce(r.version))
	}
	s := (*read).clone()
	s.read(r.unit, lines)
	s.applyUnseen(r.unit)
	if !r.alone {
		s.imply()
	}
	return s
}

// targets are states for [Reading.AtLeast], which needs each for a moment.
var targets = sync.Pool{New: func() any { return &state{} }}

// AtLeast reports whether the effect of a directive in the whole unit is at
// least as strict as that of the lines want alone. It knows what one directive
// implies for another: DynamicUser=yes satisfies ProtectSystem=strict.
func (r *Reading) AtLeast(section, name string, want []unitfile.Assignment) value.Answer {
	u := r.unit
	d, ok := directive.LookupAny(section, name)
	if !ok || slices.ContainsFunc(want, func(a unitfile.Assignment) bool { return a.Unknown }) {
		return value.CannotTell
	}
	if section != u.SandboxSection() && !(section == "Unit" && name == "DefaultDependencies") {
		return compareLines(d, u.Values(section, name), want, u.IsOpen(section), r.version)
	}
	f := fieldsByName[name]
	if f == nil || f.order == nil {
		return compareLines(d, pathLines(u, section, name), want, u.IsOpen(section), r.version)
	}
	target := targets.Get().(*state)
	defer targets.Put(target)
	wanted := &unitfile.Unit{Name: u.Name, Assignments: want}
	target.begin(wanted, r.version, weakest)
	target.read(wanted, wanted.InForce(r.version))
	worst := f.order(r.at(weakest), target)
	if worst == value.Yes || !r.uncertain {
		return worst
	}
	if f.order(r.at(strictest), target) == value.No {
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
