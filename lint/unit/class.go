package unit

import (
	"iter"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/lint/nixos"
	"wardnix/rules/profile"
)

// ClassOf is the class of a unit that no rule looks at: see [Unit.Class].
func ClassOf(u *nixos.Unit) string { return viewOf(u, nil).Class() }

// Class is the name of the class of the unit, by the programs that it runs and by
// its name; "" for an ordinary service.
func (u *Unit) Class() string {
	if c := u.signs().class; c != nil {
		return c.Name
	}
	return ""
}

// Opaque reports whether the unit runs something that needs more than its text
// shows, such as containers or logins: no baseline for any service applies to it.
func (u *Unit) Opaque() bool { return u.signs().opaque }

// signs are what the commands and texts of a unit show of it.
type signs struct {
	class  *profile.Class // nil for an ordinary daemon
	opaque bool
	// programs are those that the unit runs or that its texts name, of the ones that
	// show something, with the first place.
	programs map[string]Setting
	// texts are all commands and scripts, without comments.
	texts []sign
	// asRoot is the answer of ActsAsRoot, once known.
	asRoot, rootKnown bool
}

// A sign is a text that may show something of a unit, and its place.
type sign struct {
	at    Setting
	text  string
	shows profile.NeedSet // of findNeeds
}

// runs adds a program that the unit runs.
func (s *signs) runs(program string, at Setting) {
	if _, known := s.programs[program]; !known {
		s.programs[program] = at
	}
}

// signs are those of the unit, read when they are first required.
func (u *Unit) signs() *signs {
	if u.read == nil {
		u.read = u.readSigns()
	}
	return u.read
}

func (u *Unit) readSigns() *signs {
	s := &signs{programs: map[string]Setting{}}
	name, _, _ := strings.Cut(u.BaseName(), "@")
	classes := profile.Classes()
	best := len(classes)
	runs := func(program string, at Setting) {
		if i, ok := profile.ClassOf(program); ok {
			s.runs(program, at)
			if !u.isClient(program) {
				best = min(best, i)
			}
		}
	}
	if !u.IsOverride() {
		runs(name, Setting{})
	}
	commands := u.Commands()
	for i := range commands {
		for program := range programsOf(commands[i].Words[0]) {
			runs(program, commands[i].Setting)
		}
	}
	if best < len(classes) {
		s.class = &classes[best]
		s.opaque = s.class.All
	}
	for at, text := range u.commandTexts() {
		s.texts = append(s.texts, sign{at: at, text: text})
		for word := range named(text) {
			if i, ok := profile.ClassOf(word); ok {
				s.runs(word, at)
				s.opaque = s.opaque || i < len(classes) && classes[i].Nested && !u.isClient(word)
			}
		}
	}
	return s
}

// isClient reports whether a program is one that, for a user other than root,
// leaves the work to a daemon.
func (u *Unit) isClient(program string) bool {
	return u.RunsAs().Ordinary() && slices.Contains(profile.Client().Programs, program)
}

// programsOf are the names by which a command may run a program: what follows the
// last slash, and the package that it is taken from.
func programsOf(word string) iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := word
		for {
			start := strings.Index(rest, "${")
			if start < 0 {
				break
			}
			end := strings.IndexByte(rest[start:], '}')
			if end < 0 {
				break
			}
			label := strings.TrimPrefix(rest[start+2:start+end], "main program of ")
			for name := range namesIn(label) {
				if !yield(name) {
					return
				}
			}
			rest = rest[start+end+1:]
		}
		if i := strings.LastIndexByte(rest, '/'); rest != "" {
			yield(rest[i+1:])
		}
	}
}

// namesIn are the names in a path to a package, such as pkgs.nodejs_22; of an option
// only the one whose package it is, and what is taken of the package.
func namesIn(label string) iter.Seq[string] {
	return func(yield func(string) bool) {
		parts := strings.Split(label, ".")
		packageAt := func(i int) bool {
			return 0 <= i && i < len(parts) && strings.HasSuffix(strings.ToLower(parts[i]), "package")
		}
		for i, part := range parts {
			if parts[0] == "config" && !packageAt(i+1) && !packageAt(i-1) {
				continue
			}
			if !yield(strings.TrimLeft(part, "+-")) {
				return
			}
		}
	}
}

// named are the words of a command line, a script or a list of packages that may be
// names of programs: what follows the last slash of a path, a word by itself, and
// the packages in "${…}" or outside of it; no options, names of variables, and other
// parts of paths and URLs.
func named(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		text = strings.ReplaceAll(text, storepath.StoreDir, "")
		for i := 0; i < len(text); {
			if strings.HasPrefix(text[i:], "://") {
				i += len(text[i:]) - len(strings.TrimLeftFunc(text[i:], func(r rune) bool { return !strings.ContainsRune(" \t\n\"'", r) }))
				continue
			}
			if !inProgramName(text[i]) {
				i++
				continue
			}
			start := i
			for i < len(text) && inProgramName(text[i]) {
				i++
			}
			word := text[start:i]
			if word[0] == '-' || i < len(text) && (text[i] == '=' || text[i] == '/' && i+1 < len(text) && inProgramName(text[i+1])) {
				continue
			}
			if !isPackage(text[:start], word) {
				if !yield(strings.TrimLeft(word, "+")) {
					return
				}
				continue
			}
			for name := range namesIn(word) {
				if !yield(name) {
					return
				}
			}
		}
	}
}

// isPackage reports whether a word is a path to a package, by what precedes it.
func isPackage(before, word string) bool {
	if strings.HasSuffix(before, "${") || strings.HasSuffix(before, "main program of ") {
		return true
	}
	return !strings.HasSuffix(before, "/") && (strings.HasPrefix(word, "pkgs.") || strings.HasPrefix(word, "config."))
}

func inProgramName(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '+' || c == '-'
}
