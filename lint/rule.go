package lint

import "fmt"

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

// Rule is one thing that wardnix looks for. Everything that is said about a
// rule anywhere (explain, the documentation, SARIF) comes from these fields.
type Rule struct {
	// ID is the letter of the family and three digits: "B001". IDs are never reused.
	ID string
	// Name is the ID for people, in kebab case: "baseline-missing".
	Name string
	// Since is the release of wardnix that brought the rule.
	Since string
	// Severity is that of its findings, unless one says otherwise.
	Severity Severity
	// Title says what the rule finds, in one line.
	Title string
	// Text says what happens, why it matters, and what systemd or Nix does, in
	// Markdown.
	Text string
	// WhenNot says when a finding can be left as it is.
	WhenNot string
	// Before is a module in which the rule finds something; After is what its
	// fixes make of it, or "" where the rule has no fix. Both are run as tests.
	Before, After string
	// Options are what Before and After are linted with.
	Options Options
	// References are manual pages, source files with their version, or
	// addresses where the facts come from.
	References []string
	// Check looks at the whole project and reports.
	Check func(*Pass)
}

// String names the rule as findings do: "baseline-missing (B001)".
func (r *Rule) String() string { return r.Name + " (" + r.ID + ")" }

// Options are what a module is linted for.
type Options struct {
	// Release is the NixOS release, "25.11" for instance; "" lets the project tell.
	Release string
	// Systemd is the systemd version; 0 takes that of the release.
	Systemd int
}
