package contradiction

import (
	"iter"
	"slices"

	"wardnix/lint/unit"
)

// inert are commands of shells that use no file, device or connection that their
// arguments name.
var inert = []string{"echo", "printf", "test", "[", "[[", ":", "true", "false", "set", "export", "exit"}

// confined are the commands that a unit certainly runs inside its sandbox.
func confined(u *unit.Unit) iter.Seq[*unit.Command] {
	return func(yield func(*unit.Command) bool) {
		commands := u.Commands()
		for i := range commands {
			c := &commands[i]
			if c.Outside || !c.Certain() || c.Origin != unit.Line && slices.Contains(inert, c.Program()) {
				continue
			}
			if !yield(c) {
				return
			}
		}
	}
}
