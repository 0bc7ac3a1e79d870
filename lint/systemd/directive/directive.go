package directive

import (
	"math/bits"
	"slices"
	"strings"

	"wardnix/lint/spell"
)

// Directive is one key of a unit or configuration file. One name may belong to
// several directives in different sections; Lookup distinguishes them.
type Directive struct {
	Name     string
	sections sectionSet
	// Kind is the grammar of the value in the newest version; KindIn has it
	// for others.
	Kind   Kind
	Repeat Repeat
	Empty  Empty
	// Default is what holds when no line sets the directive, as the manual
	// page says it; empty when that is "nothing" or "unset".
	Default string
	// Since is the first version that knows the directive, 0 when Oldest does.
	Since Version
	// Until is the last version that knows it, 0 when Newest still does.
	Until Version
	// IgnoredSince is the first version that takes the directive without any
	// effect (one that was removed, kept only for old files), 0 when none does.
	IgnoredSince Version
	// Deprecated reports an old spelling, or an old place, that still works.
	Deprecated bool
	// Replacement names what to write instead of a deprecated or ignored
	// directive; it may name a section ("[Unit] StartLimitBurst").
	Replacement string
	// Specifiers reports that %i and other specifiers are expanded.
	Specifiers bool
	// Quoted reports that quotes around words are removed.
	Quoted bool
	// Doc says in one sentence what the directive does.
	Doc string
	// Man is the manual page, without its section.
	Man string

	enum         string // names its values in enums, if it is an enum
	Before       Kind   // the grammar before changed
	Changed      Version
	StrictBefore bool // an empty value was ignored before changed
}

// Sections returns the sections that take the directive.
func (d *Directive) Sections() []string {
	var out []string
	for s := d.sections; s != 0; s &= s - 1 {
		out = append(out, sectionNames[bits.TrailingZeros32(uint32(s))])
	}
	return out
}

// In reports whether the directive belongs in section.
func (d *Directive) In(section string) bool { return d.sections&sectionBit(section) != 0 }

// KindIn returns the grammar of the value in version v.
func (d *Directive) KindIn(v Version) Kind {
	switch {
	case d.IgnoredSince != 0 && v >= d.IgnoredSince:
		return KindIgnored
	case v < d.Changed:
		return d.Before
	}
	return d.Kind
}

// known reports whether version v accepts the directive.
func (d *Directive) known(v Version) bool {
	return v >= d.Since && (d.Until == 0 || v <= d.Until)
}

// Enum returns the values of an enum directive, nil for others.
func (d *Directive) Enum() *Enum { return enums[d.enum] }

// Repeat says what a second assignment of a directive does.
type Repeat uint8

// The ways repeated assignments combine.
const (
	Override  Repeat = iota // the last valid one holds
	Append                  // they form a list
	Merge                   // they change a set; see the directive
	FirstWins               // the first one holds
	NoEffect                // nothing happens at all
)

// Empty says what an assignment without a value does.
type Empty uint8

// What "Key=" does.
const (
	EmptyIgnored Empty = iota // a warning; the earlier value stays
	EmptyClears               // the list or set is emptied
	EmptyResets               // back to the default
	EmptyNothing              // nothing, not even a warning
	EmptyEnables              // it counts as "yes" (Delegate=)
	EmptyRefused              // the unit does not load (DynamicUser=)
)

// sectionSet has a bit for each known section.
type sectionSet uint32

const (
	inUnit sectionSet = 1 << iota
	inService
	inSocket
	inTimer
	inPath
	inMount
	inAutomount
	inSwap
	inSlice
	inScope
	inInstall
	inManager
	inJournal
	inLogin
	inResolve
	inSleep
	inCoredump
	inTime
	inOOM
	inHome
	inUpload
	inRemote
	inDelegate
	inPStore
	inPartition
	inRule
)

var sectionNames = [...]string{
	"Unit", "Service", "Socket", "Timer", "Path", "Mount", "Automount", "Swap", "Slice", "Scope", "Install",
	"Manager", "Journal", "Login", "Resolve", "Sleep", "Coredump", "Time", "OOM",
	"Home", "Upload", "Remote", "Delegate", "PStore", "Partition", "Rule",
}

// IsSection reports whether the tables have directives of a section.
func IsSection(section string) bool { return sectionBit(section) != 0 }

// sectionBit is zero for a section that the tables do not have.
func sectionBit(section string) sectionSet {
	if i := slices.Index(sectionNames[:], section); i >= 0 {
		return 1 << i
	}
	return 0
}

// Sections returns the names of all sections that have a table.
func Sections() []string { return slices.Clone(sectionNames[:]) }

