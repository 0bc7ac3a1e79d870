package unit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/nixos"
)

// EnvironmentText is all that is known of the unit's environment.
func (s *Unit) EnvironmentText() string {
	var b strings.Builder
	for _, l := range s.Lines() {
		if l.Key == "Environment" {
			b.WriteString(l.Shown + "\n")
		}
	}
	return b.String()
}

// MountsForItself reports whether the service mounts in an ExecStartPre what its
// main command, in the same namespace, uses.
func (s *Unit) MountsForItself() bool {
	return slices.ContainsFunc(s.Commands(), func(c Command) bool {
		return c.Main() && !slices.Contains([]string{"mount", "umount", "sshfs", "rclone"}, c.Program())
	})
}

// A Command is a line of ExecStart and the like, as far as it is known.
type Command struct {
	Setting
	Prefix string   // "-", "+" and so on
	Words  []string // with "${…}" for what is not known
}

// wordPattern matches a word of a command line: blanks inside "${…}" and quotes belong
// to it.
var wordPattern = regexp.MustCompile(`(?:\$\{[^{}]*\}|"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+`)

func splitWords(line string) []string {
	words := wordPattern.FindAllString(line, -1)
	for i, w := range words {
		if n := len(w); n > 1 && (w[0] == '"' || w[0] == '\'') && w[n-1] == w[0] {
			words[i] = w[1 : n-1]
		}
	}
	return words
}

// Commands are the commands that the unit runs, in order.
func (s *Unit) Commands() []Command {
	if s.commandsRead {
		return s.commands
	}
	s.commandsRead = true
	for _, l := range s.Lines() {
		if l.Section != "Service" || !strings.HasPrefix(l.Key, "Exec") || l.Unseen != "" || l.Def == nil {
			continue
		}
		line := strings.TrimSpace(l.Shown)
		rest := strings.TrimLeft(line, "-+!:@|")
		c := Command{Setting: Setting{l}, Prefix: line[:len(line)-len(rest)], Words: splitWords(rest)}
		if len(c.Words) > 0 {
			s.commands = append(s.commands, c)
		}
	}
	return s.commands
}

// Privileged reports whether the command runs outside of the sandbox, or with
// root's rights (systemd.service(5), "Special executable prefixes").
func (c *Command) Privileged() bool { return strings.ContainsAny(c.Prefix, "+!") }

// Main reports whether the command is one of the service itself.
func (c *Command) Main() bool { return c.Key == "ExecStart" }

// mainProgram matches the name of the program that lib.getExe gives.
var mainProgram = regexp.MustCompile(`^\$\{main program of (?:[\w'-]+\.)*([\w'-]+)\}$`)

// Program is the name of the program that the command runs: "node" for
// ${pkgs.nodejs}/bin/node, and the package "nodejs" for ${lib.getExe pkgs.nodejs}.
func (c *Command) Program() string {
	name := path.Base(c.Words[0])
	if m := mainProgram.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}

// Variables are the variables of the option environment that are known, by name.
func (s *Unit) Variables() map[string]Setting {
	out := map[string]Setting{}
	for _, v := range s.Option("environment").Attrs() {
		if text, ok := v.Text(); ok && !v.IsPattern() && len(v.Unseen) == 0 && len(v.Defs) == 1 {
			d := v.Defs[0]
			out[v.Name()] = Setting{nixos.Line{Section: "Service", Key: "Environment", Text: text, Shown: text, Known: true, When: d.When, Def: d}}
		}
	}
	return out
}
