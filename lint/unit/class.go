package unit

import (
	"iter"
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/lint/nixos"
	"wardnix/rules/profile"
)

// ClassOf is the class of a unit, told by what it runs; "" for an ordinary one.
func ClassOf(u *nixos.Unit) string {
	if c := readSigns(u).Class; c != nil {
		return c.Name
	}
	return ""
}

// signs are what the commands and scripts of a unit tell of it.
type signs struct {
	Class *profile.Class // nil for an ordinary daemon
	// programs are those that the unit may run, of the ones that tell something.
	programs map[string]bool
	// text is all commands and scripts, without comments.
	text string
	// needs are the answers of needOf, and asRoot that of actsAsRoot, once known.
	needs             map[string]string
	asRoot, rootKnown bool
}

// Signs are those of the unit, read when they are first asked for.
func (u *Unit) Signs() *signs {
	if u.read == nil {
		u.read = readSigns(u.Unit)
	}
	return u.read
}

func readSigns(u *nixos.Unit) *signs {
	s := &signs{programs: map[string]bool{}, needs: map[string]string{}}
	best := len(profile.Classes)
	name, _, _ := strings.Cut(u.BaseName(), "@")
	if i, ok := profile.TellingPrograms[name]; ok && !u.IsOverride() {
		best = i
	}
	var all strings.Builder
	for text := range commandTexts(u) {
		all.WriteString(text + "\n")
		for word := range executed(text) {
			i, ok := profile.TellingPrograms[word]
			if !ok && profile.IsRuntime(word) {
				i, ok = profile.TellingPrograms["node"], true
			}
			if ok {
				s.programs[word] = true
				best = min(best, i)
			}
		}
	}
	s.text = all.String()
	if best < len(profile.Classes) {
		s.Class = &profile.Classes[best]
	}
	return s
}

// executed are the words of a command line or script that may be names
// of programs: what stands behind the last slash of a path, in ${pkgs.x}, or
// alone; no options, names of variables and parts of URLs. Of a word with dots its
// parts are words, too; of an option of the configuration only the one whose package it is,
// and what is taken of the package.
func executed(text string) iter.Seq[string] {
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
			if word[0] == '-' || i < len(text) && text[i] == '=' {
				continue
			}
			for name := range namesOfPrograms(strings.TrimLeft(word, ".+")) {
				if !yield(name) {
					return
				}
			}
		}
	}
}

// namesOfPrograms are a word and, where it has dots, its parts. Those of a host such as
// mpd.example.org are no programs, but cannot be told from a path to a package: then
// less is asked of the unit than it could bear.
func namesOfPrograms(word string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(word) || !strings.Contains(word, ".") {
			return
		}
		parts := strings.Split(word, ".")
		isPackage := func(i int) bool {
			return 0 <= i && i < len(parts) && strings.HasSuffix(strings.ToLower(parts[i]), "package")
		}
		for i, part := range parts {
			if parts[0] == "config" && !isPackage(i+1) && !isPackage(i-1) {
				continue
			}
			if !yield(strings.TrimLeft(part, "+-")) {
				return
			}
		}
	}
}

func inProgramName(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '+' || c == '-'
}
