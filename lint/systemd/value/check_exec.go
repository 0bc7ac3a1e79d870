package value

import (
	"strings"

	"wardnix/lint/systemd/directive"
)

// Command is a command of an Exec line.
type Command struct {
	Path string   // the first word, without its prefixes
	Args []string // the other words, specifiers and variables as they are written
	// The prefixes: "-" (a failure is ignored), "@" (the next word is the
	// name), ":" (no variables), "+" (outside the sandbox), "!" and "!!" (with
	// root's credentials), "|" (by the user's shell, from 258 on).
	IgnoreFailure, Argv0, NoVariables, Privileged, NoSetuid, Shell bool

	magic bool // "!!"
}

// ParsePrefixes strips the prefixes off a command line, as
// config_parse_exec does (src/core/load-fragment.c).
func ParsePrefixes(word string, v directive.Version) Command { //nolint:cyclop // mirrors config_parse_exec in src/core/load-fragment.c of systemd
	c := Command{}
	for ; word != ""; word = word[1:] {
		switch p := word[0]; {
		case p == '-' && !c.IgnoreFailure:
			c.IgnoreFailure = true
		case p == '@' && !c.Argv0:
			c.Argv0 = true
		case p == ':' && !c.NoVariables:
			c.NoVariables = true
		case p == '|' && !c.Shell && v >= 258:
			c.Shell = true
		case p == '+' && !c.Privileged && !c.NoSetuid && !c.magic:
			c.Privileged = true
		case p == '!' && !c.Privileged && !c.NoSetuid && !c.magic:
			c.NoSetuid = true
		case p == '!' && c.NoSetuid && !c.magic:
			c.NoSetuid, c.magic = false, true
		default:
			c.Path = word
			return c
		}
	}
	return c
}

// checkExec judges a command line.
func checkExec(c *context, text string) Verdict {
	_, verdict := ParseExec(text, c.Expander)
	return verdict
}

// ParseExec splits an Exec line into its commands up to the first that is bad, and
// judges it.
func ParseExec(line string, e Expander) ([]Command, Verdict) {
	var commands []Command
	var verdict Verdict
	rest, first := line, true
	for first || rest != "" {
		first = false
		word, after, ok, bad, odd := commandWord(rest)
		if bad {
			return commands, ignored("unclosed quote: %s", Clip(rest))
		}
		if !ok {
			break
		}
		if odd {
			verdict = oddEscape
		}
		rest = after
		if word == ";" {
			first = true
			if rest == "" {
				break
			}
			continue
		}
		command := ParsePrefixes(word, e.Version)
		fail := refused
		if command.IgnoreFailure {
			fail = ignored
		}
		path, good := e.Expand(command.Path, FullSpecifiers)
		if !good {
			return commands, fail(badSpecifier)
		}
		if problem := executableProblem(path, command, e.Version); problem != "" {
			return commands, fail("%s: %s", problem, Clip(path))
		}
		var semicolon bool
		var problem string
		rest, command.Args, semicolon, odd, problem = parseArguments(rest, e)
		if odd {
			verdict = oddEscape
		}
		if problem != "" {
			return commands, fail("%s", problem)
		}
		if command.Argv0 && len(command.Args) == 0 {
			return commands, fail("no name after @: %s", Clip(line))
		}
		if command.magic && e.Version >= 258 {
			verdict = warned("!! has no effect since systemd 258")
		}
		commands = append(commands, command)
		if !semicolon {
			break
		}
	}
	return commands, verdict
}

// oddEscape is what systemd warns of when it keeps an escape as it is.
var oddEscape = Verdict{Reason: "unknown escape sequence, kept unchanged"}

// commandWord cuts the next word off a command line. odd reports an escape that
// is none, and is kept.
func commandWord(text string) (word, rest string, ok, bad, odd bool) {
	word, rest, _, ok, bad = extractWord(text, Blanks, Unquote|cUnescape)
	if bad {
		odd = true
		word, rest, _, ok, bad = extractWord(text, Blanks, Unquote|cUnescape|unescapeRelax)
	}
	return word, rest, ok, bad, odd
}

func executableProblem(path string, c Command, v directive.Version) string {
	absolute := strings.HasPrefix(path, "/")
	switch {
	case c.Shell:
		return ""
	case path == "":
		return "no command"
	case v >= 261 && strings.ContainsAny(path, "*?["):
		return "the command has characters of a pattern"
	case hasControl(path) || strings.ContainsAny(path, "\"'\\"):
		return "the command has special characters"
	case strings.HasSuffix(path, "/"), strings.HasSuffix(path, "/.") && v >= 257:
		return "the command is a directory"
	case absolute && !validPath(path), !absolute && !validFileName(path):
		return "neither an absolute path nor a plain name"
	}
	return ""
}

// parseArguments reads the words up to a lone semicolon.
func parseArguments(rest string, e Expander) (after string, args []string, semicolon, odd bool, problem string) {
	for rest != "" {
		for _, lone := range []string{";", "\\;"} {
			tail, found := strings.CutPrefix(rest, lone)
			if !found || tail != "" && strings.IndexByte(Blanks, tail[0]) < 0 {
				continue
			}
			rest = strings.TrimLeft(tail, Blanks)
			if lone == ";" {
				return rest, args, true, odd, ""
			}
			args = append(args, ";")
		}
		if rest == "" {
			break
		}
		word, tail, ok, bad, kept := commandWord(rest)
		if bad {
			return "", args, false, odd, "unclosed quote: " + Clip(rest)
		}
		odd = odd || kept
		if !ok {
			break
		}
		if _, good := e.Expand(word, FullSpecifiers); !good {
			return "", args, false, odd, badSpecifier + ": " + Clip(word)
		}
		rest = tail
		args = append(args, word)
	}
	return "", args, false, odd, ""
}
