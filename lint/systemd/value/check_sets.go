package value

import (
	"math/bits"
	"net/netip"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
)

// A set describes words out of a table, and how a misspelled one is repaired.
type set struct {
	flags wordFlags
	// prefix is what inverts a line, if anything does.
	prefix string
	// reason is what is wrong with a word that does not belong to the set.
	reason string
	// known reports whether a word belongs to the set.
	known func(word string, v directive.Version) bool
	// names are those that a misspelled word may mean.
	names func(v directive.Version) []string
	// meant are words that people write, with the name that they mean.
	meant map[string]string
}

// check judges the words of a line.
func (s set) check(c *context, text string) Verdict {
	return c.each(strings.TrimPrefix(text, s.prefix), s.flags, func(word string) string {
		if s.known(word, c.Version) {
			return ""
		}
		return s.reason
	})
}

// The sets of words.
var (
	capabilitySet = set{
		known: func(word string, v directive.Version) bool { _, ok := ParseCapability(word, v); return ok },
		names: func(directive.Version) []string {
			return namesOf(directive.Capabilities(), func(c directive.Capability) string { return c.Name })
		},
	}
	filterSet = set{
		known: func(word string, v directive.Version) bool {
			name, _, _ := strings.Cut(word, ":")
			_, ok := directive.Resolve(name, v)
			return ok
		},
		names: func(v directive.Version) []string {
			return append(directive.SyscallGroups(v), directive.SyscallNames()...)
		},
	}
	logSet = set{prefix: "~", reason: "unknown system call or group",
		known: func(word string, v directive.Version) bool { _, ok := directive.Resolve(word, v); return ok },
		names: filterSet.names,
	}
	familySet = set{
		known: func(word string, _ directive.Version) bool { _, ok := ParseFamily(word); return ok },
		names: func(directive.Version) []string {
			return namesOf(directive.Families(), func(f directive.Family) string { return f.Name })
		},
	}
	namespaceSet = set{
		known: func(word string, _ directive.Version) bool { _, ok := ParseNamespaces(word); return ok },
		names: func(directive.Version) []string {
			return namesOf(directive.Namespaces(), func(n directive.Namespace) string { return n.Name })
		},
		meant: map[string]string{"network": "net", "mount": "mnt", "user-ns": "user", "cgroups": "cgroup", "hostname": "uts"},
	}
	architectureSet = set{flags: Unquote, reason: "unknown architecture", known: in(architectures), names: of(architectures)}
	controllerSet   = set{reason: "unknown controller", known: in(controllers), names: of(controllers)}
	delegateSet     = set{flags: Unquote, reason: "unknown controller", known: in(controllers), names: of(controllers)}
	addressSet      = set{
		reason: "not an address, a prefix or one of any, localhost, link-local, multicast",
		known:  func(word string, _ directive.Version) bool { _, ok := ParseAddress(word); return ok },
		names:  of([]string{"any", "localhost", "link-local", "multicast"}),
	}
	statusSet     = set{reason: "neither exit status nor signal", known: func(word string, _ directive.Version) bool { return validExitStatus(word) || validSignal(word) }}
	fileSystemSet = set{flags: Unquote, prefix: "~", reason: "unknown group of file systems",
		known: func(word string, _ directive.Version) bool {
			return !strings.HasPrefix(word, "@") || slices.Contains(fileSystemGroups, word)
		},
	}
)

func in(names []string) func(string, directive.Version) bool {
	return func(word string, _ directive.Version) bool { return slices.Contains(names, word) }
}

func of(names []string) func(directive.Version) []string {
	return func(directive.Version) []string { return names }
}

func namesOf[T any](table []T, name func(T) string) []string {
	names := make([]string, len(table))
	for i, row := range table {
		names[i] = name(row)
	}
	return names
}

// checkControllers judges the controllers of DisableControllers=, of which systemd
// drops unknown ones without a word.
func checkControllers(c *context, text string) Verdict {
	verdict := controllerSet.check(c, text)
	verdict.Silent = verdict.Status == Partly
	return verdict
}

