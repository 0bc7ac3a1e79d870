package eval

import (
	"testing"

	"wardnix/nixast"
)

// FuzzEval evaluates anything: it must come back, within its limits.
func FuzzEval(f *testing.F) {
	for i, h := range hostile {
		if testing.Short() && i%3 != 0 {
			continue
		}
		f.Add("{ lib, u }: " + h.src)
	}
	for seed := range uint64(40) {
		f.Add(newGenerator(seed).program())
	}
	f.Add(`{ lib, config, pkgs, ... }: { a.${config.x} = with lib; mkIf config.y "${pkgs.z}/${./a}"; }`)
	f.Fuzz(func(t *testing.T, src string) {
		file := nixast.Parse("dir/fuzz.nix", src, nixast.Options{PipeOperators: true})
		limits := Limits{Steps: 20_000, Size: 2_000, Depth: 500}
		ev := New(Options{Importer: &selfImporter{file}, Limits: limits, Budget: NewBudget(t.Context(), 100_000, 32<<20)})
		v := ev.File(file)
		if fn, ok := ev.Force(v).(*Function); ok {
			args := map[string]*Thunk{"lib": ev.Lib(), "pkgs": ev.Pkgs()}
			names, _ := fn.Formals()
			for _, name := range names {
				if args[name] == nil {
					args[name] = ev.Opaque(Opaque{Label: name, Reason: "not known"})
				}
			}
			v = ev.Call(v, NewAttrs(args))
		}
		dump(ev, v, 4)
		ev.Attrs(v)
		ev.List(v)
		ev.String(v)
		ev.Cases(v)
		ev.Truth(v)
		for n := range file.Root().Descendants() {
			ev.Force(ev.At(n))
		}
	})
}
