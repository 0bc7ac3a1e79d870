package eval

// All are the attributes that are named, by name. An attribute may be there
// under conditions only: see [Attr.Certain].
func (a *Attrs) All() []Attr { return a.attrs }

// InOrder are the attributes that are named, in the order of the source:
// by file name and position of their first definition.
func (a *Attrs) InOrder() []Attr { panic("being written") }

// Rest are the attributes besides All that may be there: see [Def.Open] and
// [Def.Name]. It is empty if the set is known to have no others.
func (a *Attrs) Rest() []Def { return a.rest }

// Lookup is the attribute of that name, Rest considered; without Defs if it
// is certainly not there.
func (a *Attrs) Lookup(name string) Attr { panic("being written") }

// Certain reports whether the attribute is there under all conditions.
func (a Attr) Certain() bool {
	if len(a.Defs) == 0 {
		return false
	}
	last := a.Defs[len(a.Defs)-1]
	return last.When == nil && last.Open == nil && last.Name == nil
}

// Text is the string as far as it is known; false if a part of it is not, or
// depends on a condition.
func (s *String) Text() (string, bool) { panic("being written") }

// Pattern is the string to be read by a person: what is not known is written
// as "${label}".
func (s *String) Pattern() string { panic("being written") }

// Text is the path as in [Path.Source]; false if a part of it is not known.
func (p *Path) Text() (string, bool) { panic("being written") }

// Formals are the names of the arguments that the function takes from a set,
// and whether it is such a function. See [Function.Lambda] for the rest.
func (f *Function) Formals() (names []string, ok bool) { panic("being written") }
