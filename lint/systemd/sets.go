package systemd

import (
	"sort"
)

// Capability is a Linux capability.
type Capability struct {
	Name   string // CAP_CHOWN, …
	Number int
	Kernel string // the first kernel that has it
	Doc    string // what it allows
}

// Capabilities returns all capabilities by number.
func Capabilities() []Capability { return append([]Capability(nil), capabilities[:]...) }

// Family is an address family of RestrictAddressFamilies=.
type Family struct {
	Name   string // AF_INET, …
	Number int
	Alias  string // the usual name of the same family, else empty
}

// Families returns all address families by name.
func Families() []Family { return append([]Family(nil), families[:]...) }

// Namespace is a namespace type of RestrictNamespaces=.
type Namespace struct {
	Name   string // mnt, …
	Flag   string // CLONE_NEWNS, …
	Kernel string // the first kernel that has it
}

// Namespaces returns all namespace types.
func Namespaces() []Namespace { return append([]Namespace(nil), namespaces[:]...) }

func lookupFamily(name string) (Family, bool) {
	i := sort.Search(len(families), func(i int) bool { return families[i].Name >= name })
	if i < len(families) && families[i].Name == name {
		return families[i], true
	}
	return Family{}, false
}
