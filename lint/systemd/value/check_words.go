package value

import (
	"math"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
)

// checkBool judges a boolean. DynamicUser= refuses the unit for anything else.
func checkBool(c *context, text string) Verdict {
	if _, ok := ParseBool(text); ok {
		return Verdict{}
	}
	verdict := c.not(text)
	if c.of.Empty == directive.EmptyRefused {
		verdict.Status = Refused
	}
	return verdict
}

// notOneOf is the verdict on a word that an enum does not have.
func (c *context) notOneOf(text string) Verdict {
	for _, known := range c.of.Enum().Values {
		if known.Name == text && c.Version < known.Since {
			return ignored("%s is a value of %s= since systemd %d", text, c.of.Name, known.Since)
		}
	}
	return ignored("not a value of %s=: %s", c.of.Name, Clip(text))
}

// checkEnum judges a word out of a table.
func checkEnum(c *context, text string) Verdict {
	e := c.of.Enum()
	if e == nil {
		return Verdict{}
	}
	if _, ok := ParseEnum(e, text, c.Version); ok {
		return Verdict{}
	}
	return c.notOneOf(text)
}

// checkSchedPolicy judges CPUSchedulingPolicy=, which takes only the numbers of
// policies from 260 on.
func checkSchedPolicy(c *context, text string) Verdict {
	most := uint64(math.MaxInt32)
	if c.Version >= 260 {
		most = 7
	}
	return checkNumberedEnum(most)(c, text)
}

// checkIOClass judges IOSchedulingClass=, which took one number more before 262.
func checkIOClass(c *context, text string) Verdict {
	most := uint64(7)
	if c.Version < 262 {
		most = 8
	}
	return checkNumberedEnum(most)(c, text)
}

// checkNumberedEnum is the check of an enum that takes numbers up to most besides.
func checkNumberedEnum(most uint64) func(*context, string) Verdict {
	return func(c *context, text string) Verdict {
		if _, ok := ParseUint(text, 0, most); ok {
			return Verdict{}
		}
		return checkEnum(c, text)
	}
}

// checkHostname judges an enum with an optional ":NAME".
func checkHostname(c *context, text string) Verdict {
	word, name, named := strings.Cut(text, ":")
	mode, ok := ParseEnum(c.of.Enum(), word, c.Version)
	if !ok || named && (mode == "no" || name == "") {
		return c.notOneOf(text)
	}
	return Verdict{}
}

// checkInput judges StandardInput=.
func checkInput(c *context, text string) Verdict { return c.stream(text, "file") }

// checkOutput judges StandardOutput= and StandardError=.
func checkOutput(c *context, text string) Verdict {
	switch {
	case text == "syslog" || text == "syslog+console":
		return warned("%s is obsolete; systemd uses journal", text)
	case strings.HasPrefix(text, "/"):
		return ignored("a path without file:, append: or truncate: before it: %s", Clip(text))
	}
	return c.stream(text, "file", "append", "truncate")
}

// stream judges a standard stream that takes a path after each of the prefixes.
func (c *context) stream(text string, prefixes ...string) Verdict {
	prefix, rest, found := strings.Cut(text, ":")
	switch {
	case found && prefix == "fd":
		_, ok := c.full(rest)
		return ignoredUnless(ok && validDescriptorName(rest), "not a descriptor name: %s", Clip(rest))
	case found && slices.Contains(prefixes, prefix):
		problem := c.absolute(rest)
		return ignoredUnless(problem == "", "%s", problem)
	case text == "file" || text == "append" || text == "truncate":
		return Verdict{}
	}
	return checkEnum(c, text)
}

// validDescriptorName reports whether text can name a file descriptor
// (src/basic/fd-util.c, fdname_is_valid).
func validDescriptorName(text string) bool {
	return len(text) < 256 && isASCII(text) && !strings.Contains(text, ":") && !hasControl(text)
}

// oneOf is a check of a word out of a list.
func oneOf(names ...string) func(*context, string) Verdict {
	return test(func(text string) bool { return slices.Contains(names, text) })
}

// named is a check of a name, or a number up to most, as systemd's string tables
// with fallback take them.
func named(names []string, most uint64) func(*context, string) Verdict {
	return test(func(text string) bool {
		_, ok := ParseUint(text, 0, most)
		return ok || slices.Contains(names, text)
	})
}

// checkString judges free text.
func checkString(c *context, text string) Verdict {
	_, ok := c.full(text)
	return ignoredUnless(ok || !c.of.Specifiers, badSpecifier)
}

