package unit

import (
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
)

// A Command is a program that the unit runs with its arguments, as far as they are
// known.
type Command struct {
	// Setting is the line, or the option of a script, by which the unit runs it.
	// The place of a command that is written out in a script is that place.
	Setting
	// Words are the program and its arguments, with "${…}" for what is not known.
	// Programs that run their arguments, such as "env" and "exec", are omitted.
	Words []string
	// Writes are the files that a shell redirects its output to.
	Writes []string
	// Origin says who starts it.
	Origin Origin
	// Outside reports the prefix "+": it runs as root and outside the sandbox.
	Outside bool
	// AsRoot reports a prefix that leaves it the rights of root.
	AsRoot bool
	// MayFail reports that the unit expects it to fail.
	MayFail bool
	// Reads reports that it is a shell or a script whose commands follow.
	Reads bool
	// Conditional reports that a script may not come to run it.
	Conditional bool
}

// Origin says who starts a command.
type Origin uint8

// Who starts a command.
const (
	Line   Origin = iota // systemd itself
	Shell                // a shell that systemd starts with "-c"
	Script               // a script of the unit, or a program that the project writes
)

// Commands are the commands that the unit runs, in order: those of its Exec lines,
// and those that shells run for it, as far as they can be read. Lines that systemd
// refuses have none. The caller must not change them.
func (u *Unit) Commands() []Command {
	if u.commands == nil {
		u.commands = []Command{}
		for _, l := range u.Lines() {
			if l.Section == "Service" && strings.HasPrefix(l.Key, "Exec") && l.Unseen == "" && l.Def != nil {
				r := commandReader{u: u}
				r.line(l)
				u.commands = append(u.commands, r.found...)
			}
		}
	}
	return u.commands
}

// Certain reports whether the unit certainly comes to run the command, and, if a
// shell runs it, does not expect it to fail.
func (c *Command) Certain() bool { return !c.Conditional && (c.Origin == Line || !c.MayFail) }

// inert are commands of shells that use no file, device or connection that their
// arguments name.
var inert = []string{"echo", "printf", "test", "[", "[[", ":", "true", "false", "set", "export", "exit"}

// Confined are the commands that the unit certainly runs inside its sandbox.
func (u *Unit) Confined() iter.Seq[*Command] {
	return func(yield func(*Command) bool) {
		commands := u.Commands()
		for i := range commands {
			c := &commands[i]
			if c.Outside || !c.Certain() || c.Origin != Line && slices.Contains(inert, c.Program()) {
				continue
			}
			if !yield(c) {
				return
			}
		}
	}
}

// Attempted are the commands that the unit runs inside its sandbox: those that are certain,
// and those that a script may not come to run, but does not expect to fail. A script that
// tests its own rights first has none of the latter.
func (u *Unit) Attempted() iter.Seq[*Command] {
	return func(yield func(*Command) bool) {
		commands := u.Commands()
		for i := range commands {
			c := &commands[i]
			if c.Outside || !c.Certain() && (c.MayFail || u.testsRights(c.Key)) || c.Origin != Line && len(c.Writes) == 0 && slices.Contains(inert, c.Program()) {
				continue
			}
			if !yield(c) {
				return
			}
		}
	}
}

// rightsTest matches what a script tests before it does what it may not be allowed to:
// who it runs as, and whether a program or a file is there for it.
var rightsTest = regexp.MustCompile(`\bid -|\bE?UID\b|\bcommand -v\b|\bwhich\b|\btype -|\[ (?:! )?-[wxO] `)

// rightsMarks are texts one of which is in whatever rightsTest matches.
var rightsMarks = []string{"id -", "UID", "command -v", "which", "type -", "[ "}

// testsRights reports whether a text of an option or directive has such a test.
func (u *Unit) testsRights(key string) bool {
	tests, known := u.rightsTests[key]
	if !known {
		tests = slices.ContainsFunc(u.Texts(), func(t Text) bool { return t.Key == key && hasRightsTest(t.String()) })
		if u.rightsTests == nil {
			u.rightsTests = map[string]bool{}
		}
		u.rightsTests[key] = tests
	}
	return tests
}

func hasRightsTest(text string) bool {
	return slices.ContainsFunc(rightsMarks, func(m string) bool { return strings.Contains(text, m) }) && rightsTest.MatchString(text)
}

// Main reports whether the command is one of the service itself, not of a step of
// its start or end.
func (c *Command) Main() bool { return c.Key == "ExecStart" || c.Key == "script" }

