package systemd

import (
	"slices"
	"strings"
	"sync"
)

// callSet is a set of system calls, by index.
type callSet [(syscallCount + 63) / 64]uint64

func (s *callSet) add(call uint16) { s[call/64] |= 1 << (call % 64) }

func (s *callSet) has(call uint16) bool { return s[call/64]&(1<<(call%64)) != 0 }

func (s *callSet) addAll(other *callSet) {
	for i := range s {
		s[i] |= other[i]
	}
}

func (s *callSet) removeAll(other *callSet) {
	for i := range s {
		s[i] &^= other[i]
	}
}

// within reports whether every member is in other.
func (s *callSet) within(other *callSet) bool {
	for i := range s {
		if s[i]&^other[i] != 0 {
			return false
		}
	}
	return true
}

func (s *callSet) empty() bool { return *s == callSet{} }

func (s *callSet) complement() callSet {
	var c callSet
	for i := range s {
		c[i] = ^s[i]
	}
	if used := syscallCount % 64; used != 0 {
		c[len(c)-1] &= 1<<used - 1
	}
	return c
}

// groupRow holds the members of a group from a version on.
type groupRow struct {
	name    string
	since   Version
	members string
}

// callTable finds system calls by name.
type callTable struct {
	names []string
	index map[string]uint16
}

var calls = sync.OnceValue(func() *callTable {
	t := &callTable{names: strings.Fields(syscallNames)}
	t.index = make(map[string]uint16, len(t.names))
	for i, name := range t.names {
		t.index[name] = uint16(i)
	}
	return t
})

// group is a group of system calls in one version.
type group struct {
	// members are the words of systemd's table, nested groups among them.
	members []string
	// flat are the calls in the order of the table, nested groups in place.
	flat []uint16
	set  callSet
}

// groupTables returns the groups of a version, by name with "@".
var groupTables = func() (tables [Newest - Oldest + 1]func() map[string]*group) {
	for i := range tables {
		tables[i] = sync.OnceValue(func() map[string]*group { return buildGroups(Oldest + Version(i)) })
	}
	return tables
}()

func groupsOf(v Version) map[string]*group { return groupTables[v.Clamp()-Oldest]() }

func buildGroups(v Version) map[string]*group {
	table := make(map[string]*group)
	for _, row := range groupHistory {
		if row.since > v {
			continue
		}
		g := &group{members: strings.Fields(row.members)}
		if old := table[row.name]; old != nil && row.name == "@known" {
			g.members = append(old.members, g.members...)
		}
		table[row.name] = g
	}
	for _, g := range table {
		g.flatten(table, g.members)
	}
	return table
}

func (g *group) flatten(table map[string]*group, members []string) {
	for _, m := range members {
		if m[0] == '@' {
			g.flatten(table, table[m].members)
			continue
		}
		call := calls().index[m]
		g.flat = append(g.flat, call)
		g.set.add(call)
	}
}

// SyscallGroups returns the names of the groups that version v knows, sorted,
// with their "@".
func SyscallGroups(v Version) []string {
	var names []string
	for name := range groupsOf(v) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// SyscallGroup returns the system calls of a group in version v, in systemd's
// order and with nested groups expanded; nil when there is no such group.
func SyscallGroup(name string, v Version) []string {
	g := groupsOf(v)[name]
	if g == nil {
		return nil
	}
	out := make([]string, len(g.flat))
	for i, call := range g.flat {
		out[i] = calls().names[call]
	}
	return out
}

// KnownSyscall reports whether a system call of this name exists, on whatever
// architecture.
func KnownSyscall(name string) bool {
	_, ok := calls().index[name]
	return ok
}

// resolve returns the calls that a word of a filter names: a group of version v
// or a call. resolve(…).ok is false for a name that is neither.
func resolve(word string, v Version) (set callSet, ok bool) {
	if strings.HasPrefix(word, "@") {
		if g := groupsOf(v)[word]; g != nil {
			return g.set, true
		}
		return set, false
	}
	call, ok := calls().index[word]
	if ok {
		set.add(call)
	}
	return set, ok
}

// filter is the state of SystemCallFilter= over the lines of a unit.
type filter struct {
	exists bool
	allow  bool    // an allow list, else a deny list
	calls  callSet // what the list holds
	errno  callSet // members of an allow list that fail with an error all the same
}

// line applies one line, as config_parse_syscall_filter does
// (src/core/load-fragment.c). bad, if not nil, gets each word that is dropped,
// with the reason.
func (f *filter) line(text string, v Version, bad func(word, reason string)) {
	if bad == nil {
		bad = func(string, string) {}
	}
	if text == "" {
		*f = filter{}
		return
	}
	text, invert := strings.CutPrefix(text, "~")
	if !f.exists {
		f.exists, f.allow = true, !invert
		if f.allow {
			f.calls = groupsOf(v)["@default"].set
		}
	}
	ok := words(text, 0, func(word string) bool {
		name, errno, hasErrno := strings.Cut(word, ":")
		switch {
		case name == "" || hasErrno && errno != "kill" && !parseErrno(errno):
			bad(word, "not a system call with an error number")
			return true
		case hasErrno && !invert:
			bad(word, "an allowed system call cannot take an error number")
			return true
		}
		set, known := resolve(name, v)
		if !known {
			bad(word, unknownCall(name))
			return true
		}
		f.apply(&set, invert, hasErrno)
		return true
	})
	if !ok {
		bad(clip(text), "bad escape")
	}
}

func unknownCall(name string) string {
	if name[0] == '@' {
		return "unknown system call group"
	}
	return "unknown system call"
}

func (f *filter) apply(set *callSet, invert, errno bool) {
	switch {
	case invert != f.allow:
		f.calls.addAll(set)
		f.errno.removeAll(set)
	case invert && errno:
		f.calls.addAll(set)
		f.errno.addAll(set)
	default:
		f.calls.removeAll(set)
		f.errno.removeAll(set)
	}
}

// active reports whether the list filters anything, as the assessment sees it.
func (f *filter) active() bool { return f.allow || !f.calls.empty() }

// allowed returns what the filter leaves allowed; others tells whether system
// calls that have no name here stay allowed too.
func (f *filter) allowed() (set callSet, others bool) {
	if f.exists && f.allow {
		set = f.calls
		set.removeAll(&f.errno)
		return set, false
	}
	return f.calls.complement(), true
}
