package nixos

import (
	_ "embed"
	"sync"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

//go:embed foreign.nix
var foreignSource string

// foreignTree is foreign.nix, parsed once for all evaluators.
var foreignTree = sync.OnceValue(func() *nixast.File { return nixast.Parse("foreign.nix", foreignSource, nixast.Options{}) })

// foreign are the functions of an input that foreign.nix has.
func (fl *flake) foreign(input string) *eval.Attrs {
	perSystem := fl.ev.NewOpenAttrs(map[string]*eval.Thunk{"pkgs": fl.ev.Pkgs(), "lib": fl.ev.Lib()},
		fl.ev.Opaque(eval.Opaque{Label: "perSystem", Reason: "what perSystem makes is not evaluated"}))
	args := eval.NewAttrs(map[string]*eval.Thunk{"lib": fl.ev.Lib(), "perSystem": perSystem})
	return fl.ev.Attrs(fl.ev.Select(fl.ev.Call(fl.ev.File(foreignTree()), args), input))
}

// libOf is the attribute lib of an input, whose functions are known as far as foreign.nix
// has them.
func (fl *flake) libOf(input string) *eval.Thunk {
	var known *eval.Attrs
	return fl.ev.Opaque(eval.Opaque{
		Label: "inputs." + input + ".lib", Reason: "`inputs." + input + "` is not in this project",
		Attr: func(name string) *eval.Thunk {
			if known == nil {
				known = fl.foreign(input)
			}
			if a := known.Lookup(name); certain(a) {
				return fl.ev.Value(a)
			}
			return nil
		},
	})
}
