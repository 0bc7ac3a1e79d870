package value

import (
	"math"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
)

// judgeWord judges a value that is one word out of a table.
func judgeWord(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	switch kind {
	case directive.KindEnum:
		return judgeEnum(d, value, e.Version)
	case directive.KindHostname:
		word, name, named := strings.Cut(value, ":")
		mode, ok := ParseEnum(d.Enum(), word, e.Version)
		if !ok || named && (mode == "no" || name == "") {
			return ignored("not a value of %s=: %s", d.Name, Clip(value))
		}
		return Verdict{}
	case directive.KindInput, directive.KindOutput:
		return judgeStream(d, kind, value, e)
	case directive.KindMountFlags:
		return ignoredUnless(slices.Contains([]string{"shared", "slave", "private"}, value), "not a mount propagation flag: %s", Clip(value))
	case directive.KindLogLevel:
		return ignoredUnless(namedOr(value, logLevels, 7), "not a log level: %s", Clip(value))
	case directive.KindFacility:
		return ignoredUnless(namedOr(value, logFacilities, 127), "not a log facility: %s", Clip(value))
	}
	return ignoredUnless(slices.Contains([]string{"x86-64", "x86", "arm64", "arm"}, value), "not a personality of this machine: %s", Clip(value))
}

// numericEnums are the enums that take numbers beside names.
var numericEnums = map[string]uint64{"CPUSchedulingPolicy": math.MaxInt32, "IOSchedulingClass": 7}

func judgeEnum(d *directive.Directive, value string, v directive.Version) Verdict {
	enum := d.Enum()
	if enum == nil {
		return Verdict{}
	}
	if _, ok := ParseEnum(enum, value, v); ok {
		if d.Name == "KillMode" && value == "none" {
			return warned("KillMode=none leaves processes behind; it is deprecated")
		}
		return Verdict{}
	}
	if most, ok := numericEnums[d.Name]; ok {
		if _, ok := ParseUint(value, 0, most); ok {
			return Verdict{}
		}
	}
	for _, known := range enum.Values {
		if known.Name == value && v < known.Since {
			return ignored("%s is a value of %s= only from systemd %d on", value, d.Name, known.Since)
		}
	}
	return ignored("not a value of %s=: %s", d.Name, Clip(value))
}

// judgeStream judges StandardInput=, StandardOutput= and StandardError=.
func judgeStream(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	prefix, rest, found := strings.Cut(value, ":")
	switch {
	case found && prefix == "fd":
		_, ok := e.Expand(rest, FullSpecifiers)
		return ignoredUnless(ok && (rest == "" || len(rest) < 256 && !strings.Contains(rest, ":") && !hasControl(rest)), "not a descriptor name: %s", Clip(rest))
	case found && (prefix == "file" || kind == directive.KindOutput && (prefix == "append" || prefix == "truncate")):
		path, ok := e.Expand(rest, FullSpecifiers)
		if !ok {
			return ignored(badSpecifier)
		}
		problem := PathProblem(path, true, false)
		return ignoredUnless(problem == "", "%s", problem)
	case kind == directive.KindOutput && (value == "syslog" || value == "syslog+console"):
		return warned("%s is obsolete, journal is used", value)
	}
	if value == "file" || value == "append" || value == "truncate" {
		return Verdict{}
	}
	if kind == directive.KindOutput && strings.HasPrefix(value, "/") {
		return ignored("a path takes file:, append: or truncate: before it: %s", Clip(value))
	}
	return judgeEnum(d, value, e.Version)
}

// judgeText judges the values that are names or free text.
func judgeText(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	switch kind {
	case directive.KindString:
		_, ok := e.Expand(value, FullSpecifiers)
		return ignoredUnless(ok || !d.Specifiers, badSpecifier)
	case directive.KindUser, directive.KindGroups:
		return judgeUsers(d, kind, value, e)
	case directive.KindEnvironment, directive.KindVariables, directive.KindUnsetEnvironment:
		return judgeVariables(kind, value, e)
	case directive.KindBusName:
		name, ok := e.Expand(value, FullSpecifiers)
		return ignoredUnless(ok && validBusName(name), "not a D-Bus name: %s", Clip(value))
	case directive.KindSignal:
		return ignoredUnless(validSignal(value), "not a signal: %s", Clip(value))
	case directive.KindErrno:
		n, isNumber := ParseUint(value, 0, 4095)
		return ignoredUnless(value == "kill" || (parseErrno(value) && (!isNumber || n != 0)), "not an error number: %s", Clip(value))
	case directive.KindUnit, directive.KindUnits, directive.KindSlice:
		return judgeUnits(d, kind, value, e)
	case directive.KindCondition:
		rest := strings.TrimLeft(strings.TrimPrefix(value, "|"), Blanks)
		rest = strings.TrimLeft(strings.TrimPrefix(rest, "!"), Blanks)
		_, ok := e.Expand(rest, FullSpecifiers)
		return ignoredUnless(ok, badSpecifier)
	case directive.KindDocumentation:
		return judgeDocumentation(value, e)
	case directive.KindLoadCredential, directive.KindSetCredential:
		return judgeCredential(d, kind, value, e)
	}
	return Verdict{}
}