// Lookup finds a directive by its exact name in a section. It is found only if
// version v accepts it; LookupAny finds directives of other versions.
func Lookup(section, name string, v Version) (*Directive, bool) {
	d, ok := LookupAny(section, name)
	return d, ok && d.known(v)
}

// LookupAny finds a directive by its exact name in a section, in any version.
func LookupAny(section, name string) (*Directive, bool) {
	bit := sectionBit(section)
	for i := find(name); i < len(table) && table[i].Name == name; i++ {
		if table[i].sections&bit != 0 {
			return &table[i], true
		}
	}
	return nil, false
}

// find returns the index of the first directive of a name; there are several
// when sections differ in grammar. It is that after the last one if there is none.
func find(name string) int {
	if i, ok := firstOf[name]; ok {
		return i
	}
	return len(table)
}

// firstOf are the first directives of each name.
var firstOf = func() map[string]int {
	first := make(map[string]int, len(table))
	for i := len(table) - 1; i >= 0; i-- {
		first[table[i].Name] = i
	}
	return first
}()

// SectionsOf returns the sections that take a directive of this exact name in
// version v, in the order of Sections.
func SectionsOf(name string, v Version) []string {
	var set sectionSet
	for i := find(name); i < len(table) && table[i].Name == name; i++ {
		if d := &table[i]; d.known(v) {
			set |= d.sections
		}
	}
	return (&Directive{sections: set}).Sections()
}

// All are the directives of all sections and versions, sorted by name. The caller must
// not change them.
func All() []Directive { return table[:] }

// Directives returns the directives that version v knows in a section, sorted by
// name.
func Directives(section string, v Version) []*Directive {
	bit := sectionBit(section)
	var out []*Directive
	for i := range table {
		if d := &table[i]; d.sections&bit != 0 && d.known(v) {
			out = append(out, d)
		}
	}
	return out
}

// Silent reports whether systemd skips a key or section of this name without a
// word: names that start with "X-".
func Silent(name string) bool { return strings.HasPrefix(name, "X-") }

// meantName is the directive that a name means which nobody mistyped, but
// which systemd gave another first word, or another word altogether.
func meantName(lower string) string {
	switch lower {
	case "privatehome":
		return "ProtectHome"
	case "privatesystem":
		return "ProtectSystem"
	case "protecttmp":
		return "PrivateTmp"
	case "protectdevices":
		return "PrivateDevices"
	case "protectnetwork":
		return "PrivateNetwork"
	case "protectusers":
		return "PrivateUsers"
	case "extragroups":
		return "SupplementaryGroups"
	case "memoryreservation": // of Docker
		return "MemoryLow"
	case "runtimetime": // this one and the rest: options systemd.watchdog of NixOS
		return "RuntimeWatchdogSec"
	case "reboottime":
		return "RebootWatchdogSec"
	case "kexectime":
		return "KExecWatchdogSec"
	case "device":
		return "WatchdogDevice"
	}
	return ""
}

// sortedWords are the words of a name such as ExecStartPre, in order of the
// alphabet.
func sortedWords(name string) []string {
	var words []string
	start := 0
	for i := 1; i < len(name); i++ {
		if 'A' <= name[i] && name[i] <= 'Z' && 'a' <= name[i-1] && name[i-1] <= 'z' {
			words = append(words, name[start:i])
			start = i
		}
	}
	words = append(words, name[start:])
	slices.Sort(words)
	return words
}

// Nearest returns the directive of the section that a misspelled name most likely
// means in version v: the same name with the word that systemd has for it, in other
// case, or with the same words in another order, else the one at the least
// edit distance (optimal string alignment without regard to case) not above a
// third of the length; deprecated names are not offered. It reports false when
// nothing is near, or when two are equally near.
func Nearest(section, name string, v Version) (*Directive, bool) {
	if len(name) > 64 {
		return nil, false
	}
	lower := strings.ToLower(name)
	if d, ok := Lookup(section, meantName(lower), v); ok {
		return d, true
	}
	best, limit, tie := (*Directive)(nil), max(1, len(name)/3), false
	words := sortedWords(name)
	bit := sectionBit(section)
	for i := range table {
		d := &table[i]
		if d.sections&bit == 0 || !d.known(v) || d.Deprecated || d.KindIn(v) == KindIgnored || d.Name == name {
			continue
		}
		if strings.EqualFold(d.Name, name) || len(words) > 1 && slices.Equal(sortedWords(d.Name), words) {
			return d, true
		}
		switch n := spell.Distance(lower, strings.ToLower(d.Name), limit); {
		case n < limit || n == limit && best == nil:
			best, limit, tie = d, n, false
		case n == limit:
			tie = true
		}
	}
	return best, best != nil && !tie
}