// checkDelegate judges Delegate=, which any list of controllers switches on.
func checkDelegate(c *context, text string) Verdict {
	if _, ok := ParseBool(text); ok {
		return Verdict{}
	}
	verdict := delegateSet.check(c, text)
	if verdict.Status == Ignored {
		verdict.Status = Partly
	}
	return verdict
}

// checkNamespaces judges a boolean or a list of namespace types.
func checkNamespaces(c *context, text string) Verdict {
	_, ok := ParseNamespaces(strings.TrimPrefix(text, "~"))
	if _, isBool := ParseBool(text); ok || isBool {
		return Verdict{}
	}
	return c.not(text)
}

// checkCPUs judges a list of numbers and ranges.
func checkCPUs(c *context, text string) Verdict {
	expanded, ok := c.full(text)
	if !ok {
		return c.not(text)
	}
	backwards, ok := validCPUs(expanded, c.Version)
	switch {
	case !ok:
		return c.not(text)
	case backwards:
		return Verdict{Status: Partly, Reason: "the end of a range is before its start: " + Clip(text)}
	}
	return Verdict{}
}

// checkNodes judges the nodes of NUMAMask=, in which specifiers are expanded from 258 on.
func checkNodes(c *context, text string) Verdict {
	if c.Version < 258 && strings.Contains(text, "%") {
		return c.not(text)
	}
	return checkCPUs(c, text)
}

// checkCapabilities judges a capability set. A line of unknown names alone changes
// the set all the same.
func checkCapabilities(c *context, text string) Verdict {
	list, inverted := strings.CutPrefix(text, "~")
	var l collector
	complete := EachWord(list, Unquote|RelaxQuotes, func(word string) bool {
		if _, ok := ParseCapability(word, c.Version); ok {
			l.good++
		} else {
			l.bad(word, "unknown capability")
		}
		return true
	})
	verdict := l.verdict(complete, text)
	if verdict.Status == Valid {
		return verdict
	}
	verdict.Silent = complete
	if l.good == 0 {
		verdict.Status = Partly
		effect := "the line then drops every capability"
		if inverted {
			effect = "the line then keeps every capability"
		}
		verdict.Reason += "; " + effect
	}
	return verdict
}

// ParseCapability reads a name with CAP_ in any case, or a number.
func ParseCapability(word string, v directive.Version) (int, bool) {
	most := int64(63)
	if v >= 257 {
		most = 62
	}
	if n, ok := parseInt(word, -1<<31, 1<<31-1); ok {
		return int(n), n >= 0 && n <= most
	}
	for i := range directive.Capabilities() {
		if EqualFold(directive.Capabilities()[i].Name, word) {
			return i, true
		}
	}
	return 0, false
}

// checkFilter judges a line of SystemCallFilter=.
func checkFilter(c *context, text string) Verdict {
	var l collector
	var f Filter
	f.Line(text, c.Version, l.bad)
	verdict := l.verdict(true, text)
	if verdict.Status != Valid {
		verdict.Status = Partly
		if f.Allow && f.Calls == directive.GroupsOf(c.Version)["@default"].Set {
			verdict.Reason += "; as the first line it allows only @default"
		}
	}
	return verdict
}

// checkFamilies judges a line of RestrictAddressFamilies=.
func checkFamilies(c *context, text string) Verdict {
	if text == "none" {
		return Verdict{}
	}
	var l collector
	complete := EachWord(strings.TrimPrefix(text, "~"), Unquote, func(word string) bool {
		if _, ok := ParseFamily(word); ok {
			l.good++
			return true
		}
		if c.Version >= 261 {
			l.bad(word, "unknown address family, the rest of the line is dropped")
			return false
		}
		l.bad(word, "unknown address family")
		return true
	})
	verdict := l.verdict(complete, text)
	if verdict.Status == Ignored { // the line still makes a list
		verdict.Status = Partly
		if !strings.HasPrefix(text, "~") {
			verdict.Reason += "; as the first line it allows no family at all"
		}
	}
	return verdict
}

