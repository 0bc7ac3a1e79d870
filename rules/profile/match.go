package profile

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// runs selects units that go on running a program: by their name or by what they
// execute.
func runs(program string) func(*nixos.Unit) bool {
	return func(u *nixos.Unit) bool {
		if u.Type() != "service" {
			return false
		}
		if kind, _ := u.Directive("Service", "Type").Text(); kind == "oneshot" {
			return false
		}
		if hasWord(u.BaseName(), program) {
			return true
		}
		for _, l := range u.Lines() {
			if l.Key == "ExecStart" && l.Section == "Service" && executes(l.Shown, program, u.Host.Version()) {
				return true
			}
		}
		return false
	}
}

// hasWord reports whether word is one of the words of a unit's name, parted by
// "-", "_", "@" and similar ones.
func hasWord(name, word string) bool {
	return slices.Contains(strings.FieldsFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}), word)
}

// executes reports whether a command line runs the program: its first word is the
// program, or a path that ends in it.
func executes(line, program string, v directive.Version) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	path := value.ParsePrefixes(first, v).Path
	return path == program || strings.HasSuffix(path, "/"+program)
}
