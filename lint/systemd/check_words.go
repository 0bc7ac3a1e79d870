package systemd

import (
	"math"
	"slices"
	"strings"
)

// judgeWord judges a value that is one word out of a table.
func judgeWord(d *Directive, kind Kind, value string, e expander) Verdict {
	switch kind {
	case KindEnum:
		return judgeEnum(d, value, e.version)
	case KindHostname:
		word, name, named := strings.Cut(value, ":")
		mode, ok := parseEnum(d.Enum(), word, e.version)
		if !ok || named && (mode == "no" || name == "") {
			return ignored("not a value of %s=: %s", d.Name, clip(value))
		}
		return Verdict{}
	case KindInput, KindOutput:
		return judgeStream(d, kind, value, e)
	case KindMountFlags:
		return ignoredUnless(slices.Contains([]string{"shared", "slave", "private"}, value), "not a mount propagation flag: %s", clip(value))
	case KindLogLevel:
		return ignoredUnless(namedOr(value, logLevels, 7), "not a log level: %s", clip(value))
	case KindFacility:
		return ignoredUnless(namedOr(value, logFacilities, 127), "not a log facility: %s", clip(value))
	}
	return ignoredUnless(slices.Contains([]string{"x86-64", "x86", "arm64", "arm"}, value), "not a personality of this machine: %s", clip(value))
}

// numericEnums are the enums that take numbers beside names.
var numericEnums = map[string]uint64{"CPUSchedulingPolicy": math.MaxInt32, "IOSchedulingClass": 7}

func judgeEnum(d *Directive, value string, v Version) Verdict {
	enum := d.Enum()
	if enum == nil {
		return Verdict{}
	}
	if _, ok := parseEnum(enum, value, v); ok {
		if d.Name == "KillMode" && value == "none" {
			return warned("KillMode=none leaves processes behind; it is deprecated")
		}
		return Verdict{}
	}
	if most, ok := numericEnums[d.Name]; ok {
		if _, ok := parseUint(value, 0, most); ok {
			return Verdict{}
		}
	}
	for _, known := range enum.Values {
		if known.Name == value && v < known.Since {
			return ignored("%s is a value of %s= only from systemd %d on", value, d.Name, known.Since)
		}
	}
	return ignored("not a value of %s=: %s", d.Name, clip(value))
}

// judgeStream judges StandardInput=, StandardOutput= and StandardError=.
func judgeStream(d *Directive, kind Kind, value string, e expander) Verdict {
	prefix, rest, found := strings.Cut(value, ":")
	switch {
	case found && prefix == "fd":
		_, ok := e.expand(rest, fullSpecifiers)
		return ignoredUnless(ok && (rest == "" || len(rest) < 256 && !strings.Contains(rest, ":") && !hasControl(rest)), "not a descriptor name: %s", clip(rest))
	case found && (prefix == "file" || kind == KindOutput && (prefix == "append" || prefix == "truncate")):
		path, ok := e.expand(rest, fullSpecifiers)
		if !ok {
			return ignored(badSpecifier)
		}
		problem := pathProblem(path, true, false)
		return ignoredUnless(problem == "", "%s", problem)
	case kind == KindOutput && (value == "syslog" || value == "syslog+console"):
		return warned("%s is obsolete, journal is used", value)
	}
	if value == "file" || value == "append" || value == "truncate" {
		return Verdict{}
	}
	if kind == KindOutput && strings.HasPrefix(value, "/") {
		return ignored("a path takes file:, append: or truncate: before it: %s", clip(value))
	}
	return judgeEnum(d, value, e.version)
}

// judgeText judges the values that are names or free text.
func judgeText(d *Directive, kind Kind, value string, e expander) Verdict {
	switch kind {
	case KindString:
		_, ok := e.expand(value, fullSpecifiers)
		return ignoredUnless(ok || !d.Specifiers, badSpecifier)
	case KindUser, KindGroups:
		return judgeUsers(d, kind, value, e)
	case KindEnvironment, KindVariables, KindUnsetEnvironment:
		return judgeVariables(kind, value, e)
	case KindBusName:
		name, ok := e.expand(value, fullSpecifiers)
		return ignoredUnless(ok && validBusName(name), "not a D-Bus name: %s", clip(value))
	case KindSignal:
		return ignoredUnless(validSignal(value), "not a signal: %s", clip(value))
	case KindErrno:
		n, isNumber := parseUint(value, 0, 4095)
		return ignoredUnless(value == "kill" || (parseErrno(value) && (!isNumber || n != 0)), "not an error number: %s", clip(value))
	case KindUnit, KindUnits, KindSlice:
		return judgeUnits(d, kind, value, e)
	case KindCondition:
		rest := strings.TrimLeft(strings.TrimPrefix(value, "|"), blanks)
		rest = strings.TrimLeft(strings.TrimPrefix(rest, "!"), blanks)
		_, ok := e.expand(rest, fullSpecifiers)
		return ignoredUnless(ok, badSpecifier)
	case KindDocumentation:
		return judgeDocumentation(value, e)
	case KindLoadCredential, KindSetCredential:
		return judgeCredential(d, kind, value, e)
	}
	return Verdict{}
}

func judgeUsers(d *Directive, kind Kind, value string, e expander) Verdict {
	names := []string{value}
	if kind == KindGroups {
		names = nil
		if !words(value, 0, func(w string) bool { names = append(names, w); return true }) {
			return refused("bad escape: %s", clip(value))
		}
	}
	for _, name := range names {
		name, ok := e.expand(name, fullSpecifiers)
		if !ok {
			return refused(badSpecifier)
		}
		if !validUser(name) {
			return refused("not a user or group name: %s", clip(name))
		}
		if d.Name == "User" && name == "nobody" {
			return warned("nobody owns what nothing else owns; the service needs a user of its own")
		}
	}
	return Verdict{}
}

