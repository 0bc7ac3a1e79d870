package security

import (
	"math/bits"
	"slices"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// Setting is what is in force of one directive after all lines of a unit, and
// after what other directives imply.
type Setting struct {
	// Values holds the value of a directive that has one, or the words of a
	// list. Of a capability set, RestrictAddressFamilies= and
	// RestrictNamespaces= it holds the names that are left; of
	// SystemCallFilter= the calls that are allowed.
	Values []string
	// All tells that a set is not confined at all; Values is then empty.
	All bool
	// Unknown tells that lines which are not known have a say; Values then is
	// the most that may be in force.
	Unknown bool
	// ImpliedBy names the directive that overrides the lines, else it is empty.
	ImpliedBy string
}

// Effective returns what is in force of a directive. It reports false for a
// directive that version v does not know.
func Effective(u *unitfile.Unit, section, name string, v directive.Version) (Setting, bool) {
	d, ok := directive.Lookup(section, name, v)
	if !ok {
		return Setting{}, false
	}
	lines := u.Values(section, name)
	var set Setting
	set.Unknown = len(lines) == 0 && u.IsOpen(section) || slices.ContainsFunc(lines, func(a unitfile.Assignment) bool { return a.Unknown })
	if section == u.SandboxSection() {
		for _, i := range Implications(v) {
			if i.Implies == name && Read(u, v).AtLeast(section, i.Directive, []unitfile.Assignment{{Section: section, Key: i.Directive, Value: "yes"}}) == value.Yes &&
				AtLeast(section, name, lines, []unitfile.Assignment{{Section: section, Key: name, Value: i.Value}}, v) != value.Yes {
				set.ImpliedBy = i.Directive
			}
		}
		s := loadState(u, v, weakest)
		s.imply()
		if s.effective(d, &set) {
			return set, true
		}
	}
	if d.Repeat == directive.Override || d.Repeat == directive.FirstWins {
		if value, _ := lastValue(d, lines, v); value != "" {
			set.Values = []string{value}
		}
		return set, true
	}
	set.Values, _ = listWords(d, lines, v)
	return set, true
}

// effective fills in what the state holds of a directive.
func (s *state) effective(d *directive.Directive, set *Setting) bool {
	if f := flagOf(d.Name); f < flagCount {
		on := s.flags[f]
		if f == flagPrivateMounts {
			on = s.mounts()
		}
		set.Values = []string{pick(on, "yes", "no")}
		if e := d.Enum(); e != nil && on && s.modes[f] != "?" {
			set.Values = []string{mode(s.modes[f])}
		}
		return true
	}
	switch d.Name {
	case "ProtectHome", "ProtectSystem", "KeyringMode", "ProtectProc", "ProcSubset", "NotifyAccess", "DevicePolicy":
		set.Values = []string{*s.enumField(d.Name)}
	case "CapabilityBoundingSet":
		set.Values = value.CapabilityNames(s.bounding.set)
		set.All = s.bounding.set&value.AllCapabilities == value.AllCapabilities
	case "AmbientCapabilities":
		set.Values = value.CapabilityNames(s.ambient.set)
	case "RestrictAddressFamilies":
		left := s.families.allowed()
		set.All = left == ^uint64(0)
		for _, f := range directive.FamilyTable {
			if f.Alias == "" && left&(1<<f.Number) != 0 {
				set.Values = append(set.Values, f.Name)
			}
		}
	case "RestrictNamespaces":
		set.All = s.spaces&value.NamespacesAll(s.Version) == value.NamespacesAll(s.Version)
		for n := s.spaces & (1<<len(directive.NamespaceTable) - 1); n != 0; n &= n - 1 {
			set.Values = append(set.Values, directive.NamespaceTable[bits.TrailingZeros16(uint16(n))].Name)
		}
	case "SystemCallFilter":
		allowed, others := s.filter.allowed()
		full := (&directive.CallSet{}).Complement()
		set.All = others && allowed == full
		for i, name := range directive.Calls().Names {
			if allowed.Has(uint16(i)) {
				set.Values = append(set.Values, name)
			}
		}
	default:
		return false
	}
	if set.All {
		set.Values = nil
	}
	return true
}

// Implication is what one directive, switched on, makes of another, whatever the
// lines of that other one say.
type Implication struct {
	Directive string // the one that is "yes"
	Implies   string // the other one
	Value     string // what the other one is at least
}

// Implications returns what directives imply for others in version v
// (src/core/unit.c, unit_patch_contexts).
func Implications(v directive.Version) []Implication {
	tmp := "yes"
	if v >= 257 {
		tmp = "disconnected"
	}
	return []Implication{
		{"DynamicUser", "ProtectSystem", "strict"},
		{"DynamicUser", "ProtectHome", "read-only"},
		{"DynamicUser", "PrivateTmp", tmp},
		{"DynamicUser", "RemoveIPC", "yes"},
		{"DynamicUser", "NoNewPrivileges", "yes"},
		{"DynamicUser", "RestrictSUIDSGID", "yes"},
		{"PrivateDevices", "DevicePolicy", "closed"},
		{"PrivateDevices", "CapabilityBoundingSet", "~CAP_MKNOD CAP_SYS_RAWIO"},
		{"ProtectKernelModules", "CapabilityBoundingSet", "~CAP_SYS_MODULE"},
		{"ProtectKernelLogs", "CapabilityBoundingSet", "~CAP_SYSLOG"},
		{"ProtectClock", "CapabilityBoundingSet", "~CAP_SYS_TIME CAP_WAKE_ALARM"},
	}
}
