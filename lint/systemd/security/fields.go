package security

import (
	"iter"
	"math/bits"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// A field is a directive that counts for the sandbox of a unit.
type field struct {
	name string
	// section is that of the directive, "" for the section of the unit's type.
	section string
	// parse applies a line.
	parse func(s *state, text string)
	// unknown applies a line whose value is not known: the state becomes the weakest
	// or the strictest that such a line can make. It is nil where the field counts
	// for nothing by itself.
	unknown func(s *state, weak bool)
	// toggle is the switch of a row that implies something.
	toggle toggle
	// implies says what the directive, switched on, implies for others. Rows of another
	// version come later.
	implies []implied
	// raise makes the field at least as strict as a value that another directive
	// implies.
	raise func(s *state, text string)
	// check judges a row of the assessment.
	check func(s *state, c *check) verdictOn
	// order reports whether have is at least as strict as want; without it the lines
	// are compared.
	order func(have, want *state) value.Answer
	// show fills in the effective value; without it the lines do.
	show func(s *state, set *Setting)
}

// implied is what one directive implies for another from a version on.
type implied struct {
	name, value string
	since       directive.Version
}

// fields has a row for each directive of the sandbox.
var fields = []field{
	{name: "User", parse: func(s *state, text string) { s.user, _ = s.Expand(text, value.FullSpecifiers) },
		unknown: func(s *state, weak bool) { s.user = pick(weak, "root", "unknown") }, check: (*state).checkUser, order: orderUsers},
	toggleOf("DynamicUser", flagDynamicUser).implying(implied{name: "ProtectSystem", value: "strict"}, implied{name: "ProtectHome", value: "read-only"},
		implied{name: "PrivateTmp", value: "connected"}, implied{name: "PrivateTmp", value: "disconnected", since: 257},
		implied{name: "RemoveIPC", value: "yes"}, implied{name: "NoNewPrivileges", value: "yes"}, implied{name: "RestrictSUIDSGID", value: "yes"}),
	{name: "SupplementaryGroups", parse: func(s *state, text string) { addUp(&s.groups, text, len(strings.Fields(text))) },
		unknown: func(s *state, weak bool) { s.groups = pick(weak, 1, 0) },
		check:   func(s *state, _ *check) verdictOn { return verdictOn{na: s.privileged(), badness: min(s.groups, 1)} }},

	toggleOf("PrivateDevices", flagPrivateDevices).implying(implied{name: "DevicePolicy", value: "closed"},
		implied{name: "CapabilityBoundingSet", value: "~CAP_MKNOD CAP_SYS_RAWIO"}),
	privateMounts(),
	toggleOf("PrivateNetwork", flagPrivateNetwork),
	enumToggle("PrivateTmp", flagPrivateTmp),
	enumToggle("PrivateUsers", flagPrivateUsers),
	enumToggle("ProtectControlGroups", flagProtectControlGroups),
	toggleOf("ProtectKernelModules", flagProtectKernelModules).implying(implied{name: "CapabilityBoundingSet", value: "~CAP_SYS_MODULE"}),
	toggleOf("ProtectKernelTunables", flagProtectKernelTunables),
	toggleOf("ProtectKernelLogs", flagProtectKernelLogs).implying(implied{name: "CapabilityBoundingSet", value: "~CAP_SYSLOG"}),
	toggleOf("ProtectClock", flagProtectClock).implying(implied{name: "CapabilityBoundingSet", value: "~CAP_SYS_TIME CAP_WAKE_ALARM"}),
	enumToggle("ProtectHostname", flagProtectHostname),
	toggleOf("LockPersonality", flagLockPersonality),
	toggleOf("MemoryDenyWriteExecute", flagMemoryDenyWriteExecute),
	toggleOf("NoNewPrivileges", flagNoNewPrivileges),
	delegate(),
	toggleOf("RestrictRealtime", flagRestrictRealtime),
	toggleOf("RestrictSUIDSGID", flagRestrictSUIDSGID),
	removeIPC(),
	defaultDependencies(),

	wordOf("ProtectHome", func(s *state) *string { return &s.home }, "yes", "no", (*state).checkHome),
	wordOf("ProtectSystem", func(s *state) *string { return &s.system }, "strict", "no", (*state).checkSystem),
	wordOf("KeyringMode", func(s *state) *string { return &s.keyring }, "private", "inherit",
		func(s *state, c *check) verdictOn { return badIf(s.keyring != "private", c) }),
	wordOf("ProtectProc", func(s *state) *string { return &s.proc }, "ptraceable", "default", (*state).checkProc),
	wordOf("ProcSubset", func(s *state) *string { return &s.procSubset }, "pid", "all",
		func(s *state, c *check) verdictOn { return badIf(s.procSubset != "pid", c) }),
	wordOf("NotifyAccess", func(s *state) *string { return &s.notify }, "none", "all",
		func(s *state, c *check) verdictOn { return badIf(s.notify == "all", c) }).ofServices(),
	wordOf("DevicePolicy", func(s *state) *string { return &s.devicePolicy }, "strict", "auto", nil),
	serviceType(),

	{name: "UMask", parse: (*state).parseUMask, unknown: func(s *state, weak bool) { s.umask = pick[uint32](weak, 0, 0o7777) },
		check: (*state).checkUMask, order: func(have, want *state) value.Answer { return value.Answered(want.umask&^have.umask == 0) }},
	{name: "RootDirectory", parse: func(s *state, text string) { s.root, _ = s.Expand(text, value.FullSpecifiers) },
		unknown: func(s *state, weak bool) { s.root = pick(weak, "", "/unknown") }, check: (*state).checkRoot},
	{name: "RootImage",
		parse:   func(s *state, text string) { s.image, _ = s.Expand(text, value.FullSpecifiers); s.open.image = false },
		unknown: func(s *state, weak bool) { s.image, s.open.image = pick(weak, "", "/unknown"), true }},
	{name: "MountImages", parse: func(s *state, text string) { addUp(&s.mountImages, text, countMountImages(text)) },
		unknown: func(s *state, _ bool) { s.open.mounts = true }},
	{name: "RootMStack", parse: (*state).parseMountStack, unknown: func(s *state, _ bool) { s.open.stack = true }},
	credential("LoadCredential", 0), credential("LoadCredentialEncrypted", 0),
	credential("SetCredential", 1), credential("SetCredentialEncrypted", 1),

	{name: "CapabilityBoundingSet", parse: func(s *state, text string) { s.bounding.line(text, s.Version) },
		unknown: func(s *state, weak bool) {
			s.bounding = capabilitySet{set: pick(weak, s.bounding.initial, 0), initial: s.bounding.initial, loose: true}
		},
		raise: (*state).dropCapabilities,
		check: func(s *state, c *check) verdictOn { return badIf(s.bounding.set&c.mask != 0, c) },
		order: func(have, want *state) value.Answer {
			return value.Answered(have.bounding.set&^want.bounding.set&value.AllCapabilities == 0)
		},
		show: func(s *state, set *Setting) {
			set.Values = value.CapabilityNames(s.bounding.set)
			set.All = s.bounding.set&value.AllCapabilities == value.AllCapabilities
		}},
	{name: "AmbientCapabilities", parse: func(s *state, text string) { s.ambient.line(text, s.Version) },
		unknown: func(s *state, weak bool) {
			s.ambient = capabilitySet{set: pick[uint64](weak, value.AllCapabilities, 0), loose: true}
		},
		check: func(s *state, c *check) verdictOn { return badIf(s.ambient.set != 0, c) },
		order: func(have, want *state) value.Answer {
			return value.Answered(have.ambient.set&^want.ambient.set&value.AllCapabilities == 0)
		},
		show: func(s *state, set *Setting) { set.Values = value.CapabilityNames(s.ambient.set) }},
	{name: "RestrictAddressFamilies", parse: func(s *state, text string) { s.families.line(text, s.Version) },
		unknown: func(s *state, weak bool) { s.families = familySet{loose: true, list: pick(weak, ^uint64(0), 0)} },
		check:   func(s *state, c *check) verdictOn { return badIf(!s.families.restricts(c.mask, s.bound), c) },
		order: func(have, want *state) value.Answer {
			return value.Answered(have.families.allowed()&^want.families.allowed() == 0)
		},
		show: (*state).showFamilies},
	{name: "RestrictNamespaces", parse: (*state).parseNamespaces,
		unknown: func(s *state, weak bool) {
			s.spaces, s.spacesInitial = pick(weak, value.NamespacesAll(s.Version), 0), false
		},
		check: func(s *state, c *check) verdictOn { return badIf(uint64(s.spaces)&c.mask != 0, c) },
		order: func(have, want *state) value.Answer {
			return value.Answered(have.spaces&^want.spaces&value.NamespacesAll(have.Version) == 0)
		},
		show: (*state).showNamespaces},
	{name: "SystemCallFilter", parse: func(s *state, text string) { s.filter.line(text, s.Version) },
		unknown: (*state).anyFilter, check: (*state).checkCalls, order: orderCalls, show: (*state).showCalls},
	{name: "SystemCallArchitectures", parse: (*state).parseArchitectures,
		unknown: func(s *state, weak bool) {
			s.architectures, s.otherArchitecture = pick(weak, nil, []string{"native"}), weak
		},
		check: (*state).checkArchitectures, order: orderArchitectures},

	{name: "IPAddressDeny", parse: func(s *state, text string) { s.deny.line(text) },
		unknown: func(s *state, weak bool) {
			s.deny = addressList{unknown: true, prefixes: pick(weak, nil, everything())}
		},
		check: (*state).checkAddresses,
		order: func(have, want *state) value.Answer {
			return value.Answered(covers(have.deny.prefixes, want.deny.prefixes))
		}},
	{name: "IPAddressAllow", parse: func(s *state, text string) { s.allow.line(text) },
		unknown: func(s *state, weak bool) {
			s.allow = addressList{unknown: true, prefixes: pick(weak, everything(), nil)}
		},
		order: func(have, want *state) value.Answer {
			return value.Answered(covers(want.allow.prefixes, have.allow.prefixes))
		}},
	{name: "IPIngressFilterPath", parse: func(s *state, text string) { addUp(&s.ingress, text, s.isPath(text)) },
		unknown: func(s *state, weak bool) { s.ingress = pick(weak, 0, 1) }},
	{name: "IPEgressFilterPath", parse: func(s *state, text string) { addUp(&s.egress, text, s.isPath(text)) },
		unknown: func(s *state, weak bool) { s.egress = pick(weak, 0, 1) }},
	{name: "DeviceAllow", parse: (*state).parseDevice,
		unknown: func(s *state, weak bool) { s.devices, s.devicesUnknown = pick(weak, []string{"(unknown)"}, nil), true },
		check:   (*state).checkDevices, order: orderDevices},

	{name: "WatchdogSec", parse: func(s *state, text string) {
		if n, ok := value.ParseSpan(text); ok {
			s.watchdog = n > 0
		}
	}},
	{name: "FileDescriptorStoreMax", parse: func(s *state, text string) {
		if n, ok := value.ParseUint(text, 0, 1<<32-1); ok {
			s.fdStore = n > 0
		}
	}},
}

// fieldsByName finds the rows.
var fieldsByName = func() map[string]*field {
	byName := make(map[string]*field, len(fields))
	for i := range fields {
		byName[fields[i].name] = &fields[i]
	}
	return byName
}()

// implying returns the row with what it implies.
func (f field) implying(list ...implied) field {
	f.implies = list
	return f
}

// ofServices returns the row as one that other units ignore.
func (f field) ofServices() field {
	parse, unknown := f.parse, f.unknown
	f.parse = func(s *state, text string) {
		if s.unitType == "service" {
			parse(s, text)
		}
	}
	f.unknown = func(s *state, weak bool) {
		if s.unitType == "service" {
			unknown(s, weak)
		}
	}
	return f
}

// toggleOf makes the row of a switch.
func toggleOf(name string, f toggle) field {
	return field{name: name, toggle: f,
		parse: func(s *state, text string) {
			if on, ok := value.ParseBool(text); ok {
				s.flags[f], s.modes[f] = on, pick(on, "yes", "")
			}
		},
		unknown: func(s *state, weak bool) { s.flags[f], s.modes[f] = !weak, pick(weak, "", "?") },
		raise:   func(s *state, _ string) { s.flags[f] = true },
		check:   func(s *state, c *check) verdictOn { return badIf(!s.flags[f], c) },
		order:   func(have, want *state) value.Answer { return value.Answered(have.flags[f] || !want.flags[f]) },
		show:    func(s *state, set *Setting) { set.Values = []string{pick(s.flags[f], "yes", "no")} },
	}
}

// enumToggle makes the row of a switch that newer versions read as an enum: every
// value but "no" switches it on.
func enumToggle(name string, f toggle) field {
	row := toggleOf(name, f)
	d, _ := directive.LookupAny("Service", name)
	row.parse = func(s *state, text string) { s.parseEnumToggle(d, f, text) }
	row.raise = func(s *state, text string) {
		if !s.flags[f] {
			s.flags[f], s.modes[f] = true, text
		}
	}
	row.order = func(have, want *state) value.Answer {
		if have.modes[f] == "?" {
			return value.CannotTell
		}
		return orderWords(d.Enum(), mode(have.modes[f]), mode(want.modes[f]))
	}
	row.show = func(s *state, set *Setting) {
		set.Values = []string{pick(s.flags[f], "yes", "no")}
		if s.flags[f] && s.modes[f] != "?" {
			set.Values[0] = mode(s.modes[f])
		}
	}
	return row
}

func (s *state) parseEnumToggle(d *directive.Directive, f toggle, text string) {
	if on, ok := value.ParseBool(text); ok {
		s.flags[f], s.modes[f] = on, pick(on, d.Enum().True, "")
		return
	}
	if d.KindIn(s.Version) == directive.KindBool {
		return
	}
	if text == "" {
		if d.Empty == directive.EmptyResets {
			s.flags[f], s.modes[f] = false, ""
		}
		return
	}
	if value.CheckLine(d, text, s.Expander).Status != value.Valid {
		return
	}
	word, _, _ := strings.Cut(text, ":")
	parsed, _ := value.ParseEnum(d.Enum(), word, s.Version)
	s.flags[f], s.modes[f] = parsed != "no", parsed
}

// privateMounts is on by default from 254 on, but only a line says so.
func privateMounts() field {
	row := toggleOf("PrivateMounts", flagPrivateMounts)
	parse := row.parse
	row.parse = func(s *state, text string) {
		if text == "" && s.Version >= 254 {
			s.flags[flagPrivateMounts], s.modes[flagPrivateMounts] = true, ""
		}
		parse(s, text)
	}
	row.order = func(have, want *state) value.Answer { return value.Answered(!want.mounts() || have.mounts()) }
	row.show = func(s *state, set *Setting) { set.Values = []string{pick(s.mounts(), "yes", "no")} }
	return row
}

// delegate is the one switch that is better off.
func delegate() field {
	row := toggleOf("Delegate", flagDelegate)
	row.parse = func(s *state, text string) {
		on, isBool := value.ParseBool(text)
		_, bad := namedWords(text)
		switch {
		case isBool:
			s.flags[flagDelegate], s.modes[flagDelegate] = on, pick(on, "yes", "")
		case !bad:
			s.flags[flagDelegate] = true
		}
	}
	row.unknown = func(s *state, weak bool) { s.flags[flagDelegate], s.modes[flagDelegate] = weak, pick(weak, "", "?") }
	row.check = func(s *state, c *check) verdictOn { return badIf(s.flags[flagDelegate], c) }
	row.order = func(have, want *state) value.Answer {
		return value.Answered(have.flags[flagDelegate] == want.flags[flagDelegate] || !have.flags[flagDelegate])
	}
	return row
}

// removeIPC does not apply to root.
func removeIPC() field {
	row := toggleOf("RemoveIPC", flagRemoveIPC)
	row.check = func(s *state, c *check) verdictOn {
		v := badIf(!s.flags[flagRemoveIPC], c)
		v.na = s.privileged()
		return v
	}
	return row
}

func defaultDependencies() field {
	row := toggleOf("DefaultDependencies", flagDefaultDependencies)
	row.section = "Unit"
	row.order = func(have, want *state) value.Answer {
		return value.Answered(have.flags[flagDefaultDependencies] == want.flags[flagDefaultDependencies] || have.flags[flagDefaultDependencies])
	}
	return row
}

// wordOf makes the row of an enum with its strictest and its weakest value.
func wordOf(name string, at func(*state) *string, strict, weakest string, check func(*state, *check) verdictOn) field {
	d, _ := directive.LookupAny("Service", name)
	return field{name: name, check: check,
		parse: func(s *state, text string) {
			if parsed, ok := value.ParseEnum(d.Enum(), text, s.Version); ok {
				*at(s) = parsed
			}
		},
		unknown: func(s *state, weak bool) { *at(s) = pick(weak, weakest, strict) },
		raise: func(s *state, text string) {
			if stricter, _ := value.StricterValue(d.Enum(), *at(s), text); !stricter {
				*at(s) = text
			}
		},
		order: func(have, want *state) value.Answer { return orderWords(d.Enum(), *at(have), *at(want)) },
		show:  func(s *state, set *Setting) { set.Values = []string{*at(s)} },
	}
}

// serviceType counts only through what it implies.
func serviceType() field {
	row := wordOf("Type", func(s *state) *string { return &s.serviceType }, "", "", nil).ofServices()
	return field{name: row.name, parse: row.parse}
}

// credential makes the row of a credential, of which plain and encrypted ones share
// a list.
func credential(name string, list int) field {
	d, _ := directive.LookupAny("Service", name)
	encrypted := strings.HasSuffix(name, "Encrypted")
	row := field{name: name, parse: func(s *state, text string) {
		switch {
		case text == "":
			s.credentials[list] = nil
		case value.CheckLine(d, text, s.Expander).Status == value.Valid:
			if s.credentials[list] == nil {
				s.credentials[list] = map[string]bool{}
			}
			id, _, _ := strings.Cut(text, ":")
			s.credentials[list][id] = encrypted
		}
	}}
	if encrypted {
		row.unknown = func(s *state, _ bool) { s.open.credential = true }
	}
	return row
}

func (s *state) showFamilies(set *Setting) {
	left := s.families.allowed()
	set.All = left == ^uint64(0)
	for _, f := range directive.Families() {
		if f.Alias == "" && left&(1<<f.Number) != 0 {
			set.Values = append(set.Values, f.Name)
		}
	}
}

func (s *state) showNamespaces(set *Setting) {
	all := value.NamespacesAll(s.Version)
	set.All = s.spaces&all == all
	for n := s.spaces & (1<<len(directive.Namespaces()) - 1); n != 0; n &= n - 1 {
		set.Values = append(set.Values, directive.Namespaces()[bits.TrailingZeros16(uint16(n))].Name)
	}
}

func (s *state) showCalls(set *Setting) {
	allowed, others := s.filter.allowed()
	set.All = others && allowed == (&directive.CallSet{}).Complement()
	for i, name := range directive.SyscallNames() {
		if allowed.Has(uint16(i)) {
			set.Values = append(set.Values, name)
		}
	}
}

// dropCapabilities drops the capabilities of a line that begins with "~".
func (s *state) dropCapabilities(text string) {
	for _, name := range strings.Fields(strings.TrimPrefix(text, "~")) {
		if n, ok := value.ParseCapability(name, s.Version); ok {
			s.bounding.set &^= 1 << n
		}
	}
}

// implied returns what a row implies in version v: of several rows for one
// directive the last that v has.
func (f *field) implied(v directive.Version) iter.Seq[implied] {
	return func(yield func(implied) bool) {
		for i, one := range f.implies {
			later := func(other implied) bool { return other.name == one.name && v >= other.since }
			if v >= one.since && !slices.ContainsFunc(f.implies[i+1:], later) && !yield(one) {
				return
			}
		}
	}
}
