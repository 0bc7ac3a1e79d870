package eval

import "testing"

// The attributes of lib, of its namespaces and of builtins are found by their order. A name
// that is there twice would have two meanings.
func TestNamesAreInOrder(t *testing.T) {
	ev := New(Options{Release: "25.11"})
	lib := ev.Attrs(ev.Lib())
	sets := map[string]*Attrs{"lib": lib, "builtins": ev.Attrs(lexical("builtins", ev.base))}
	for _, name := range []string{"attrsets", "lists", "strings", "trivial", "generators"} {
		sets["lib."+name] = ev.Attrs(ev.Value(lib.Lookup(name)))
	}
	for name, set := range sets {
		if len(set.attrs) == 0 {
			t.Errorf("%s is empty", name)
		}
		for i, a := range set.attrs {
			if len(a.Defs) != 1 || a.Defs[0].Value == nil {
				t.Errorf("%s.%s has no value", name, a.Name)
			}
			if i > 0 && set.attrs[i-1].Name >= a.Name {
				t.Errorf("%s: %s comes after %s", name, a.Name, set.attrs[i-1].Name)
			}
		}
	}
	if _, found := lib.find("toINI"); found {
		t.Error("lib.toINI is in lib.generators only")
	}
}
