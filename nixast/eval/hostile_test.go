package eval

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

// hostile are expressions that would take forever, or all memory. They must
// end in an unknown value with a reason that has the given words in it.
var hostile = []struct{ name, src, reason string }{
	{"infinite recursion", "let x = x + 1; in x", "infinite recursion"},
	{"mutual recursion", "let a = b; b = c; c = a; in a", "infinite recursion"},
	{"recursive set", "rec { x = y.x; y = { inherit x; }; }.x", "infinite recursion"},
	{"endless calls", "let f = n: f (n + 1); in f 0", "nests deeper"},
	{"endless condition", "let f = n: if n < 0 then 0 else 1 + f (n + 1); in f 0", "nests deeper"},
	{"endless list", "let f = n: [ n ] ++ f (n + 1); in builtins.length (f 0)", "steps"},
	{"endless fix", "let fix = f: let x = f x; in x; in fix (x: x)", "infinite recursion"},
	{"omega", "(x: x x) (x: x x)", "nests deeper"},
	{"functor loop", "let f = { __functor = self: x: self x; }; in f 1", "nests deeper"},
	{"toString loop", "let s = { __toString = self: self; }; in \"${s}\"", "nests deeper"},
	{"outPath loop", "let s = { outPath = s; }; in \"${s}\"", "nests deeper"},
	{"billion elements", "builtins.length (builtins.genList (x: x) 1000000000)", "more than 20000 parts"},
	{"huge range", "builtins.length (lib.range 1 1000000000000)", "more than 20000 parts"},
	{"doubling string", doubling("${", "}", "\"%s%s\""), "steps"},
	{"doubling list", doubling("", "", "(%s ++ %s)"), "parts"},
	{"doubling set names", "let f = n: s: if n == 0 then s else f (n - 1) (s // lib.mapAttrs' (k: v: lib.nameValuePair (k + \"a\") v) s // lib.mapAttrs' (k: v: lib.nameValuePair (k + \"b\") v) s); in builtins.length (builtins.attrNames (f 40 { a = 1; b = 2; }))", "steps"},
	{"exponential let", exponentialLet("(x: x a%d a%d) (p: q: p + q)"), "overflows"},
	{"exponential calls", "let f = n: if n == 0 then 1 else f (n - 1) + f (n - 1); in f 60", "steps"},
	{"exponential conditions", "let f = n: if n == 0 then [ 1 ] else if u.${toString n} then f (n - 1) ++ [ n ] else f (n - 1) ++ f (n - 1); in builtins.length (f 40)", ""},
	{"replace to more", "let r = s: builtins.replaceStrings [ \"a\" ] [ \"aaaaaaaaaaaaaaaa\" ] s; in lib.pipe \"a\" (lib.replicate 20 r)", "steps"},
	{"closure", "builtins.length (builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: [ { key = x.key + 1; } ]; })", ""},
	{"deep list", "lib.flatten (lib.foldl' (acc: x: [ acc ]) [ ] (lib.range 1 50000))", ""},
	{"deep JSON", "builtins.fromJSON (lib.concatStrings (lib.replicate 19000 \"[\"))", "JSON"},
	{"catastrophic pattern", "builtins.match \"((a*)*)*b\" (lib.concatStrings (lib.replicate 5000 \"a\"))", ""},
	{"sort that lies", "builtins.length (builtins.sort (a: b: true) (lib.range 1 19000))", ""},
	{"import of itself", "import ./self.nix", "infinite recursion"},
	{"fold of appends", "builtins.length (builtins.foldl' (acc: x: acc ++ acc) [ 1 ] (lib.range 1 60))", "parts"},
	{"wide product", "builtins.length (lib.cartesianProduct (lib.genAttrs (map toString (lib.range 1 30)) (n: [ 1 2 3 ])))", ""},
	{"unique of many", "builtins.length (lib.unique (lib.range 1 19000))", "steps"},
	{"conditions in conditions", "lib.foldl' (acc: n: if u.${toString n} == acc then acc + 1 else acc - 1) 0 (lib.range 1 3000)", ""},
	{"string of conditions", "lib.foldl' (acc: n: if u.${toString n} then acc + \"a\" else acc + \"b\") \"\" (lib.range 1 3000)", ""},
	{"set of conditions", "(lib.foldl' (acc: n: if u.${toString n} then acc // { a = n; } else { b = acc; } // acc) { } (lib.range 1 500)).a", ""},
	{"self choice", "let x = if u.a then x else x; in x + 1", ""},
	{"self set", "let x = if u.a then x // { a = 1; } else x // { b = 1; }; in x.a", ""},
	{"self list", "let x = if u.a then x ++ [ 1 ] else x ++ [ 2 ]; in builtins.length x", ""},
	{"self string", "let x = if u.a then x + \"1\" else x + \"2\"; in builtins.stringLength x", ""},
	{"recursion over what is not known", "let f = x: if builtins.isString x then f x.up else x; in builtins.attrNames (f u)", "a recursion ends under a condition"},
	{"many withs", strings.Repeat("with u; ", 3000) + "foo", ""},
	{"deep parentheses", strings.Repeat("(", 3000) + "1" + strings.Repeat(")", 3000), ""},
	{"long sum", "1" + strings.Repeat(" + 1", 20000), ""},
	{"long update", "{ }" + strings.Repeat(" // u", 4000), ""},
	{"nested selection", "u" + strings.Repeat(".a or u", 2000), ""},
	{"nested sets", strings.Repeat("{ a = ", 2000) + "1" + strings.Repeat("; }", 2000), ""},
	{"zip", "lib.zipAttrsWith (n: v: v) (lib.replicate 19000 { a = 1; b = 2; })", ""},
}