func judgeUsers(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	names := []string{value}
	if kind == directive.KindGroups {
		names = nil
		if !Words(value, 0, func(w string) bool { names = append(names, w); return true }) {
			return refused("bad escape: %s", Clip(value))
		}
	}
	for _, name := range names {
		name, ok := e.Expand(name, FullSpecifiers)
		if !ok {
			return refused(badSpecifier)
		}
		if !validUser(name) {
			return refused("not a user or group name: %s", Clip(name))
		}
		if d.Name == "User" && name == "nobody" {
			return warned("nobody owns what nothing else owns; the service needs a user of its own")
		}
	}
	return Verdict{}
}

func judgeVariables(kind directive.Kind, value string, e Expander) Verdict {
	flags := Unquote
	if kind != directive.KindVariables {
		flags |= cUnescape
	}
	var c collector
	ok := Words(value, flags, func(word string) bool {
		text, good := e.Expand(word, FullSpecifiers)
		switch {
		case !good:
			c.bad(word, badSpecifier)
		case kind == directive.KindEnvironment && !validAssignment(text):
			c.bad(word, "not NAME=VALUE")
		case kind == directive.KindVariables && !validVariable(text):
			c.bad(word, "not a variable name")
		case kind == directive.KindUnsetEnvironment && !validVariable(text) && !validAssignment(text):
			c.bad(word, "not a variable name or NAME=VALUE")
		default:
			c.good++
		}
		return true
	})
	return c.verdict(ok, value)
}

func judgeUnits(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	var c collector
	list := []string{value}
	ok := true
	if kind == directive.KindUnits {
		list = nil
		ok = Words(value, RetainEscape, func(w string) bool { list = append(list, w); return true })
	}
	for _, word := range list {
		name, good := e.Expand(word, nameSpecifiers)
		switch {
		case !good:
			c.bad(word, badSpecifier)
		case !validUnitName(name):
			c.bad(word, "not a unit name")
		case kind == directive.KindSlice && !strings.HasSuffix(name, ".slice"):
			c.bad(word, "not a slice")
		default:
			c.good++
		}
	}
	return c.verdict(ok, value)
}

func judgeDocumentation(value string, e Expander) Verdict {
	text, ok := e.Expand(value, FullSpecifiers)
	if !ok {
		return ignored(badSpecifier)
	}
	var c collector
	ok = Words(text, Unquote|RetainEscape, func(word string) bool {
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

func judgeCredential(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	name, rest, more, ok, bad := extractWord(value, ":", dontCoalesce)
	if bad || !ok {
		return ignored("no credential name: %s", Clip(value))
	}
	if kind == directive.KindSetCredential && (!more || rest == "") {
		return ignored("no data behind the credential name")
	}
	id, ok := e.Expand(name, FullSpecifiers)
	if !ok || !validCredential(id) {
		return ignored("not a credential name: %s", Clip(name))
	}
	switch {
	case kind == directive.KindLoadCredential && rest != "":
		source, ok := e.Expand(rest, FullSpecifiers)
		if !ok {
			return ignored(badSpecifier)
		}
		if strings.HasPrefix(source, "/") {
			return ignoredUnless(normalPath(source) && validPath(source), "path is not normalized: %s", Clip(source))
		}
		return ignoredUnless(validCredential(source), "neither an absolute path nor a credential name: %s", Clip(source))
	case kind == directive.KindSetCredential && strings.HasSuffix(d.Name, "Encrypted"):
		return ignoredUnless(isBase64(rest), "not Base64: %s", Clip(rest))
	case kind == directive.KindSetCredential:
		var b strings.Builder
		return ignoredUnless(allEscapes(&b, rest), "bad escape: %s", Clip(rest))
	}
	return Verdict{}
}

// isBase64 reports whether text is Base64, blanks aside.
func isBase64(text string) bool {
	n, padding := 0, 0
	for i := range len(text) {
		c := text[i]
		switch {
		case strings.IndexByte(Blanks, c) >= 0:
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
		c.words = append(c.words, Clip(word))
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
