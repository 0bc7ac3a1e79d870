package value

import (
	"fmt"
	"strings"

	"wardnix/lint/systemd/directive"
)

// Verdict says what systemd does with a value.
type Verdict struct {
	Status Status
	// Reason says why the value, or a part of it, is not taken, or what
	// systemd warns of; empty for a plain valid value.
	Reason string
	// Keeps says what stays in force when a value is ignored.
	Keeps string
	// Nearest is the valid value that was most likely meant, else empty.
	Nearest string
	// Silent tells that systemd prints no warning.
	Silent bool
}

// Status is what becomes of a value.
type Status uint8

// The statuses, from good to bad.
const (
	Valid   Status = iota
	Partly         // some of its words are ignored, the rest is in force
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
// stand for.
func CheckIn(unit, section, name, value string, v directive.Version) Verdict {
	d, ok := directive.Lookup(section, name, v)
	if !ok {
		return Verdict{}
	}
	verdict := CheckLine(d, value, Expander{Name: unit, Version: v})
	if verdict.Status != Valid {
		verdict.Nearest = NearestValue(d, value, v)
	}
	return verdict
}

// check judges a value without looking for the nearest valid one.
func CheckLine(d *directive.Directive, value string, e Expander) Verdict {
	kind := d.KindIn(e.Version)
	var verdict Verdict
	switch {
	case kind == directive.KindIgnored:
		return Verdict{Status: Ignored, Reason: fmt.Sprintf("removed in systemd %d, without effect", d.IgnoredSince)}
	case value == "":
		verdict = EmptyVerdict(d, e.Version)
	default:
		verdict = Judge(d, kind, value, e)
	}
	if verdict.Status == Ignored && verdict.Keeps == "" {
		verdict.Keeps = keptValue(d)
	}
	if verdict == (Verdict{}) && value != "" && alwaysWarned(d) {
		return warned("obsolete, write %s=", d.Replacement)
	}
	return verdict
}

// warns reports whether systemd says something of every use of the directive.
func alwaysWarned(d *directive.Directive) bool {
	switch d.Name {
	case "CPUShares", "StartupCPUShares", "MemoryLimit", "BlockIODeviceWeight", "BlockIOReadBandwidth", "BlockIOWriteBandwidth":
		return true
	}
	return strings.HasSuffix(d.Name, "Overridable")
}

// keeps says what holds when a line is ignored.
func keptValue(d *directive.Directive) string {
	switch {
	case d.Repeat != directive.Override:
		return "what the other lines say"
	case d.Default != "":
		return "the earlier value, else the default " + d.Default
	}
	return "the earlier value, else the default"
}

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
		return ignored("an empty value resets nothing here")
	case directive.EmptyRefused:
		return refused("an empty value is no boolean")
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

// badSpecifier is the reason for a percent sign that stands for nothing.
const badSpecifier = "unknown specifier; a literal percent sign is written twice"

// Judge judges a value that is not empty.
func Judge(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	switch kind {
	case directive.KindBool, directive.KindTristate:
		return judgeBool(d, value)
	case directive.KindEnum, directive.KindHostname, directive.KindInput, directive.KindOutput, directive.KindMountFlags, directive.KindLogLevel, directive.KindFacility, directive.KindPersonality:
		return judgeWord(d, kind, value, e)
	case directive.KindMode, directive.KindSpan, directive.KindSpanNano, directive.KindSpanOrEmpty, directive.KindTimeout, directive.KindWatchdog, directive.KindTimer, directive.KindBytes, directive.KindBytesOrInfinity, directive.KindBytesOrShare, directive.KindBoolOrBytes, directive.KindMemory,
		directive.KindTasks, directive.KindPercent, directive.KindShare, directive.KindLimit, directive.KindInt, directive.KindCount, directive.KindLongCount, directive.KindCountOrInfinity, directive.KindNice, directive.KindOOMScore, directive.KindIOPriority,
		directive.KindRealtimePriority, directive.KindWeight, directive.KindCPUWeight, directive.KindExitStatus:
		return judgeNumber(d, kind, value, e)
	case directive.KindCapabilities, directive.KindSyscallFilter, directive.KindSyscallLog, directive.KindArchitectures, directive.KindFamilies, directive.KindNamespaces,
		directive.KindAddresses, directive.KindInterfaces, directive.KindSecureBits, directive.KindDelegate, directive.KindControllers, directive.KindStatusSet, directive.KindCPUSet, directive.KindCPUAffinity, directive.KindCoredumpFilter, directive.KindSocketBind, directive.KindFileSystems:
		return judgeSet(d, kind, value, e)
	case directive.KindPath, directive.KindPlainPath, directive.KindPathSpec, directive.KindPaths, directive.KindBindPaths, directive.KindTmpfs, directive.KindDirectories, directive.KindSearchPath,
		directive.KindPIDFile, directive.KindWorkingDirectory, directive.KindMountsFor, directive.KindEnvironmentFile, directive.KindFilterPath, directive.KindConditionPath, directive.KindDevices, directive.KindDeviceValue, directive.KindImages:
		return judgePath(d, kind, value, e)
	case directive.KindDNSServers:
		return judgeServers(value)
	case directive.KindExec:
		return judgeExec(value, e)
	}
	return judgeText(d, kind, value, e)
}

func judgeBool(d *directive.Directive, value string) Verdict {
	if _, ok := ParseBool(value); ok {
		return Verdict{}
	}
	if d.Empty == directive.EmptyRefused {
		return refused("not a boolean: %s", Clip(value))
	}
	return ignored("not a boolean: %s", Clip(value))
}
