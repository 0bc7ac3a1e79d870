package directive

import "sort"

// Capability is a Linux capability.
type Capability struct {
	Name   string // CAP_CHOWN, …
	Number int
	Kernel string // the first kernel that has it
	Doc    string // what it allows
}

// Capabilities are all capabilities, by number. The caller must not change them.
func Capabilities() []Capability { return capabilities[:] }

// Family is an address family of RestrictAddressFamilies=.
type Family struct {
	Name   string // AF_INET, …
	Number int
	Alias  string // the usual name of the same family, else empty
}

// Families are the address families, sorted by name. The caller must not change them.
func Families() []Family { return families[:] }

// Namespaces are the namespace types, by the bits of sets of them. The caller must not
// change them.
func Namespaces() []Namespace { return namespaces[:] }

// Namespace is a namespace type of RestrictNamespaces=.
type Namespace struct {
	Name   string // mnt, …
	Flag   string // CLONE_NEWNS, …
	Kernel string // the first kernel that has it
}

// LookupFamily returns the address family of that name; ok is false if there is
// none.
func LookupFamily(name string) (family Family, ok bool) {
	i := sort.Search(len(families), func(i int) bool { return families[i].Name >= name })
	if i < len(families) && families[i].Name == name {
		return families[i], true
	}
	return Family{}, false
}