// doubling is a let of 60 names, each of which is twice the one before.
func doubling(open, shut, format string) string {
	var b strings.Builder
	first := "\"x\""
	if open == "" {
		first = "[ 1 ]"
	}
	fmt.Fprintf(&b, "let a0 = %s;\n", first)
	for i := range 60 {
		prev := fmt.Sprintf("%sa%d%s", open, i, shut)
		fmt.Fprintf(&b, "a%d = "+format+";\n", i+1, prev, prev)
	}
	return b.String() + "in a60"
}

// exponentialLet is a let of 100 names, each of which uses the one before twice.
func exponentialLet(format string) string {
	var b strings.Builder
	b.WriteString("let a0 = 1;\n")
	for i := range 100 {
		fmt.Fprintf(&b, "a%d = "+format+";\n", i+1, i, i)
	}
	return b.String() + "in a100"
}

// selfImporter gives one file for every import.
type selfImporter struct{ file *nixast.File }

func (s *selfImporter) Import(string) (*nixast.File, error) { return s.file, nil }

func TestHostile(t *testing.T) {
	testtool.Long(t)
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			f := nixast.Parse("self.nix", "{ lib, u }: "+h.src, nixast.Options{})
			self := &selfImporter{nixast.Parse("self.nix", h.src, nixast.Options{})}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			ev := New(Options{Importer: self, Limits: Limits{Steps: 200_000, Size: 20_000}, Budget: NewBudget(t.Context(), 0, 64<<20)})
			u := ev.Opaque(Opaque{Label: "u", Reason: "not known"})
			v := ev.Call(ev.File(f), NewAttrs(map[string]*Thunk{"lib": ev.Lib(), "u": u}))
			reason := firstReason(ev, v)
			dump(ev, v, 3)
			ev.Attrs(v)
			ev.List(v)
			ev.String(v)
			ev.Cases(v)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if !strings.Contains(reason, h.reason) {
				t.Errorf("the reason %q does not speak of %q", reason, h.reason)
			}
			t.Logf("%v, %d MiB allocated, %d steps: %s", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, ev.budget.steps, reason)
		})
	}
}

// firstReason is why v is not known, or a part of it.
func firstReason(ev *Evaluator, t *Thunk) string {
	switch v := ev.Force(t).(type) {
	case *Unknown:
		return v.Reason
	case *String:
		if u := firstUnknown(v.Pieces); u != nil {
			return u.Reason
		}
	case *List:
		if u := uncertain(v.Items); u != nil {
			return u.Reason
		}
	case *Choice:
		return firstReason(ev, v.Cases[len(v.Cases)-1].Value)
	}
	return ""
}
