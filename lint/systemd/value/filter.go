package value

import (
	"strings"

	"wardnix/lint/systemd/directive"
)

// Filter is the state of SystemCallFilter= over the lines of a unit.
type Filter struct {
	exists bool
	Allow  bool              // an allow list, else a deny list
	Calls  directive.CallSet // what the list holds
	errno  directive.CallSet // members of an allow list that fail with an error all the same
}

// Line applies one line, as config_parse_syscall_filter does
// (src/core/load-fragment.c). bad, if not nil, gets each word that is dropped,
// with the reason.
func (f *Filter) Line(text string, v directive.Version, bad func(word, reason string)) {
	if bad == nil {
		bad = func(string, string) {}
	}
	if text == "" {
		*f = Filter{}
		return
	}
	text, invert := strings.CutPrefix(text, "~")
	if !f.exists {
		f.exists, f.Allow = true, !invert
		if f.Allow {
			f.Calls = directive.GroupsOf(v)["@default"].Set
		}
	}
	ok := EachWord(text, 0, func(word string) bool {
		name, errno, hasErrno := strings.Cut(word, ":")
		switch {
		case name == "" || hasErrno && errno != "kill" && !parseErrno(errno):
			bad(word, "not a system call with an error number")
			return true
		case hasErrno && !invert:
			bad(word, "an allowed system call cannot take an error number")
			return true
		}
		set, known := directive.Resolve(name, v)
		if !known {
			bad(word, unknownCall(name))
			return true
		}
		f.apply(&set, invert, hasErrno)
		return true
	})
	if !ok {
		bad(Clip(text), "bad escape")
	}
}

func unknownCall(name string) string {
	if name[0] == '@' {
		return "unknown system call group"
	}
	return "unknown system call"
}

func (f *Filter) apply(set *directive.CallSet, invert, errno bool) {
	switch {
	case invert != f.Allow:
		f.Calls.AddAll(set)
		f.errno.RemoveAll(set)
	case invert && errno:
		f.Calls.AddAll(set)
		f.errno.AddAll(set)
	default:
		f.Calls.RemoveAll(set)
		f.errno.RemoveAll(set)
	}
}

// Active reports whether the list filters anything, as the assessment sees it.
func (f *Filter) Active() bool { return f.Allow || !f.Calls.Empty() }

// Allowed returns what the filter leaves allowed; others reports whether system
// calls that have no name here stay allowed too.
func (f *Filter) Allowed() (set directive.CallSet, others bool) {
	if f.exists && f.Allow {
		set = f.Calls
		set.RemoveAll(&f.errno)
		return set, false
	}
	return f.Calls.Complement(), true
}