// ParseFamily reads the name of an address family, with AF_, in any case.
func ParseFamily(word string) (directive.Family, bool) {
	f, ok := directive.LookupFamily(word)
	if !ok && len(word) < 32 {
		f, ok = directive.LookupFamily(strings.ToUpper(word))
	}
	if ok && f.Alias != "" {
		return directive.LookupFamily(f.Alias)
	}
	return f, ok
}

// NamespaceSet has a bit for each namespace type.
type NamespaceSet uint16

// ParseNamespaces reads a list of namespace types; one unknown name spoils it.
func ParseNamespaces(text string) (set NamespaceSet, ok bool) {
	ok = true
	good := EachWord(text, 0, func(word string) bool {
		i := slices.IndexFunc(directive.Namespaces(), func(n directive.Namespace) bool { return n.Name == word })
		if i < 0 {
			ok = false
			return false
		}
		set |= 1 << i
		return true
	})
	return set, ok && good
}

// checkSecureBits judges secure bits, of which systemd drops unknown ones without
// a word.
func checkSecureBits(c *context, text string) Verdict {
	var l collector
	complete := EachWord(text, Unquote|RelaxQuotes, func(word string) bool {
		if slices.Contains(secureBits, word) || c.Version >= 262 && slices.Contains(secureBits262, word) {
			l.good++
		} else {
			l.bad(word, "unknown secure bit")
		}
		return true
	})
	verdict := l.verdict(complete, text)
	if verdict.Status != Valid && complete {
		verdict.Status, verdict.Silent = Partly, true
	}
	return verdict
}

// ParseAddress reads an address with its prefix, or a shortcut, into prefixes.
func ParseAddress(word string) ([]netip.Prefix, bool) {
	prefix := netip.MustParsePrefix
	switch {
	case word == "any":
		return []netip.Prefix{prefix("0.0.0.0/0"), prefix("::/0")}, true
	case isLocalhost(word):
		return []netip.Prefix{prefix("127.0.0.0/8"), prefix("::1/128")}, true
	case word == "link-local":
		return []netip.Prefix{prefix("169.254.0.0/16"), prefix("fe80::/64")}, true
	case word == "multicast":
		return []netip.Prefix{prefix("224.0.0.0/4"), prefix("ff00::/8")}, true
	}
	text, length, hasLength := strings.Cut(word, "/")
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return nil, false
	}
	bits := addr.BitLen()
	if hasLength {
		n, ok := ParseUint(length, 0, uint64(bits))
		if !ok {
			return nil, false
		}
		bits = int(n)
	}
	return []netip.Prefix{netip.PrefixFrom(addr, bits).Masked()}, true
}

// isLocalhost reports whether a word is a name of the local host
// (src/basic/hostname-util.c, is_localhost).
func isLocalhost(word string) bool {
	name := strings.TrimSuffix(lowerASCII(word), ".")
	for _, host := range []string{"localhost", "localhost.localdomain"} {
		if name == host || strings.HasSuffix(name, "."+host) {
			return true
		}
	}
	return false
}

// CapabilityNames returns the names of a set of capabilities, by number.
func CapabilityNames(set uint64) []string {
	var names []string
	for n := set & AllCapabilities; n != 0; n &= n - 1 {
		names = append(names, directive.Capabilities()[bits.TrailingZeros64(n)].Name)
	}
	return names
}

// AllCapabilities is the set of all capabilities that have a name.
const AllCapabilities = 1<<41 - 1

// FullCapabilities is systemd's "all": more bits than there are capabilities.
func FullCapabilities(v directive.Version) uint64 {
	if v >= 257 {
		return 1<<63 - 1
	}
	return 1<<64 - 1
}

// NamespacesAll is the mask of "all types"; up to 257 it lacks time, the last.
func NamespacesAll(v directive.Version) NamespaceSet {
	all := NamespaceSet(1)<<len(directive.Namespaces()) - 1
	if v < 258 {
		all &^= 1 << (len(directive.Namespaces()) - 1)
	}
	return all
}
