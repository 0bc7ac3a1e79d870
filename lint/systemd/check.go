package systemd

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
func (s Status) String() string { return [...]string{"valid", "partly ignored", "ignored", "refused"}[s] }

// Check says what systemd of version v does with one line of a directive, judged
// alone. The directive must be known (see Lookup); values of a directive that is
// not, and those of KindOther, are found valid.
func Check(section, name, value string, v Version) Verdict {
	d, ok := Lookup(section, name, v)
	if !ok {
		return Verdict{}
	}
	return d.check(value, v)
}

func (d *Directive) check(value string, v Version) Verdict { return Verdict{} }
