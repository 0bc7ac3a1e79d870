package value

import "wardnix/lint/systemd/directive"

// DescribeValues says in a few words what the values of a directive are in version v: "a
// boolean".
func DescribeValues(d *directive.Directive, v directive.Version) string {
	return kinds[d.KindIn(v)].words
}

// Offers are the words that a directive takes in version v: all values of an enum, or
// what a list may hold. There are none for a kind without an end of values.
func Offers(d *directive.Directive, v directive.Version) []string {
	offers := kinds[d.KindIn(v)].offers
	if offers == nil {
		return nil
	}
	return offers(d, v)
}

func offerEnum(d *directive.Directive, v directive.Version) []string {
	e := d.Enum()
	if e == nil {
		return nil
	}
	return e.Names(v)
}

func offerGroups(_ *directive.Directive, v directive.Version) []string {
	var names []string
	for _, g := range directive.SyscallGroups(v) {
		names = append(names, g, "~"+g)
	}
	return names
}

func offerCapabilities(_ *directive.Directive, v directive.Version) []string {
	return CapabilityNames(FullCapabilities(v) & AllCapabilities)
}

func offerFamilies(*directive.Directive, directive.Version) []string {
	names := []string{"none"}
	for _, f := range directive.Families() {
		if f.Alias == "" {
			names = append(names, f.Name)
		}
	}
	return names
}

func offerNamespaces(*directive.Directive, directive.Version) []string {
	var names []string
	for _, n := range directive.Namespaces() {
		names = append(names, n.Name)
	}
	return names
}

func offerArchitectures(*directive.Directive, directive.Version) []string { return architectures }

func offerWords(words ...string) func(*directive.Directive, directive.Version) []string {
	return func(*directive.Directive, directive.Version) []string { return words }
}
