package security

import (
	"net/netip"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// toggle is a switch of the execution context.
type toggle uint8

// The flags, named as the fields of the assessment.
const (
	flagPrivateDevices toggle = iota
	flagPrivateMounts
	flagPrivateNetwork
	flagPrivateTmp
	flagPrivateUsers
	flagProtectControlGroups
	flagProtectKernelModules
	flagProtectKernelTunables
	flagProtectKernelLogs
	flagProtectClock
	flagProtectHostname
	flagLockPersonality
	flagMemoryDenyWriteExecute
	flagNoNewPrivileges
	flagDelegate
	flagRestrictRealtime
	flagRestrictSUIDSGID
	flagRemoveIPC
	flagDynamicUser
	flagDefaultDependencies
	flagCount
)

var flagNames = [flagCount]string{"PrivateDevices", "PrivateMounts", "PrivateNetwork", "PrivateTmp", "PrivateUsers",
	"ProtectControlGroups", "ProtectKernelModules", "ProtectKernelTunables", "ProtectKernelLogs", "ProtectClock",
	"ProtectHostname", "LockPersonality", "MemoryDenyWriteExecute", "NoNewPrivileges", "Delegate", "RestrictRealtime",
	"RestrictSUIDSGID", "RemoveIPC", "DynamicUser", "DefaultDependencies"}

// bound tells how a value that is not known is taken: as the strictest or the
// weakest that it can be. For a unit without unknown values the two agree.
type bound bool

const (
	strictest bound = false
	weakest   bound = true
)

// state is what systemd makes of the lines of a unit, as far as they count for
// its sandbox.
type state struct {
	value.Expander
	bound    bound
	unitType string
	seen     map[string]bool // directives of the sandbox that have a line; nil unless needed

	flags [flagCount]bool
	modes [flagCount]string // of the flags that are enums: the value; "" for no, "?" for not known

	user, home, system, keyring, proc, procSubset string
	notify, devicePolicy, serviceType             string
	root, image                                   string
	groups, mountImages, stacks                   int
	credentials                                   [2]map[string]bool // loaded and set ones by name: encrypted?
	watchdog, fdStore                             bool
	umask                                         uint32

	bounding, ambient capabilitySet
	families          familySet
	spaces            value.NamespaceSet
	spacesInitial     bool
	architectures     []string
	otherArchitecture bool // some architecture that is not known
	filter            callFilter
	deny, allow       addressList
	ingress, egress   int // pinned BPF programs
	devices           []string
	added             []string // devices that other directives imply
	devicesUnknown    bool     // some line was not known
	implied           impliedDevices
}

// impliedDevices tells which directives that need devices of their own are not
// known: an image may make the root better and the device list worse, so the two
// are bounded apart.
type impliedDevices struct{ image, mounts, stack, credential bool }

// capabilitySet is a bounding or ambient set over the lines of a unit.
type capabilitySet struct {
	set     uint64
	initial uint64
	loose   bool // some line was not known, so the set is a bound
}

// familySet is RestrictAddressFamilies= over the lines of a unit.
type familySet struct {
	exists, allow bool
	list          uint64 // by family number
	loose         bool   // some line was not known; list then holds what is allowed
}

// callFilter is SystemCallFilter= over the lines of a unit.
type callFilter struct {
	value.Filter
	loose  bool // some line was not known; calls then holds what is allowed
	others bool // system calls without a name are allowed; only when loose
}

// addressList is IPAddressAllow= or IPAddressDeny=.
type addressList struct {
	prefixes []netip.Prefix
	unknown  bool
}

// newState returns the state of a unit without any line.
func newState(u *unitfile.Unit, v directive.Version, b bound) *state {
	s := &state{Expander: u.Expander(v), bound: b, unitType: u.Type(),
		home: "no", system: "no", proc: "default", procSubset: "all", notify: "none", devicePolicy: "auto",
		keyring: "private", umask: 0o022, spaces: value.NamespacesAll(v), spacesInitial: true}
	if s.unitType != "service" {
		s.keyring, s.notify = "shared", ""
	}
	s.bounding = capabilitySet{initial: value.FullCapabilities(v)}
	s.bounding.set = s.bounding.initial
	s.flags[flagDefaultDependencies] = true
	s.flags[flagPrivateMounts] = v >= 254 // unset reads as true
	return s
}

// load applies the lines of a unit, in order.
func loadState(u *unitfile.Unit, v directive.Version, b bound) *state {
	s := newState(u, v, b)
	sandbox := u.SandboxSection()
	if u.IsOpen(sandbox) || u.IsOpen("Unit") {
		s.seen = map[string]bool{}
	}
	lines := u.InForce(v)
	for i := range lines {
		a := &lines[i]
		switch {
		case a.Section == sandbox:
			s.apply(a)
		case a.Section == "Unit" && a.Key == "DefaultDependencies":
			s.apply(a)
		default:
			continue
		}
		if s.seen != nil {
			s.seen[a.Key] = true
		}
	}
	if s.seen != nil {
		s.applyUnseen(u.IsOpen(sandbox), u.IsOpen("Unit"))
	}
	return s
}

// scored are the directives of the sandbox section that count.
var scored = strings.Fields("User DynamicUser SupplementaryGroups PrivateDevices PrivateMounts PrivateNetwork PrivateTmp " +
	"PrivateUsers ProtectControlGroups ProtectKernelModules ProtectKernelTunables ProtectKernelLogs ProtectClock " +
	"ProtectHostname LockPersonality MemoryDenyWriteExecute NoNewPrivileges Delegate RestrictRealtime RestrictSUIDSGID " +
	"RemoveIPC ProtectHome ProtectSystem RootDirectory RootImage CapabilityBoundingSet AmbientCapabilities UMask " +
	"KeyringMode ProtectProc ProcSubset NotifyAccess RestrictNamespaces RestrictAddressFamilies SystemCallArchitectures " +
	"SystemCallFilter IPAddressDeny IPAddressAllow IPIngressFilterPath DevicePolicy DeviceAllow MountImages LoadCredentialEncrypted")

// applyUnseen takes the directives without a line as unknown.
func (s *state) applyUnseen(sandbox, unit bool) {
	for _, key := range scored {
		if sandbox && !s.seen[key] {
			s.unknown(key)
		}
	}
	if unit && !s.seen["DefaultDependencies"] {
		s.unknown("DefaultDependencies")
	}
}

// apply applies one line of the sandbox section.
func (s *state) apply(a *unitfile.Assignment) {
	if a.Unknown {
		s.unknown(a.Key)
		return
	}
	if f := flagOf(a.Key); f < flagCount {
		s.applyFlag(f, a.Value)
		return
	}
	switch text := a.Value; a.Key {
	case "User":
		s.user, _ = s.Expand(text, value.FullSpecifiers)
	case "SupplementaryGroups":
		s.count(&s.groups, text, len(value.Fields(text)))
	case "ProtectHome", "ProtectSystem", "KeyringMode", "ProtectProc", "ProcSubset", "NotifyAccess", "DevicePolicy", "Type":
		s.applyEnum(a.Key, text)
	case "UMask":
		if m, ok := value.ParseMode(text); ok {
			s.umask = m
		}
	case "RootDirectory", "RootImage":
		s.applyRoot(a.Key, text)
	case "CapabilityBoundingSet":
		s.bounding.line(text, s.Version)
	case "AmbientCapabilities":
		s.ambient.line(text, s.Version)
	case "RestrictAddressFamilies":
		s.families.line(text, s.Version)
	case "RestrictNamespaces":
		s.applyNamespaces(text)
	case "SystemCallFilter":
		s.filter.line(text, s.Version)
	case "SystemCallArchitectures":
		s.applyArchitectures(text)
	case "IPAddressDeny":
		s.deny.line(text)
	case "IPAddressAllow":
		s.allow.line(text)
	case "DeviceAllow":
		s.applyDevice(text)
	default:
		s.applyRest(a.Key, text)
	}
}

// applyRest applies the lines that count only through what they imply.
func (s *state) applyRest(key, text string) {
	switch key {
	case "IPIngressFilterPath":
		s.countIf(&s.ingress, text, s.absolute(text))
	case "IPEgressFilterPath":
		s.countIf(&s.egress, text, s.absolute(text))
	case "MountImages":
		s.count(&s.mountImages, text, countMountImages(text))
	case "RootMStack":
		if s.Version >= 260 {
			s.stacks = min(len(text), 1)
		}
	case "LoadCredential", "LoadCredentialEncrypted":
		s.applyCredential(&s.credentials[0], key, text)
	case "SetCredential", "SetCredentialEncrypted":
		s.applyCredential(&s.credentials[1], key, text)
	case "WatchdogSec":
		if n, ok := value.SpanIn(text, 1e6); ok {
			s.watchdog = n > 0
		}
	case "FileDescriptorStoreMax":
		if n, ok := value.ParseUint(text, 0, 1<<32-1); ok {
			s.fdStore = n > 0
		}
	}
}

// applyCredential adds to a list that plain and encrypted credentials share.
func (s *state) applyCredential(list *map[string]bool, key, text string) {
	d, _ := directive.LookupAny("Service", key)
	switch {
	case text == "":
		*list = nil
	case value.CheckLine(d, text, s.Expander).Status == value.Valid:
		if *list == nil {
			*list = map[string]bool{}
		}
		name, _, _ := strings.Cut(text, ":")
		(*list)[name] = strings.HasSuffix(key, "Encrypted")
	}
}

// encrypted reports whether the unit has an encrypted credential.
func (s *state) encrypted() bool {
	for _, list := range s.credentials {
		for _, encrypted := range list {
			if encrypted {
				return true
			}
		}
	}
	return false
}

// count adds n to a list that an empty value clears.
func (s *state) count(list *int, text string, n int) {
	if text == "" {
		*list = 0
		return
	}
	*list += n
}

// absolute reports whether a value is an absolute path.
func (s *state) absolute(text string) bool {
	path, ok := s.Expand(text, value.FullSpecifiers)
	return ok && value.PathProblem(path, true, false) == ""
}

func (s *state) countIf(list *int, text string, ok bool) {
	n := 0
	if ok {
		n = 1
	}
	s.count(list, text, n)
}

func flagOf(key string) toggle {
	switch key {
	case "PrivateDevices":
		return flagPrivateDevices
	case "PrivateMounts":
		return flagPrivateMounts
	case "PrivateNetwork":
		return flagPrivateNetwork
	case "PrivateTmp":
		return flagPrivateTmp
	case "PrivateUsers":
		return flagPrivateUsers
	case "ProtectControlGroups":
		return flagProtectControlGroups
	case "ProtectKernelModules":
		return flagProtectKernelModules
	case "ProtectKernelTunables":
		return flagProtectKernelTunables
	case "ProtectKernelLogs":
		return flagProtectKernelLogs
	case "ProtectClock":
		return flagProtectClock
	case "ProtectHostname":
		return flagProtectHostname
	case "LockPersonality":
		return flagLockPersonality
	case "MemoryDenyWriteExecute":
		return flagMemoryDenyWriteExecute
	case "NoNewPrivileges":
		return flagNoNewPrivileges
	case "Delegate":
		return flagDelegate
	case "RestrictRealtime":
		return flagRestrictRealtime
	case "RestrictSUIDSGID":
		return flagRestrictSUIDSGID
	case "RemoveIPC":
		return flagRemoveIPC
	case "DynamicUser":
		return flagDynamicUser
	case "DefaultDependencies":
		return flagDefaultDependencies
	}
	return flagCount
}

func (s *state) applyFlag(f toggle, text string) {
	if b, ok := value.ParseBool(text); ok {
		s.flags[f], s.modes[f] = b, ""
		if e := directive.EnumOf(flagNames[f]); b && e != nil {
			s.modes[f] = e.True
		} else if b {
			s.modes[f] = "yes"
		}
		return
	}
	switch f {
	case flagPrivateMounts:
		if text == "" && s.Version >= 254 {
			s.flags[f], s.modes[f] = true, ""
		}
	case flagDelegate:
		_, bad := namedWords(text)
		s.flags[f] = s.flags[f] || !bad
	case flagPrivateTmp, flagPrivateUsers, flagProtectControlGroups, flagProtectHostname:
		s.applyEnumFlag(f, text)
	}
}

// applyEnumFlag sets a toggle that newer versions read as an enum: every value but
// "no" switches it on.
func (s *state) applyEnumFlag(f toggle, text string) {
	d, _ := directive.LookupAny("Service", flagNames[f])
	if text == "" && d.Empty == directive.EmptyResets && d.KindIn(s.Version) != directive.KindBool {
		s.flags[f], s.modes[f] = false, ""
		return
	}
	if text == "" || d.KindIn(s.Version) == directive.KindBool || value.Judge(d, d.Kind, text, s.Expander).Status != value.Valid {
		return
	}
	word, _, _ := strings.Cut(text, ":")
	mode, _ := value.ParseEnum(d.Enum(), word, s.Version)
	s.flags[f], s.modes[f] = mode != "no", mode
}

// namedWords splits a list that may be quoted; bad tells of an open quote.
func namedWords(text string) (list []string, bad bool) {
	ok := value.Words(text, value.Unquote, func(w string) bool { list = append(list, w); return true })
	return list, !ok
}

// enumField returns the field of an enum directive.
func (s *state) enumField(key string) *string {
	switch key {
	case "ProtectHome":
		return &s.home
	case "ProtectSystem":
		return &s.system
	case "KeyringMode":
		return &s.keyring
	case "ProtectProc":
		return &s.proc
	case "ProcSubset":
		return &s.procSubset
	case "NotifyAccess":
		return &s.notify
	case "DevicePolicy":
		return &s.devicePolicy
	}
	return &s.serviceType
}

func (s *state) applyEnum(key, text string) {
	if s.unitType != "service" && (key == "NotifyAccess" || key == "Type") {
		return
	}
	if parsed, ok := value.ParseEnum(directive.EnumOf(key), text, s.Version); ok {
		*s.enumField(key) = parsed
	}
}

func (s *state) applyRoot(key, text string) {
	path, _ := s.Expand(text, value.FullSpecifiers)
	if key == "RootImage" {
		s.image, s.implied.image = path, false
	} else {
		s.root = path
	}
}

func (s *state) applyNamespaces(text string) {
	if text == "" {
		s.spaces, s.spacesInitial = value.NamespacesAll(s.Version), true
		return
	}
	if b, ok := value.ParseBool(text); ok {
		s.spaces, s.spacesInitial = value.NamespacesAll(s.Version), false
		if b {
			s.spaces = 0
		}
		return
	}
	list, inverted := strings.CutPrefix(text, "~")
	set, ok := value.ParseNamespaces(list)
	switch {
	case !ok:
		return
	case s.spacesInitial && inverted:
		s.spaces = value.NamespacesAll(s.Version) &^ set
	case s.spacesInitial:
		s.spaces = set
	case inverted:
		s.spaces &^= set
	default:
		s.spaces |= set
	}
	s.spacesInitial = false
}

func (s *state) applyArchitectures(text string) {
	if text == "" {
		s.architectures, s.otherArchitecture = nil, false
		return
	}
	value.Words(text, value.Unquote, func(word string) bool {
		if slices.Contains(value.Architectures, word) && !slices.Contains(s.architectures, word) {
			s.architectures = append(s.architectures, word)
		}
		return true
	})
}

func (s *state) applyDevice(text string) {
	if text == "" {
		s.devices, s.devicesUnknown = nil, false
		return
	}
	if path, rights, ok := value.ParseDevice(text, s.Expander); ok {
		s.devices = append(s.devices, path+":"+rights)
	}
}

func countMountImages(text string) int {
	n := 0
	value.Words(text, value.Unquote|value.RetainEscape, func(word string) bool {
		source, destination, _ := strings.Cut(word, ":")
		destination, _, _ = strings.Cut(destination, ":")
		if value.PathProblem(strings.TrimPrefix(source, "-"), true, false) == "" && value.PathProblem(destination, true, false) == "" {
			n++
		}
		return true
	})
	return n
}

// line applies one line of a capability set (src/core/load-fragment.c,
// config_parse_capability_set).
func (c *capabilitySet) line(text string, v directive.Version) {
	if text == "" && v >= 259 {
		c.set, c.loose = 0, false
		return
	}
	list, inverted := strings.CutPrefix(text, "~")
	sum := uint64(0)
	value.Words(list, value.Unquote|value.RelaxQuotes, func(word string) bool {
		if n, ok := value.ParseCapability(word, v); ok {
			sum |= 1 << n
		}
		return true
	})
	switch {
	case sum == 0 || c.set == c.initial && !c.loose:
		c.set, c.loose = sum, false
		if inverted {
			c.set = ^sum & value.FullCapabilities(v)
			if v >= 259 {
				c.set = value.AllCapabilities &^ sum
			}
		}
	case inverted:
		c.set &^= sum
	default:
		c.set |= sum
	}
}

// The families that the assessment tells apart; familyOTHER is all others.
const (
	familyAFINETINET6 uint64 = 1<<2 | 1<<10
	familyAFUNIX      uint64 = 1 << 1
	familyAFNETLINK   uint64 = 1 << 16
	familyAFPACKET    uint64 = 1 << 17
	familyOTHER       uint64 = ^(familyAFINETINET6 | familyAFUNIX | familyAFNETLINK | familyAFPACKET)
)

// line applies one line of RestrictAddressFamilies=.
func (f *familySet) line(text string, v directive.Version) {
	if text == "" || text == "none" {
		*f = familySet{allow: text == "none"}
		return
	}
	list, inverted := strings.CutPrefix(text, "~")
	if !f.exists && !f.loose {
		f.exists, f.allow, f.list = true, !inverted, 0
	}
	value.Words(list, value.Unquote, func(word string) bool {
		family, ok := value.ParseFamily(word)
		switch {
		case !ok:
			return v < 261
		case f.loose && !inverted, !f.loose && inverted != f.allow:
			f.list |= 1 << family.Number
		default:
			f.list &^= 1 << family.Number
		}
		return true
	})
}

// allowed returns the families that stay usable.
func (f *familySet) allowed() uint64 {
	switch {
	case f.loose, f.allow:
		return f.list
	}
	return ^f.list
}

// line applies one line of SystemCallFilter=.
func (c *callFilter) line(text string, v directive.Version) {
	if !c.loose || text == "" {
		c.Filter.Line(text, v, nil)
		c.loose = false
		return
	}
	list, inverted := strings.CutPrefix(text, "~")
	value.Words(list, 0, func(word string) bool {
		name, _, hasErrno := strings.Cut(word, ":")
		set, ok := directive.Resolve(name, v)
		if ok && inverted {
			c.Calls.RemoveAll(&set)
		} else if ok && !hasErrno {
			c.Calls.AddAll(&set)
		}
		return true
	})
}

// allowed returns the calls that stay allowed, and whether calls without a name
// do.
func (c *callFilter) allowed() (directive.CallSet, bool) {
	if c.loose {
		return c.Calls, c.others
	}
	return c.Filter.Allowed()
}

func (l *addressList) line(text string) {
	if text == "" {
		*l = addressList{}
		return
	}
	value.Words(text, 0, func(word string) bool {
		if p, ok := value.ParseAddress(word); ok {
			l.prefixes = append(l.prefixes, p...)
		}
		return true
	})
}

// everything reports whether the list holds both 0.0.0.0/0 and ::/0.
func (l *addressList) everything() bool {
	four, six := false, false
	for _, p := range l.prefixes {
		if p.Bits() == 0 {
			four, six = four || p.Addr().Is4(), six || p.Addr().Is6()
		}
	}
	return four && six
}

// onlyLocal reports whether every entry is of the local host.
func (l *addressList) onlyLocal() bool {
	for _, p := range l.prefixes {
		if a := p.Addr(); a.Is4() && a.As4()[0] != 127 || a.Is6() && a != netip.IPv6Loopback() {
			return false
		}
	}
	return true
}

// unknown applies a line whose value is not known: the state becomes the
// strictest or the weakest that such a line can make.
func (s *state) unknown(key string) {
	weak := bool(s.bound)
	if f := flagOf(key); f < flagCount {
		s.flags[f] = weak == (f == flagDelegate)
		s.modes[f] = pick(weak, "", "?")
		return
	}
	switch key {
	case "User":
		s.user = pick(weak, "root", "unknown")
	case "SupplementaryGroups":
		s.groups = pick(weak, 1, 0)
	case "ProtectHome", "ProtectSystem", "KeyringMode", "ProtectProc", "ProcSubset", "DevicePolicy":
		s.unknownEnum(key, weak)
	case "NotifyAccess":
		if s.unitType == "service" {
			s.notify = pick(weak, "all", "none")
		}
	case "UMask":
		s.umask = pick[uint32](weak, 0, 0o7777)
	case "RootDirectory":
		s.root = pick(weak, "", "/unknown")
	case "RootImage":
		s.image, s.implied.image = pick(weak, "", "/unknown"), true
	case "MountImages":
		s.implied.mounts = true
	case "RootMStack":
		s.implied.stack = true
	case "LoadCredentialEncrypted", "SetCredentialEncrypted":
		s.implied.credential = true
	case "CapabilityBoundingSet":
		s.bounding = capabilitySet{set: pick(weak, s.bounding.initial, 0), initial: s.bounding.initial, loose: true}
	case "AmbientCapabilities":
		s.ambient = capabilitySet{set: pick[uint64](weak, value.AllCapabilities, 0), loose: true}
	case "RestrictAddressFamilies":
		s.families = familySet{loose: true, list: pick(weak, ^uint64(0), 0)}
	case "RestrictNamespaces":
		s.spaces, s.spacesInitial = pick(weak, value.NamespacesAll(s.Version), 0), false
	case "SystemCallArchitectures":
		s.architectures, s.otherArchitecture = pick(weak, nil, []string{"native"}), weak
	case "SystemCallFilter":
		s.filter = callFilter{loose: true, others: weak, Filter: value.Filter{Allow: !weak}}
		if weak {
			s.filter.Calls = s.filter.Calls.Complement()
		}
	case "IPAddressDeny":
		everything, _ := value.ParseAddress("any")
		s.deny = addressList{unknown: true, prefixes: pick(weak, nil, everything)}
	case "IPAddressAllow":
		everything, _ := value.ParseAddress("any")
		s.allow = addressList{unknown: true, prefixes: pick(weak, everything, nil)}
	case "IPIngressFilterPath":
		s.ingress = pick(weak, 0, 1)
	case "IPEgressFilterPath":
		s.egress = pick(weak, 0, 1)
	case "DeviceAllow":
		s.devices, s.devicesUnknown = pick(weak, []string{"(unknown)"}, nil), true
	}
}

func (s *state) unknownEnum(key string, weak bool) {
	ends := map[string][2]string{"ProtectHome": {"yes", "no"}, "ProtectSystem": {"strict", "no"}, "KeyringMode": {"private", "inherit"},
		"ProtectProc": {"ptraceable", "default"}, "ProcSubset": {"pid", "all"}, "DevicePolicy": {"strict", "auto"}}
	*s.enumField(key) = pick(weak, ends[key][1], ends[key][0])
}

// pick returns weak or strict.
func pick[T any](isWeak bool, weak, strict T) T {
	if isWeak {
		return weak
	}
	return strict
}

// privileged reports whether the service runs as root, by the text of its unit.
func (s *state) privileged() bool {
	if s.user == "0" || s.user == "root" {
		return true
	}
	return !s.flags[flagDynamicUser] && s.user == ""
}

// imply applies what directives imply for others, after all lines
// (src/core/unit.c, unit_patch_contexts; src/core/service.c, service_add_extras).
func (s *state) imply() {
	for _, drop := range []struct {
		toggle toggle
		caps   uint64
	}{{flagPrivateDevices, 1<<27 | 1<<17}, {flagProtectKernelModules, 1 << 16}, {flagProtectKernelLogs, 1 << 34},
		{flagProtectClock, 1<<25 | 1<<35}} {
		if s.flags[drop.toggle] {
			s.bounding.set &^= drop.caps
		}
	}
	if s.flags[flagDynamicUser] {
		s.system = "strict"
		if s.home == "no" {
			s.home = "read-only"
		}
		if !s.flags[flagPrivateTmp] {
			s.modes[flagPrivateTmp] = "connected"
			if s.Version >= 257 {
				s.modes[flagPrivateTmp] = "disconnected"
			}
		}
		for _, f := range []toggle{flagPrivateTmp, flagRemoveIPC, flagNoNewPrivileges, flagRestrictSUIDSGID} {
			s.flags[f] = true
		}
	}
	if s.flags[flagPrivateDevices] && s.devicePolicy == "auto" {
		s.devicePolicy = "closed"
	}
	if s.devicePolicy != "auto" || len(s.devices) > 0 {
		s.implyDevices()
	}
	if s.notify == "none" && (s.serviceType == "notify" || s.serviceType == "notify-reload" || s.watchdog || s.fdStore) {
		s.notify = "main"
	}
}

// implyDevices adds the devices that a filtered unit needs for other directives.
func (s *state) implyDevices() {
	weak := bool(s.bound)
	image := s.image != "" && !s.implied.image || s.mountImages > 0 || s.stacks > 0
	if image || weak && (s.implied.image || s.implied.mounts || s.implied.stack) {
		s.added = append(s.added, "/dev/loop-control:rw", "/dev/mapper/control:rw", "block-loop:rwm",
			"block-blkext:rwm", "block-device-mapper:rwm")
	}
	if s.flags[flagProtectClock] {
		s.added = append(s.added, "char-rtc:r")
	}
	switch {
	case s.Version >= 258 || !s.encrypted() && !(weak && s.implied.credential):
	case s.Version >= 254:
		s.added = append(s.added, "char-tpm:rw")
	default:
		s.added = append(s.added, "/dev/tpmrm0:rw")
	}
}