// checkRebootArgument judges what is passed to the kernel at a reboot
// (src/shared/reboot-util.c, reboot_parameter_is_valid).
func checkRebootArgument(c *context, text string) Verdict {
	argument, ok := c.full(text)
	switch {
	case !ok:
		return ignored(badSpecifier)
	case !isASCII(argument) || len(argument) > 255:
		return c.not(text)
	}
	return Verdict{}
}

func checkBusName(c *context, text string) Verdict {
	name, ok := c.full(text)
	if ok && validBusName(name) {
		return Verdict{}
	}
	return c.not(text)
}

// isErrno reports whether text is an error number other than zero, or "kill".
func isErrno(text string) bool {
	n, isNumber := ParseUint(text, 0, 4095)
	return text == "kill" || parseErrno(text) && (!isNumber || n != 0)
}

// checkCondition judges "|", "!" and a value.
func checkCondition(c *context, text string) Verdict {
	rest := strings.TrimLeft(strings.TrimPrefix(text, "|"), Blanks)
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "!"), Blanks)
	_, ok := c.full(rest)
	return ignoredUnless(ok, badSpecifier)
}

// checkUser judges the name of a user or group.
func checkUser(c *context, text string) Verdict {
	name, ok := c.full(text)
	if !ok {
		return refused(badSpecifier)
	}
	if !validUser(name) {
		return refused("not %s: %s", c.words, Clip(name))
	}
	return Verdict{}
}

func checkGroups(c *context, text string) Verdict {
	var bad Verdict
	complete := EachWord(text, 0, func(word string) bool {
		bad = checkUser(c, word)
		return bad.Status == Valid
	})
	if !complete {
		return refused("bad escape: %s", Clip(text))
	}
	return bad
}

// variables is a check of words about variables; reason is what is wrong with one
// that fails the test.
func variables(flags wordFlags, reason string, valid func(text string) bool) func(*context, string) Verdict {
	return each(flags, func(c *context, word string) string {
		text, ok := c.full(word)
		switch {
		case !ok:
			return badSpecifier
		case !valid(text):
			return reason
		}
		return ""
	})
}

// unitName says what is wrong with the name of a unit.
func (c *context) unitName(word, suffix string) string {
	name, ok := c.Expand(word, nameSpecifiers)
	switch {
	case !ok:
		return badSpecifier
	case !validUnitName(name):
		return "not a unit name"
	case !strings.HasSuffix(name, suffix):
		return "not a " + strings.TrimPrefix(suffix, ".")
	}
	return ""
}

// checkTrigger judges the unit that a timer or a path starts.
func checkTrigger(c *context, text string) Verdict {
	problem := c.unitName(text, "")
	if name, _ := c.Expand(text, nameSpecifiers); problem == "" && name == c.Name {
		problem = "a unit cannot trigger itself"
	}
	return ignoredUnless(problem == "", "%s: %s", problem, Clip(text))
}

// loadedUnit is a check of a unit with a suffix that systemd loads at once.
func loadedUnit(suffix string) func(*context, string) Verdict {
	return func(c *context, text string) Verdict {
		problem := c.unitName(text, suffix)
		if name, _ := c.Expand(text, nameSpecifiers); problem == "" && strings.HasSuffix(name, "@"+suffix) {
			problem = "the name of the instance is missing"
		}
		return ignoredUnless(problem == "", "%s: %s", problem, Clip(text))
	}
}

func checkUnits(c *context, text string) Verdict {
	return c.each(text, RetainEscape, func(word string) string { return c.unitName(word, "") })
}

// checkSockets judges the sockets of a service, of which systemd looks at the suffix
// only.
func checkSockets(c *context, text string) Verdict {
	return c.each(text, 0, func(word string) string {
		name, ok := c.Expand(word, nameSpecifiers)
		switch {
		case !ok:
			return badSpecifier
		case !strings.HasSuffix(name, ".socket"):
			return "not a socket"
		}
		return ""
	})
}

func checkDocumentation(c *context, text string) Verdict {
	text, ok := c.full(text)
	if !ok {
		return ignored(badSpecifier)
	}
	return c.each(text, Unquote|RetainEscape, func(word string) string {
		for _, prefix := range []string{"http://", "https://", "file:/", "info:", "man:"} {
			if rest, found := strings.CutPrefix(word, prefix); found && (rest != "" || prefix == "file:/") && isASCII(rest) {
				return ""
			}
		}
		return "not a URI that Documentation= takes"
	})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 || r <= 0 })
}
