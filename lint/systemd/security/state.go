package security

import (
	"cmp"
	"maps"
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

// bound reports how a value that is not known is taken: as the strictest or the
// weakest that it can be. For a unit without unknown values the two agree.
type bound bool

const (
	strictest bound = false
	weakest   bound = true
)

// index is the place of a bound among the two.
func (b bound) index() int {
	if b == weakest {
		return 0
	}
	return 1
}

// state is what systemd derives from the lines of a unit, as far as they count for
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
	open              openDevices
}

// openDevices reports which directives that need devices of their own are not
// known: an image may make the root better and the device list worse, so the two
// are bounded apart.
type openDevices struct{ image, mounts, stack, credential bool }

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
	loose         bool   // some line was not known; list then has what is allowed
}

// callFilter is SystemCallFilter= over the lines of a unit.
type callFilter struct {
	value.Filter
	loose  bool // some line was not known; calls then has what is allowed
	others bool // system calls without a name are allowed; only when loose
}

// addressList is IPAddressAllow= or IPAddressDeny=.
type addressList struct {
	prefixes []netip.Prefix
	unknown  bool
}

// newState returns the state of a unit without any line.
func newState(u *unitfile.Unit, v directive.Version, b bound) *state {
	s := &state{}
	s.begin(u, v, b)
	return s
}

// begin makes the state that of a unit without any line.
func (s *state) begin(u *unitfile.Unit, v directive.Version, b bound) {
	*s = state{Expander: u.Expander(v), bound: b, unitType: u.Type(),
		home: "no", system: "no", proc: "default", procSubset: "all", notify: "none", devicePolicy: "auto",
		keyring: "private", umask: 0o022, spaces: value.NamespacesAll(v), spacesInitial: true}
	if s.unitType != "service" {
		s.keyring, s.notify = "shared", ""
	}
	s.bounding = capabilitySet{initial: value.FullCapabilities(v)}
	s.bounding.set = s.bounding.initial
	s.flags[flagDefaultDependencies] = true
	s.flags[flagPrivateMounts] = v >= 254 // unset reads as true
	if len(u.Open) > 0 {
		s.seen = map[string]bool{}
	}
}

// clone is the state apart, so that further lines change only the clone.
func (s *state) clone() *state {
	c := *s
	c.seen = maps.Clone(s.seen)
	for i, list := range s.credentials {
		c.credentials[i] = maps.Clone(list)
	}
	c.architectures, c.devices, c.added = slices.Clip(s.architectures), slices.Clip(s.devices), slices.Clip(s.added)
	c.deny.prefixes, c.allow.prefixes = slices.Clip(s.deny.prefixes), slices.Clip(s.allow.prefixes)
	return &c
}

// loadState applies the lines of a unit, in order.
func loadState(u *unitfile.Unit, v directive.Version, b bound) *state {
	s := newState(u, v, b)
	s.read(u, u.InForce(v))
	s.applyUnseen(u)
	return s
}

// read applies lines of a unit.
func (s *state) read(u *unitfile.Unit, lines []unitfile.Assignment) {
	sandbox := u.SandboxSection()
	for i := range lines {
		a := &lines[i]
		f := fieldsByName[a.Key]
		if f == nil || a.Section != cmp.Or(f.section, sandbox) {
			continue
		}
		s.apply(f, a)
		if s.seen != nil {
			s.seen[a.Key] = true
		}
	}
}

// applyUnseen takes the directives without a line as unknown, in sections that are open.
func (s *state) applyUnseen(u *unitfile.Unit) {
	if s.seen == nil {
		return
	}
	sandbox, unit := u.IsOpen(u.SandboxSection()), u.IsOpen("Unit")
	for i := range fields {
		f := &fields[i]
		if f.unknown != nil && !s.seen[f.name] && (f.section == "" && sandbox || f.section == "Unit" && unit) {
			f.unknown(s, bool(s.bound))
		}
	}
}

// apply applies one line of a field.
func (s *state) apply(f *field, a *unitfile.Assignment) {
	switch {
	case !a.Unknown:
		f.parse(s, a.Value)
	case f.unknown != nil:
		f.unknown(s, bool(s.bound))
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

// addUp adds n to a list that an empty value clears.
func addUp(list *int, text string, n int) {
	if text == "" {
		*list = 0
		return
	}
	*list += n
}

// isPath returns 1 for an absolute path, 0 for anything else.
func (s *state) isPath(text string) int {
	path, ok := s.Expand(text, value.FullSpecifiers)
	if ok && value.PathProblem(path, true, false) == "" {
		return 1
	}
	return 0
}

func (s *state) parseUMask(text string) {
	if m, ok := value.ParseMode(text); ok {
		s.umask = m
	}
}

func (s *state) parseMountStack(text string) {
	if s.Version >= 260 {
		s.stacks = min(len(text), 1)
	}
}

// namedWords splits a list that may be quoted; bad reports an open quote.
func namedWords(text string) (list []string, bad bool) {
	ok := value.EachWord(text, value.Unquote, func(w string) bool { list = append(list, w); return true })
	return list, !ok
}

func (s *state) parseNamespaces(text string) {
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

func (s *state) parseArchitectures(text string) {
	if text == "" {
		s.architectures, s.otherArchitecture = nil, false
		return
	}
	value.EachWord(text, value.Unquote, func(word string) bool {
		if value.IsArchitecture(word) && !slices.Contains(s.architectures, word) {
			s.architectures = append(s.architectures, word)
		}
		return true
	})
}

func (s *state) parseDevice(text string) {
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
	value.EachWord(text, value.Unquote|value.RetainEscape, func(word string) bool {
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
	value.EachWord(list, value.Unquote|value.RelaxQuotes, func(word string) bool {
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

// The families that the assessment distinguishes; familyOTHER is all others.
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
	value.EachWord(list, value.Unquote, func(word string) bool {
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
	value.EachWord(list, 0, func(word string) bool {
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
	value.EachWord(text, 0, func(word string) bool {
		if p, ok := value.ParseAddress(word); ok {
			l.prefixes = append(l.prefixes, p...)
		}
		return true
	})
}

// everything reports whether the list has both 0.0.0.0/0 and ::/0.
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

// anyFilter is the filter that a line which is not known may make.
func (s *state) anyFilter(weak bool) {
	s.filter = callFilter{loose: true, others: weak, Filter: value.Filter{Allow: !weak}}
	if weak {
		s.filter.Calls = s.filter.Calls.Complement()
	}
}

// everything returns the prefixes of all addresses.
func everything() []netip.Prefix {
	all, _ := value.ParseAddress("any")
	return all
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
	for i := range fields {
		if len(fields[i].implies) == 0 || !s.flags[fields[i].toggle] {
			continue
		}
		for other := range fields[i].implied(s.Version) {
			fieldsByName[other.name].raise(s, other.value)
		}
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
	image := s.image != "" && !s.open.image || s.mountImages > 0 || s.stacks > 0
	if image || weak && (s.open.image || s.open.mounts || s.open.stack) {
		s.added = append(s.added, "/dev/loop-control:rw", "/dev/mapper/control:rw", "block-loop:rwm",
			"block-blkext:rwm", "block-device-mapper:rwm")
	}
	if s.flags[flagProtectClock] {
		s.added = append(s.added, "char-rtc:r")
	}
	switch {
	case s.Version >= 258 || !s.encrypted() && !(weak && s.open.credential):
	case s.Version >= 254:
		s.added = append(s.added, "char-tpm:rw")
	default:
		s.added = append(s.added, "/dev/tpmrm0:rw")
	}
}
