package value

import (
	"math/bits"
	"net/netip"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
)

// judgeSet judges the values that are sets of words.
func judgeSet(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	switch kind {
	case directive.KindCapabilities:
		return judgeCapabilities(value, e.Version)
	case directive.KindSyscallFilter:
		return judgeFilter(value, e.Version)
	case directive.KindFamilies:
		return judgeFamilies(value, e.Version)
	case directive.KindNamespaces:
		_, ok := ParseNamespaces(strings.TrimPrefix(value, "~"))
		_, isBool := ParseBool(value)
		return ignoredUnless(ok || isBool, "not a list of namespace types: %s", Clip(value))
	case directive.KindCoredumpFilter:
		return ignoredUnless(validDumpTypes(value), "not a list of memory types: %s", Clip(value))
	case directive.KindSecureBits:
		return judgeSecureBits(value, e.Version)
	case directive.KindCPUSet, directive.KindCPUAffinity:
		text, ok := e.Expand(value, FullSpecifiers)
		if kind == directive.KindCPUAffinity {
			text, ok = value, true
		}
		backwards := false
		if ok && !(kind == directive.KindCPUAffinity && text == "numa") {
			backwards, ok = validCPUs(text)
		}
		if ok && backwards {
			return Verdict{Status: Partly, Reason: "a range ends before it begins: " + Clip(value)}
		}
		return ignoredUnless(ok, "not a list of numbers and ranges: %s", Clip(value))
	case directive.KindSocketBind:
		return ignoredUnless(validSocketBind(value), "not [FAMILY:][PROTOCOL:]PORTS: %s", Clip(value))
	case directive.KindDelegate:
		if _, ok := ParseBool(value); ok {
			return Verdict{}
		}
	}
	var c collector
	ok := Words(strings.TrimPrefix(value, inverter(kind)), setFlags(kind), func(word string) bool {
		if reason := wordProblem(kind, word, e.Version); reason != "" {
			c.bad(word, reason)
		} else {
			c.good++
		}
		return true
	})
	if kind == directive.KindDelegate {
		c.good++ // delegation is switched on all the same
	}
	verdict := c.verdict(ok, value)
	if kind == directive.KindControllers && verdict.Status == Partly {
		verdict.Silent = true
	}
	return verdict
}

// inverter returns the prefix that inverts a set.
func inverter(kind directive.Kind) string {
	if kind == directive.KindInterfaces || kind == directive.KindSyscallLog || kind == directive.KindFileSystems {
		return "~"
	}
	return ""
}

// setFlags tells how the words of a set are split.
func setFlags(kind directive.Kind) wordFlags {
	switch kind {
	case directive.KindAddresses, directive.KindSyscallLog, directive.KindStatusSet, directive.KindControllers:
		return 0
	}
	return Unquote
}

// wordProblem says what is wrong with one word, empty when nothing is.
func wordProblem(kind directive.Kind, word string, v directive.Version) string {
	ok, reason := true, ""
	switch kind {
	case directive.KindSyscallLog:
		_, ok = directive.Resolve(word, v)
		reason = "unknown system call or group"
	case directive.KindArchitectures:
		ok, reason = slices.Contains(Architectures, word), "unknown architecture"
	case directive.KindAddresses:
		_, ok = ParseAddress(word)
		reason = "not an address, a prefix or one of any, localhost, link-local, multicast"
	case directive.KindInterfaces:
		ok, reason = validInterface(word), "not an interface name"
	case directive.KindDelegate, directive.KindControllers:
		ok, reason = slices.Contains(controllers, word), "unknown controller"
	case directive.KindStatusSet:
		ok, reason = validExitStatus(word) || validSignal(word), "neither exit status nor signal"
	}
	if ok {
		return ""
	}
	return reason
}

func judgeCapabilities(value string, v directive.Version) Verdict {
	list, inverted := strings.CutPrefix(value, "~")
	var c collector
	ok := Words(list, Unquote|RelaxQuotes, func(word string) bool {
		if _, ok := ParseCapability(word, v); ok {
			c.good++
		} else {
			c.bad(word, "unknown capability")
		}
		return true
	})
	verdict := c.verdict(ok, value)
	if verdict.Status == Valid {
		return verdict
	}
	verdict.Silent = ok
	if c.good == 0 {
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
	for i := range directive.CapabilityTable {
		if EqualFold(directive.CapabilityTable[i].Name, word) {
			return i, true
		}
	}
	return 0, false
}

func judgeFilter(value string, v directive.Version) Verdict {
	var c collector
	var f Filter
	f.Line(value, v, c.bad)
	verdict := c.verdict(true, value)
	if verdict.Status != Valid {
		verdict.Status = Partly
		if f.Allow && f.Calls == directive.GroupsOf(v)["@default"].Set {
			verdict.Reason += "; as the first line it allows only @default"
		}
	}
	return verdict
}

func judgeFamilies(value string, v directive.Version) Verdict {
	if value == "none" {
		return Verdict{}
	}
	var c collector
	ok := Words(strings.TrimPrefix(value, "~"), Unquote, func(word string) bool {
		if _, ok := ParseFamily(word); ok {
			c.good++
			return true
		}
		if v >= 261 {
			c.bad(word, "unknown address family, the rest of the line is dropped")
			return false
		}
		c.bad(word, "unknown address family")
		return true
	})
	verdict := c.verdict(ok, value)
	if verdict.Status == Ignored { // the line still makes a list
		verdict.Status = Partly
		if !strings.HasPrefix(value, "~") {
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
	good := Words(text, 0, func(word string) bool {
		i := slices.IndexFunc(directive.NamespaceTable[:], func(n directive.Namespace) bool { return n.Name == word })
		if i < 0 {
			ok = false
			return false
		}
		set |= 1 << i
		return true
	})
	return set, ok && good
}

func judgeSecureBits(value string, v directive.Version) Verdict {
	var c collector
	ok := Words(value, Unquote|RelaxQuotes, func(word string) bool {
		if slices.Contains(secureBits, word) || v >= 262 && slices.Contains(secureBits262, word) {
			c.good++
		} else {
			c.bad(word, "unknown secure bit")
		}
		return true
	})
	verdict := c.verdict(ok, value)
	if verdict.Status != Valid && ok {
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

func CapabilityNames(set uint64) []string {
	var names []string
	for n := set & AllCapabilities; n != 0; n &= n - 1 {
		names = append(names, directive.CapabilityTable[bits.TrailingZeros64(n)].Name)
	}
	return names
}

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
	all := NamespaceSet(1)<<len(directive.NamespaceTable) - 1
	if v < 258 {
		all &^= 1 << (len(directive.NamespaceTable) - 1)
	}
	return all
}
