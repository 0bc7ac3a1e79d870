package value

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
)

// Verdict says what systemd does with a value.
type Verdict struct {
	Status Status
	// Reason says why systemd ignores or refuses the value or a part of it, or why
	// it warns; empty for a value that is simply valid.
	Reason string
	// Keeps says which value is effective when the value is ignored.
	Keeps string
	// Nearest is the valid value that was most likely meant, else empty.
	Nearest string
	// Silent reports that systemd prints no warning.
	Silent bool
}

// Status is what systemd does with a value.
type Status uint8

// The statuses, from good to bad.
const (
	Valid   Status = iota
	Partly         // some of its words are ignored, the rest applies
	Ignored        // the whole line is ignored
	Refused        // the unit does not load
)

// String returns the status in lower case.
func (s Status) String() string {
	return [...]string{"valid", "partly ignored", "ignored", "refused"}[s]
}

// Check says what systemd of version v does with one line of a directive, judged
// alone. A directive that v does not know (see Lookup) and a value of KindOther
// are found valid.
func Check(section, name, value string, v directive.Version) Verdict {
	return CheckIn("", section, name, value, v)
}

// CheckIn is [Check] for a line of the unit of that name, which specifiers may
// expand to.
func CheckIn(unit, section, name, value string, v directive.Version) Verdict {
	d, ok := directive.Lookup(section, name, v)
	if !ok {
		return Verdict{}
	}
	verdict := CheckLine(d, value, Expander{Name: unit, Version: v})
	if verdict.Status != Valid {
		verdict.Nearest = Nearest(d, value, v)
	}
	return verdict
}

// CheckLine judges a value without looking for the nearest valid one.
func CheckLine(d *directive.Directive, text string, e Expander) Verdict {
	c := newContext(d, e)
	var verdict Verdict
	switch {
	case d.KindIn(e.Version) == directive.KindIgnored:
		return Verdict{Status: Ignored, Reason: fmt.Sprintf("removed in systemd %d, has no effect", d.IgnoredSince)}
	case !supported(d.Name, e.Name):
		return Verdict{Status: Ignored, Reason: "not supported for this type of unit"}
	case text == "":
		verdict = EmptyVerdict(d, e.Version)
	case c.check != nil:
		verdict = c.check(c, text)
		if verdict.Status != Valid && d.Specifiers && e.dependsOnMachine(text) {
			verdict = Verdict{}
		}
	}
	if verdict.Status == Ignored && verdict.Keeps == "" {
		verdict.Keeps = keptValue(d)
	}
	if verdict == (Verdict{}) {
		if reason := discouraged[[2]string{d.Name, text}]; reason != "" {
			return warned("%s", reason)
		}
		if alwaysWarned(d) {
			return warned("obsolete, use %s=", d.Replacement)
		}
	}
	return verdict
}

// supported reports whether units of the type of that name take a directive that
// others know and ignore (src/core/unit.h, can_delegate and can_set_managed_oom;
// src/core/unit.c, unit_set_slice).
func supported(directive, unit string) bool {
	var types []string
	switch {
	case directive == "Delegate" || directive == "DelegateSubgroup":
		types = []string{".service", ".scope"}
	case strings.HasPrefix(directive, "ManagedOOM") && directive != "ManagedOOMPreference" || directive == "OOMRules":
		types = []string{".service", ".scope", ".slice"}
	case directive == "Slice": // a slice lies in the one that its name says
		return !strings.HasSuffix(unit, ".slice")
	}
	return len(types) == 0 || unit == "" || slices.ContainsFunc(types, func(t string) bool { return strings.HasSuffix(unit, t) })
}

// discouraged are valid values that systemd warns of, with the reason.
var discouraged = map[[2]string]string{
	{"KillMode", "none"}:     "KillMode=none leaves processes running and is deprecated",
	{"SocketUser", "nobody"}: "nobody is not a dedicated user; name the user that connects",
	{"User", "nobody"}:       "nobody is not a dedicated user; run the service as its own user",
}

// alwaysWarned reports whether systemd warns of every use of the directive.
func alwaysWarned(d *directive.Directive) bool {
	switch d.Name {
	case "CPUShares", "StartupCPUShares", "MemoryLimit", "BlockIODeviceWeight", "BlockIOReadBandwidth", "BlockIOWriteBandwidth":
		return true
	}
	return strings.HasSuffix(d.Name, "Overridable")
}

// keptValue says which value is effective when a line is ignored.
func keptValue(d *directive.Directive) string {
	switch {
	case d.Repeat != directive.Override:
		return "that of the remaining lines"
	case d.Default != "":
		return fmt.Sprintf("`%s` (the default), unless another definition sets it", d.Default)
	}
	return "the default, unless another definition sets it"
}

// EmptyVerdict says what systemd of version v does with an empty assignment of the
// directive.
func EmptyVerdict(d *directive.Directive, v directive.Version) Verdict {
	empty := d.Empty
	switch {
	case v >= d.Changed:
	case d.StrictBefore:
		empty = directive.EmptyIgnored
	case d.Before == directive.KindTristate:
		empty = directive.EmptyResets
	}
	switch empty {
	case directive.EmptyIgnored:
		return ignored("an empty value does not reset this directive")
	case directive.EmptyRefused:
		return refused("an empty value is not a boolean")
	}
	return Verdict{}
}

func ignored(format string, args ...any) Verdict {
	return Verdict{Status: Ignored, Reason: fmt.Sprintf(format, args...)}
}

func refused(format string, args ...any) Verdict {
	return Verdict{Status: Refused, Reason: fmt.Sprintf(format, args...)}
}

// warned is a value that is taken with a warning.
func warned(format string, args ...any) Verdict {
	return Verdict{Reason: fmt.Sprintf(format, args...)}
}

// ignoredUnless turns a test into a verdict.
func ignoredUnless(ok bool, format string, args ...any) Verdict {
	if ok {
		return Verdict{}
	}
	return ignored(format, args...)
}

// badSpecifier is the reason for a percent sign that begins no known specifier.
const badSpecifier = "unknown specifier; double a literal percent sign"

// IsBadSpecifier reports whether a percent sign that begins no known specifier is what is
// wrong.
func (v Verdict) IsBadSpecifier() bool { return strings.HasPrefix(v.Reason, badSpecifier) }
