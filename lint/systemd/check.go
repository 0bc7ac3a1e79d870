package systemd

import (
	"fmt"
	"strings"
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
func Check(section, name, value string, v Version) Verdict {
	return CheckIn("", section, name, value, v)
}

// CheckIn is [Check] for a line of the unit of that name, which specifiers may
// stand for.
func CheckIn(unit, section, name, value string, v Version) Verdict {
	d, ok := Lookup(section, name, v)
	if !ok {
		return Verdict{}
	}
	verdict := checkLine(d, value, expander{name: unit, version: v})
	if verdict.Status != Valid {
		verdict.Nearest = nearestValue(d, value, v)
	}
	return verdict
}

// check judges a value without looking for the nearest valid one.
func checkLine(d *Directive, value string, e expander) Verdict {
	kind := d.KindIn(e.version)
	var verdict Verdict
	switch {
	case kind == KindIgnored:
		return Verdict{Status: Ignored, Reason: fmt.Sprintf("removed in systemd %d, without effect", d.IgnoredSince)}
	case value == "":
		verdict = emptyVerdict(d, e.version)
	default:
		verdict = judge(d, kind, value, e)
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
func alwaysWarned(d *Directive) bool {
	switch d.Name {
	case "CPUShares", "StartupCPUShares", "MemoryLimit", "BlockIODeviceWeight", "BlockIOReadBandwidth", "BlockIOWriteBandwidth":
		return true
	}
	return strings.HasSuffix(d.Name, "Overridable")
}

// keeps says what holds when a line is ignored.
func keptValue(d *Directive) string {
	switch {
	case d.Repeat != Override:
		return "what the other lines say"
	case d.Default != "":
		return "the earlier value, else the default " + d.Default
	}
	return "the earlier value, else the default"
}

func emptyVerdict(d *Directive, v Version) Verdict {
	empty := d.Empty
	switch {
	case v >= d.changed:
	case d.strictBefore:
		empty = EmptyIgnored
	case d.before == KindTristate:
		empty = EmptyResets
	}
	switch empty {
	case EmptyIgnored:
		return ignored("an empty value resets nothing here")
	case EmptyRefused:
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

// judge judges a value that is not empty.
func judge(d *Directive, kind Kind, value string, e expander) Verdict {
	switch kind {
	case KindBool, KindTristate:
		return judgeBool(d, value)
	case KindEnum, KindHostname, KindInput, KindOutput, KindMountFlags, KindLogLevel, KindFacility, KindPersonality:
		return judgeWord(d, kind, value, e)
	case KindMode, KindSpan, KindSpanNano, KindSpanOrEmpty, KindTimeout, KindWatchdog, KindTimer, KindBytes, KindBytesOrInfinity, KindBytesOrShare, KindBoolOrBytes, KindMemory,
		KindTasks, KindPercent, KindShare, KindLimit, KindInt, KindCount, KindLongCount, KindCountOrInfinity, KindNice, KindOOMScore, KindIOPriority,
		KindRealtimePriority, KindWeight, KindCPUWeight, KindExitStatus:
		return judgeNumber(d, kind, value, e)
	case KindCapabilities, KindSyscallFilter, KindSyscallLog, KindArchitectures, KindFamilies, KindNamespaces,
		KindAddresses, KindInterfaces, KindSecureBits, KindDelegate, KindControllers, KindStatusSet, KindCPUSet, KindCPUAffinity, KindCoredumpFilter, KindSocketBind, KindFileSystems:
		return judgeSet(d, kind, value, e)
	case KindPath, KindPlainPath, KindPathSpec, KindPaths, KindBindPaths, KindTmpfs, KindDirectories, KindSearchPath,
		KindPIDFile, KindWorkingDirectory, KindMountsFor, KindEnvironmentFile, KindFilterPath, KindConditionPath, KindDevices, KindDeviceValue, KindImages:
		return judgePath(d, kind, value, e)
	case KindDNSServers:
		return judgeServers(value)
	case KindExec:
		return judgeExec(value, e)
	}
	return judgeText(d, kind, value, e)
}

func judgeBool(d *Directive, value string) Verdict {
	if _, ok := ParseBool(value); ok {
		return Verdict{}
	}
	if d.Empty == EmptyRefused {
		return refused("not a boolean: %s", clip(value))
	}
	return ignored("not a boolean: %s", clip(value))
}
