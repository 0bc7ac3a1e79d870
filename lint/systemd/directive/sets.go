package directive

import "sort"

// Capability is a Linux capability.
type Capability struct {
	Name   string // CAP_CHOWN, …
	Number int
	Kernel string // the first kernel that has it
	Doc    string // what it allows
}

// Capabilities returns all capabilities by number.
func Capabilities() []Capability { return append([]Capability(nil), CapabilityTable[:]...) }

// Family is an address family of RestrictAddressFamilies=.
type Family struct {
	Name   string // AF_INET, …
	Number int
	Alias  string // the usual name of the same family, else empty
}

// Namespace is a namespace type of RestrictNamespaces=.
type Namespace struct {
	Name   string // mnt, …
	Flag   string // CLONE_NEWNS, …
	Kernel string // the first kernel that has it
}

// LookupFamily returns the address family of that name; ok is false if there is
// none.
func LookupFamily(name string) (family Family, ok bool) {
	i := sort.Search(len(FamilyTable), func(i int) bool { return FamilyTable[i].Name >= name })
	if i < len(FamilyTable) && FamilyTable[i].Name == name {
		return FamilyTable[i], true
	}
	return Family{}, false
}
