package lint

import (
	"fmt"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// Severity says how much a finding matters. The zero Severity is invalid.
type Severity uint8

const (
	// Info is worth knowing; it is shown only when selected and never sets
	// the exit status.
	Info Severity = iota + 1
	// Warning is a protection that is missing or weaker than it reads.
	Warning
	// Error is a configuration that does not do what it says.
	Error
	// Never is above every severity that a finding can have.
	Never
)

// String is the severity's name in every output: "info", "warning" or "error".
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	case Never:
		return "none"
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// ParseSeverity reads the name of a severity.
func ParseSeverity(name string) (Severity, error) {
	for s := Info; s <= Error; s++ {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("a severity is error, warning or info, not %q", name)
}

// ParseThreshold reads the least severity that fails a run: that of a finding,
// or "none", which is [Never].
func ParseThreshold(name string) (Severity, error) {
	if name == Never.String() {
		return Never, nil
	}
	s, err := ParseSeverity(name)
	if err != nil {
		return 0, fmt.Errorf("what fails a run is error, warning, info or none, not %q", name)
	}
	return s, nil
}

// Rule is one thing that wardnix looks for: its page, and the checks that find it.
// A rule has one check at least. Checks of units, hosts and parts run side by side, each
// with what it is called with alone; they keep nothing between calls. What they find is
// kept while the part does not change.
type Rule struct {
	Page
	// Unit looks at each unit of each host.
	Unit func(*Pass, *unit.Unit)
	// Conf looks at each configuration file of systemd, which is a unit with one
	// section.
	Conf func(*Pass, *unit.Unit)
	// Host looks at each host.
	Host func(*Pass, *nixos.Host)
	// Part looks at each part of the project, for what concerns several units of a host.
	Part func(*Pass, *unit.Part)
	// Fact notes what checks that see the whole project need of a part, when it is needed or
	// the part is freed: see [Pass.Facts]. It is kept as findings are.
	Fact func(*unit.Part) any
	// Suppression looks at each suppression comment. No comment suppresses the findings
	// of a rule that has this check.
	Suppression func(*Pass, *Suppression)
	// Check looks at the whole project.
	Check func(*Pass)
}

// String names the rule as findings do: "baseline-missing (B001)".
func (r *Rule) String() string { return r.Name + " (" + r.ID + ")" }

// Options are what a module is linted for.
type Options struct {
	// Release is the NixOS release, "25.11" for instance; "" takes that of the project.
	Release string
	// Systemd is the systemd version; 0 takes that of the release.
	Systemd int
}
