package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// A PlainAfterDeny is a line without "~" in a list whose first line has one.
type PlainAfterDeny struct {
	nixos.Line
	// lifted are the names that the line takes out of what was denied.
	Lifted []string
	// base reports that the line names the groups that an allow list begins with.
	Base bool
	// groups reports that all words of the line are groups that one would deny, or
	// single names of a kind of thing: capabilities, address families.
	groups bool
}

// BeginsAllowList reports whether one of the lines begins an allow list: then the order of
// the lines is the mistake, and allowAfterDeny reports it.
func BeginsAllowList(plain []PlainAfterDeny) bool {
	return slices.ContainsFunc(plain, func(l PlainAfterDeny) bool { return l.Base })
}

// PlainAfterDeny are the lines without "~" after one that has it.
func (u *Unit) PlainAfterDeny(d *directive.Directive, k *DirectiveLines) []PlainAfterDeny {
	if !value.FirstDecides(d.KindIn(u.Version)) || d.Name == "AmbientCapabilities" {
		return nil
	}
	if slices.ContainsFunc(k.Lines, func(l nixos.Line) bool { return !l.Certain() || l.Def == nil || l.Def.Binding.IsZero() }) {
		return nil
	}
	if _, alone := u.LeadingTilde(d, k); alone {
		return nil // tildeAlone reports it
	}
	return plainLines(k.Lines, u.Version)
}

// BareAfterDeny are those of them that were plainly meant to have a "~", too.
func (u *Unit) BareAfterDeny(d *directive.Directive, k *DirectiveLines) []PlainAfterDeny {
	plain := u.PlainAfterDeny(d, k)
	if BeginsAllowList(plain) {
		return nil
	}
	return slices.DeleteFunc(plain, func(l PlainAfterDeny) bool {
		return len(l.Lifted) > 0 || !l.groups || l.Text == "none"
	})
}

// essential are system calls without which no program gets anywhere: nobody means to
// deny a group with one of them.
var essential = map[string]bool{"read": true, "write": true, "openat": true, "execve": true, "mmap": true, "futex": true, "exit_group": true}

func plainLines(lines []nixos.Line, v directive.Version) []PlainAfterDeny {
	var out []PlainAfterDeny
	denied := map[string]bool{}
	began, deny := false, false
	for _, l := range lines {
		names, inverted := strings.CutPrefix(l.Text, "~")
		switch {
		case l.Text == "":
			out, denied, began = nil, map[string]bool{}, false
			continue
		case !began:
			began, deny = true, inverted
		}
		if !deny {
			continue
		}
		one := PlainAfterDeny{Line: l, groups: true}
		for _, word := range strings.Fields(names) {
			one.Base = one.Base || word == "@system-service" || word == "@default"
			one.groups = one.groups && (word[0] == '@' || !directive.KnownSyscall(word))
			for _, name := range SetMembers(word, v) {
				one.groups = one.groups && !essential[name]
				if !inverted && denied[name] {
					one.Lifted = append(one.Lifted, name)
				}
				denied[name] = inverted
			}
		}
		if !inverted {
			out = append(out, one)
		}
	}
	return out
}

// SetMembers are the names that a word of a set covers.
func SetMembers(word string, v directive.Version) []string {
	word, _, _ = strings.Cut(word, ":")
	if strings.HasPrefix(word, "@") {
		return directive.SyscallGroup(word, v)
	}
	return []string{word}
}

// LeadingTilde is the line "~" that begins a list.
func (u *Unit) LeadingTilde(d *directive.Directive, k *DirectiveLines) (nixos.Line, bool) {
	if !value.FirstDecides(d.KindIn(u.Version)) {
		return nixos.Line{}, false
	}
	i := slices.IndexFunc(k.Lines, func(l nixos.Line) bool { return !l.Certain() || strings.TrimSpace(l.Text) != "" })
	if i < 0 || !k.Lines[i].Certain() || strings.TrimSpace(k.Lines[i].Text) != "~" || k.Lines[i].Def == nil || k.Lines[i].Def.Binding.IsZero() {
		return nixos.Line{}, false
	}
	return k.Lines[i], true
}
