package directive

import (
	"slices"
	"strings"
	"sync"
)

// CallSet is a set of system calls, by index.
type CallSet [(syscallCount + 63) / 64]uint64

// Add adds a call.
func (s *CallSet) Add(call uint16) { s[call/64] |= 1 << (call % 64) }

// Has reports whether the call is a member.
func (s *CallSet) Has(call uint16) bool { return s[call/64]&(1<<(call%64)) != 0 }

// AddAll adds the members of other.
func (s *CallSet) AddAll(other *CallSet) {
	for i := range s {
		s[i] |= other[i]
	}
}

// RemoveAll removes the members of other.
func (s *CallSet) RemoveAll(other *CallSet) {
	for i := range s {
		s[i] &^= other[i]
	}
}

// Within reports whether every member is in other.
func (s *CallSet) Within(other *CallSet) bool {
	for i := range s {
		if s[i]&^other[i] != 0 {
			return false
		}
	}
	return true
}

// Empty reports whether the set has no members.
func (s *CallSet) Empty() bool { return *s == CallSet{} }

// Complement returns the known calls that are not members.
func (s *CallSet) Complement() CallSet {
	var c CallSet
	for i := range s {
		c[i] = ^s[i]
	}
	if used := syscallCount % 64; used != 0 {
		c[len(c)-1] &= 1<<used - 1
	}
	return c
}

// groupRow has the members of a group from a version on.
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

// SyscallNames are the system calls that systemd knows, sorted; a call is its index.
// The caller must not change them.
func SyscallNames() []string { return calls().names }

// NativeCalls are the system calls that an architecture has ("x86-64", "arm64"), in the
// order of systemd's table.
func NativeCalls(architecture string) CallSet { return syscallSets[architecture] }

var calls = sync.OnceValue(func() *callTable {
	t := &callTable{names: strings.Fields(syscallNames)}
	t.index = make(map[string]uint16, len(t.names))
	for i, name := range t.names {
		t.index[name] = uint16(i)
	}
	return t
})

// Group is a group of system calls in one version.
type Group struct {
	// members are the words of systemd's table, nested groups among them.
	members []string
	// flat are the calls in the order of the table, nested groups in place.
	Flat []uint16
	Set  CallSet
}

// groupTables returns the groups of a version, by name with "@".
var groupTables = func() (tables [Newest - Oldest + 1]func() map[string]*Group) {
	for i := range tables {
		tables[i] = sync.OnceValue(func() map[string]*Group { return buildGroups(Oldest + Version(i)) })
	}
	return tables
}()

// GroupsOf returns the groups of system calls in version v, by name with "@".
func GroupsOf(v Version) map[string]*Group { return groupTables[v.Clamp()-Oldest]() }

func buildGroups(v Version) map[string]*Group {
	table := make(map[string]*Group)
	for _, row := range groupHistory {
		if row.since > v {
			continue
		}
		g := &Group{members: strings.Fields(row.members)}
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

func (g *Group) flatten(table map[string]*Group, members []string) {
	for _, m := range members {
		if m[0] == '@' {
			g.flatten(table, table[m].members)
			continue
		}
		call := calls().index[m]
		g.Flat = append(g.Flat, call)
		g.Set.Add(call)
	}
}

// SyscallGroups returns the names of the groups that version v knows, sorted,
// with their "@".
func SyscallGroups(v Version) []string {
	var names []string
	for name := range GroupsOf(v) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// SyscallGroup returns the system calls of a group in version v, in systemd's
// order and with nested groups expanded; nil when there is no such group.
func SyscallGroup(name string, v Version) []string {
	g := GroupsOf(v)[name]
	if g == nil {
		return nil
	}
	out := make([]string, len(g.Flat))
	for i, call := range g.Flat {
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

// Resolve returns the calls that a word of a filter names: a group of version v
// or a call. resolve(…).ok is false for a name that is neither.
func Resolve(word string, v Version) (set CallSet, ok bool) {
	if strings.HasPrefix(word, "@") {
		if g := GroupsOf(v)[word]; g != nil {
			return g.Set, true
		}
		return set, false
	}
	call, ok := calls().index[word]
	if ok {
		set.Add(call)
	}
	return set, ok
}
