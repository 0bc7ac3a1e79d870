package profile

// A Kind is how a service is generated whose class is known.
type Kind struct {
	// Name is what the user calls it: "web-server".
	Name string
	// About says what services are meant.
	About string
	// Needs are the directives of a baseline that are left out, with the reason.
	Needs map[string]string

	Families     []string // address families other than those of the Internet and AF_UNIX
	Calls        []string // groups of system calls that it makes
	Capabilities []string // that it needs over the host
	Devices      []string // that it opens in any case
	Settings     map[string]KindSetting
	Once         bool // it runs and ends
	Daily        bool // it runs every day
	Online       bool // it connects to the outside as soon as it starts
	Listens      bool // on a port below 1024, unless another is given
	State        bool // it is of no use without state
	Writes       bool // where else it writes is not known
}

// A KindSetting is a value with its reason.
type KindSetting struct {
	Value  any
	Reason string
}

// Kinds are the kinds of services that can be generated, in the order in which help
// lists them: those of [Classes], and what no program shows.
func Kinds() []Kind {
	all := []Kind{{Name: "network-client", About: "a daemon that connects to others: tunnel, exporter, updater", Online: true}}
	for i := range classes {
		if k := classes[i].Kind; k != nil {
			one := *k
			one.Needs = classes[i].Needs
			all = append(all, one)
		}
	}
	return append(all, Kind{Name: "oneshot", About: "a script that runs once and exits", Needs: oneshotNeeds, Once: true, Writes: true})
}