// mainProgram matches the name of the program that lib.getExe gives.
var mainProgram = regexp.MustCompile(`^\$\{main program of (?:[\w'-]+\.)*([\w'-]+)\}$`)

// Program is the name of the program that the command runs: "node" for
// ${pkgs.nodejs}/bin/node, and the package "nodejs" for ${lib.getExe pkgs.nodejs}.
func (c *Command) Program() string {
	return programIn(c.Words[0])
}

// programIn is the name of the program that a word of a command names.
func programIn(word string) string {
	name := path.Base(word)
	if !strings.HasPrefix(name, "${main program of ") {
		return name
	}
	if m := mainProgram.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}

// Args are the arguments of the command.
func (c *Command) Args() []string { return c.Words[1:] }

// Has reports whether one of the words is an argument of the command.
func (c *Command) Has(words ...string) bool {
	return slices.ContainsFunc(c.Args(), func(w string) bool { return slices.Contains(words, w) })
}

// Flags are the options of the command, each with its value: what follows "=", or
// else the next argument, which need not belong to it.
func (c *Command) Flags() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i, w := range c.Words {
			if i == 0 || !strings.HasPrefix(w, "-") {
				continue
			}
			flag, value, joined := strings.Cut(w, "=")
			if !joined && i+1 < len(c.Words) {
				value = c.Words[i+1]
			}
			if !yield(flag, value) {
				return
			}
		}
	}
}

// runners are programs that run their arguments as a command, with the letters of
// their options that take a value of their own, and the number of arguments before
// the command.
var runners = map[string]struct {
	valued string
	before int
}{
	"exec": {"a", 0}, "command": {"", 0}, "builtin": {"", 0}, "time": {"fo", 0}, "nohup": {"", 0}, "setsid": {"", 0}, "stdbuf": {"ioe", 0},
	"env": {"uCS", 0}, "nice": {"n", 0}, "ionice": {"cnp", 0}, "timeout": {"ks", 1},
	"flock": {"wE", 1}, "tini": {"pe", 0}, "dumb-init": {"r", 0}, "catatonit": {"", 0}, "systemd-inhibit": {"", 0}, "systemd-cat": {"tp", 0},
}

// unwrapped are the words of a command after programs that run it.
func unwrapped(words []string) []string {
	for len(words) > 1 {
		r, ok := runners[path.Base(words[0])]
		if !ok {
			return words
		}
		rest := words[1:]
		for len(rest) > 0 && (strings.HasPrefix(rest[0], "-") || path.Base(words[0]) == "env" && strings.Contains(rest[0], "=")) {
			takesNext := len(rest[0]) == 2 && strings.Contains(r.valued, rest[0][1:])
			if rest = rest[1:]; takesNext && len(rest) > 0 {
				rest = rest[1:]
			}
		}
		if len(rest) <= r.before {
			return words
		}
		words = rest[r.before:]
	}
	return words
}

// shells are programs that read a script that "-c" gives them.
var shells = []string{"sh", "bash", "dash", "ash", "zsh"}

// scriptOf is the script that a command gives to a shell, or the file that holds
// it.
func scriptOf(words []string) (script string, isFile, ok bool) {
	name := programIn(words[0])
	if (name == "." || name == "source") && len(words) > 1 {
		return words[1], true, true
	}
	if !slices.Contains(shells, name) && name != "runtimeShell" {
		return "", false, false
	}
	for i := 1; i < len(words); i++ {
		switch w := words[i]; {
		case !strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "+"):
			return w, true, true
		case strings.HasPrefix(w, "--"):
		case strings.Contains(w, "c"):
			for i++; i < len(words) && strings.HasPrefix(words[i], "-"); i++ {
				if words[i] == "-o" {
					i++
				}
			}
			if i >= len(words) {
				return "", false, false
			}
			return words[i], false, true
		case strings.HasSuffix(w, "o"):
			i++ // its value
		}
	}
	return "", false, false
}

// prefixed takes over what the prefixes of an Exec line say.
func (c *Command) prefixed(p *value.Command) {
	c.Outside = p.Privileged
	c.AsRoot = p.Privileged || p.NoSetuid
	c.MayFail = p.IgnoreFailure
}

// scriptLine is the option whose script a line runs.
func (u *Unit) scriptLine(l nixos.Line) (string, bool) {
	if !isScript(l) {
		return "", false
	}
	option := derivedFrom("Service", l.Key)
	return option, option != ""
}
