package systemd

// Answer is the answer to a question that may have none.
type Answer uint8

// The answers.
const (
	CannotTell Answer = iota
	Yes
	No
)

// String returns the answer in words.
func (a Answer) String() string { return [...]string{"cannot tell", "yes", "no"}[a] }

// AtLeast reports whether a directive set by the lines have is at least as
// strict as one set by the lines want, each read in order, as one unit would
// hold them. No lines stand for the default.
func AtLeast(section, name string, have, want []Assignment, v Version) Answer {
	return CannotTell
}

// AtLeast reports whether what the whole unit makes of a directive is at least
// as strict as what the lines want alone make of it. It knows what one directive
// implies for another: DynamicUser=yes satisfies ProtectSystem=strict.
func (u *Unit) AtLeast(section, name string, want []Assignment, v Version) Answer {
	return CannotTell
}