func judgeVariables(kind Kind, value string, e expander) Verdict {
	flags := unquote
	if kind != KindVariables {
		flags |= cUnescape
	}
	var c collector
	ok := words(value, flags, func(word string) bool {
		text, good := e.expand(word, fullSpecifiers)
		switch {
		case !good:
			c.bad(word, badSpecifier)
		case kind == KindEnvironment && !validAssignment(text):
			c.bad(word, "not NAME=VALUE")
		case kind == KindVariables && !validVariable(text):
			c.bad(word, "not a variable name")
		case kind == KindUnsetEnvironment && !validVariable(text) && !validAssignment(text):
			c.bad(word, "not a variable name or NAME=VALUE")
		default:
			c.good++
		}
		return true
	})
	return c.verdict(ok, value)
}

func judgeUnits(d *Directive, kind Kind, value string, e expander) Verdict {
	var c collector
	list := []string{value}
	ok := true
	if kind == KindUnits {
		list = nil
		ok = words(value, retainEscape, func(w string) bool { list = append(list, w); return true })
	}
	for _, word := range list {
		name, good := e.expand(word, nameSpecifiers)
		switch {
		case !good:
			c.bad(word, badSpecifier)
		case !validUnitName(name):
			c.bad(word, "not a unit name")
		case kind == KindSlice && !strings.HasSuffix(name, ".slice"):
			c.bad(word, "not a slice")
		default:
			c.good++
		}
	}
	return c.verdict(ok, value)
}

func judgeDocumentation(value string, e expander) Verdict {
	text, ok := e.expand(value, fullSpecifiers)
	if !ok {
		return ignored(badSpecifier)
	}
	var c collector
	ok = words(text, unquote|retainEscape, func(word string) bool {
		for _, prefix := range []string{"http://", "https://", "file:/", "info:", "man:"} {
			if rest, found := strings.CutPrefix(word, prefix); found && (rest != "" || prefix == "file:/") && isASCII(rest) {
				c.good++
				return true
			}
		}
		c.bad(word, "not a URI that Documentation= takes")
		return true
	})
	return c.verdict(ok, value)
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 || r <= 0 })
}

func judgeCredential(d *Directive, kind Kind, value string, e expander) Verdict {
	name, rest, more, ok, bad := extractWord(value, ":", dontCoalesce)
	if bad || !ok {
		return ignored("no credential name: %s", clip(value))
	}
	if kind == KindSetCredential && (!more || rest == "") {
		return ignored("no data behind the credential name")
	}
	id, ok := e.expand(name, fullSpecifiers)
	if !ok || !validCredential(id) {
		return ignored("not a credential name: %s", clip(name))
	}
	switch {
	case kind == KindLoadCredential && rest != "":
		source, ok := e.expand(rest, fullSpecifiers)
		if !ok {
			return ignored(badSpecifier)
		}
		if strings.HasPrefix(source, "/") {
			return ignoredUnless(normalPath(source) && validPath(source), "path is not normalized: %s", clip(source))
		}
		return ignoredUnless(validCredential(source), "neither an absolute path nor a credential name: %s", clip(source))
	case kind == KindSetCredential && strings.HasSuffix(d.Name, "Encrypted"):
		return ignoredUnless(isBase64(rest), "not Base64: %s", clip(rest))
	case kind == KindSetCredential:
		var b strings.Builder
		return ignoredUnless(allEscapes(&b, rest), "bad escape: %s", clip(rest))
	}
	return Verdict{}
}

// isBase64 reports whether text is Base64, blanks aside.
func isBase64(text string) bool {
	n, padding := 0, 0
	for i := range len(text) {
		c := text[i]
		switch {
		case strings.IndexByte(blanks, c) >= 0:
		case c == '=':
			padding++
		case padding == 0 && ('0' <= c && c <= '9' || 'a' <= lower(c) && lower(c) <= 'z' || c == '+' || c == '/'):
			n++
		default:
			return false
		}
	}
	return (n+padding)%4 == 0 && padding <= 2
}

// allEscapes reports whether every backslash begins a C escape.
func allEscapes(b *strings.Builder, text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if strings.HasPrefix(text[i+1:], "x00") || strings.HasPrefix(text[i+1:], "000") {
			i += 3
			continue
		}
		if i+1 == len(text) {
			return false
		}
		_, _, n, ok := cEscape(text[i+1:])
		if !ok {
			return false
		}
		i += n
	}
	return true
}

// collector gathers the words of a line that are dropped.
type collector struct {
	good    int
	words   []string
	reasons []string
}

func (c *collector) bad(word, reason string) {
	const most = 8 // enough for a message
	if len(c.words) < most {
		c.words = append(c.words, clip(word))
		c.reasons = append(c.reasons, reason)
	}
}

// verdict sums up. complete is false when a quote or an escape stopped the
// reading.
func (c *collector) verdict(complete bool, value string) Verdict {
	if !complete {
		c.bad(value, "bad quoting or escape")
	}
	if len(c.words) == 0 {
		return Verdict{}
	}
	verdict := Verdict{Status: Partly}
	if c.good == 0 {
		verdict.Status = Ignored
	}
	var b strings.Builder
	for i, word := range c.words {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.reasons[i] + ": " + word)
	}
	verdict.Reason = b.String()
	return verdict
}
