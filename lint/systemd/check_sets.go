package systemd

import (
	"net/netip"
	"slices"
	"strings"
)

// judgeSet judges the values that are sets of words.
func judgeSet(d *Directive, kind Kind, value string, e expander) Verdict {
	switch kind {
	case KindCapabilities:
		return judgeCapabilities(value, e.version)
	case KindSyscallFilter:
		return judgeFilter(value, e.version)
	case KindFamilies:
		return judgeFamilies(value, e.version)
	case KindNamespaces:
		_, ok := parseNamespaces(strings.TrimPrefix(value, "~"))
		_, isBool := ParseBool(value)
		return ignoredUnless(ok || isBool, "not a list of namespace types: %s", clip(value))
	case KindCoredumpFilter:
		return ignoredUnless(validDumpTypes(value), "not a list of memory types: %s", clip(value))
	case KindSecureBits:
		return judgeSecureBits(value, e.version)
	case KindCPUSet, KindCPUAffinity:
		text, ok := e.expand(value, fullSpecifiers)
		if kind == KindCPUAffinity {
			text, ok = value, true
		}
		backwards := false
		if ok && !(kind == KindCPUAffinity && text == "numa") {
			backwards, ok = validCPUs(text)
		}
		if ok && backwards {
			return Verdict{Status: Partly, Reason: "a range ends before it begins: " + clip(value)}
		}
		return ignoredUnless(ok, "not a list of numbers and ranges: %s", clip(value))
	case KindSocketBind:
		return ignoredUnless(validSocketBind(value), "not [FAMILY:][PROTOCOL:]PORTS: %s", clip(value))
	case KindDelegate:
		if _, ok := ParseBool(value); ok {
			return Verdict{}
		}
	}
	var c collector
	ok := words(strings.TrimPrefix(value, inverter(kind)), setFlags(kind), func(word string) bool {
		if reason := wordProblem(kind, word, e.version); reason != "" {
			c.bad(word, reason)
		} else {
			c.good++
		}
		return true
	})
	if kind == KindDelegate {
		c.good++ // delegation is switched on all the same
	}
	verdict := c.verdict(ok, value)
	if kind == KindControllers && verdict.Status == Partly {
		verdict.Silent = true
	}
	return verdict
}

// inverter returns the prefix that inverts a set.
func inverter(kind Kind) string {
	if kind == KindInterfaces || kind == KindSyscallLog || kind == KindFileSystems {
		return "~"
	}
	return ""
}

// setFlags tells how the words of a set are split.
func setFlags(kind Kind) wordFlags {
	switch kind {
	case KindAddresses, KindSyscallLog, KindStatusSet, KindControllers:
		return 0
	}
	return unquote
}

// wordProblem says what is wrong with one word, empty when nothing is.
func wordProblem(kind Kind, word string, v Version) string {
	ok, reason := true, ""
	switch kind {
	case KindSyscallLog:
		_, ok = resolve(word, v)
		reason = "unknown system call or group"
	case KindArchitectures:
		ok, reason = slices.Contains(architectures, word), "unknown architecture"
	case KindAddresses:
		_, ok = parseAddress(word)
		reason = "not an address, a prefix or one of any, localhost, link-local, multicast"
	case KindInterfaces:
		ok, reason = validInterface(word), "not an interface name"
	case KindDelegate, KindControllers:
		ok, reason = slices.Contains(controllers, word), "unknown controller"
	case KindStatusSet:
		ok, reason = validExitStatus(word) || validSignal(word), "neither exit status nor signal"
	}
	if ok {
		return ""
	}
	return reason
}

func judgeCapabilities(value string, v Version) Verdict {
	list, inverted := strings.CutPrefix(value, "~")
	var c collector
	ok := words(list, unquote|relaxQuotes, func(word string) bool {
		if _, ok := parseCapability(word, v); ok {
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

// parseCapability reads a name with CAP_ in any case, or a number.
func parseCapability(word string, v Version) (int, bool) {
	most := int64(63)
	if v >= 257 {
		most = 62
	}
	if n, ok := parseInt(word, -1<<31, 1<<31-1); ok {
		return int(n), n >= 0 && n <= most
	}
	for i := range capabilities {
		if equalFold(capabilities[i].Name, word) {
			return i, true
		}
	}
	return 0, false
}

func judgeFilter(value string, v Version) Verdict {
	var c collector
	var f filter
	f.line(value, v, c.bad)
	verdict := c.verdict(true, value)
	if verdict.Status != Valid {
		verdict.Status = Partly
		if f.allow && f.calls == groupsOf(v)["@default"].set {
			verdict.Reason += "; as the first line it allows only @default"
		}
	}
	return verdict
}

func judgeFamilies(value string, v Version) Verdict {
	if value == "none" {
		return Verdict{}
	}
	var c collector
	ok := words(strings.TrimPrefix(value, "~"), unquote, func(word string) bool {
		if _, ok := parseFamily(word); ok {
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

// parseFamily reads the name of an address family, with AF_, in any case.
func parseFamily(word string) (Family, bool) {
	f, ok := lookupFamily(word)
	if !ok && len(word) < 32 {
		f, ok = lookupFamily(strings.ToUpper(word))
	}
	if ok && f.Alias != "" {
		return lookupFamily(f.Alias)
	}
	return f, ok
}

// namespaceSet has a bit for each namespace type.
type namespaceSet uint16

// parseNamespaces reads a list of namespace types; one unknown name spoils it.
func parseNamespaces(text string) (set namespaceSet, ok bool) {
	ok = true
	good := words(text, 0, func(word string) bool {
		i := slices.IndexFunc(namespaces[:], func(n Namespace) bool { return n.Name == word })
		if i < 0 {
			ok = false
			return false
		}
		set |= 1 << i
		return true
	})
	return set, ok && good
}

func judgeSecureBits(value string, v Version) Verdict {
	var c collector
	ok := words(value, unquote|relaxQuotes, func(word string) bool {
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

// parseAddress reads an address with its prefix, or a shortcut, into prefixes.
func parseAddress(word string) ([]netip.Prefix, bool) {
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
		n, ok := parseUint(length, 0, uint64(bits))
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
