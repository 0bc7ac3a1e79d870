package eval

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

// generator makes random expressions of a type over variables that are not
// known: booleans c1 to c3, an int ui, a string us, a list ul of ints and a
// set ua of ints.
type generator struct {
	*rand.Rand
	vars map[string][]string // by type, the innermost last
}

func newGenerator(seed uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, 1)), map[string][]string{
		"bool": {"c1", "c2", "c3"}, "int": {"ui"}, "string": {"us"}, "list": {"ul"}, "set": {"ua"},
	}}
}

// templates are expressions of a type: @i is an int, @b for a bool,
// @s for a string, @l for a list of ints, @a for a set of ints. x is a
// variable that the template binds: in @I, @B, @S it is an int in scope.
var templates = map[string][]string{
	"int": {
		"0", "1", "2", "7", "(@i + @i)", "(@i - @i)", "(@i * @i)", "(if @b then @i else @i)", "(length @l)", "(@a.a or @i)",
		"(@a.b or @i)", "(let x = @i; in @I)", "((x: @I) @i)", "(({ x, y ? x }: @I + y) { x = @i; })",
		"(foldl' (acc: x: acc + @I) @i @l)", "(head (@l ++ [ @i ]))", "(min @i @i)", "(stringLength @s)",
		"(attrByPath [ \"a\" ] @i @a)", "(with { x = @i; }; @I)", "(rec { x = @i; y = @I; }).y",
		"(count (x: @B) @l)", "(findFirst (x: @B) @i @l)", "(last ([ @i ] ++ @l))", "(if @b then throw \"t\" else @i)",
		"(assert @b; @i)", "(elemAt (@l ++ [ @i @i ]) 1)",
	},
	"bool": {
		"true", "false", "(!@b)", "(@b && @b)", "(@b || @b)", "(@b -> @b)", "(@i < @i)", "(@i == @i)", "(@s == @s)",
		"(@a ? a)", "(@a ? b)", "(elem @i @l)", "(any (x: @B) @l)", "(all (x: @B) @l)", "(@l == @l)", "(@a == @a)",
		"(hasPrefix @s @s)", "(if @b then @b else @b)", "(hasSuffix \"a\" @s)", "(let x = @i; in @B)", "(@i >= @i)",
		"(hasInfix \"a\" @s)", "(isInt (if @b then @i else @s))", "(@i != @i)",
	},
	"string": {
		`"a"`, `"b"`, `"ab"`, `""`, `"${@s}-${@s}"`, "(@s + @s)", "(optionalString @b @s)", "(toString @i)",
		`(concatStringsSep "," (map toString @l))`, "(if @b then @s else @s)", "(removePrefix \"a\" @s)", "(toUpper @s)",
		`(concatStringsSep "+" (optional @b @s ++ [ @s ] ++ optional @b @s))`, "(toJSON @a)", "(substring 0 1 @s)",
		`(replaceStrings [ "a" ] [ "xy" ] @s)`, `(concatStringsSep "." (attrNames @a))`, "(let x = @i; in @S)",
		`(concatStringsSep "/" (optional @b @s ++ optional @b @s ++ optional @b @s))`, "(boolToString @b)",
		"(removeSuffix \"b\" @s)", "(toString [ @i @s @b ])", "(head (splitString \"-\" @s))", "(trim @s)",
	},
	"list": {
		"[ ]", "[ @i ]", "[ @i @i ]", "(@l ++ @l)", "(optional @b @i)", "(optionals @b @l)", "(map (x: @I) @l)",
		"(filter (x: @B) @l)", "(genList (x: @I) 3)", "(unique @l)", "(concatMap (x: [ @I @I ]) @l)", "(attrValues @a)",
		"(if @b then @l else @l)", "(mapAttrsToList (n: x: @I) @a)", "(reverseList @l)", "(tail ([ @i ] ++ @l))",
		"(partition (x: @B) @l).right", "(remove @i @l)", "(concatMap (x: optional @B @I) @l)", "(sort lessThan @l)",
		"(subtractLists @l @l)", "(take 2 @l)", "(drop 1 @l)", "(imap0 (y: x: @I + y) @l)", "(flatten [ @l [ @i ] ])",
		"(partition (x: @B) @l).wrong", "(catAttrs \"a\" [ @a @a ])", "(range 1 3)", "(init (@l ++ [ @i ]))",
		"(map (x: x.value) (attrsToList @a))", "(foldr (x: acc: acc ++ [ @I ]) [ ] @l)",
	},
	"set": {
		"{ }", "{ a = @i; }", "{ a = @i; b = @i; }", "{ ${@s} = @i; }", "(@a // @a)", "(optionalAttrs @b @a)",
		"(mapAttrs (n: x: @I) @a)", "(filterAttrs (n: x: @B) @a)", "(removeAttrs @a [ \"a\" ])", "(if @b then @a else @a)",
		"(genAttrs [ \"a\" @s ] (n: @i))", "(recursiveUpdate @a @a)", "(intersectAttrs @a @a)", "(removeAttrs @a [ @s ])",
		"(listToAttrs [ { name = @s; value = @i; } { name = @s; value = @i; } ])", "(rec { x = @i; a = @I; })",
		"(mapAttrs' (n: x: nameValuePair (n + @s) @I) @a)", "(mergeAttrsList [ @a @a ])", "(@a // { a = @i; })",
		"(listToAttrs (map (x: nameValuePair \"k${toString x}\" @I) @l))", "(let x = @i; in { a = @I; inherit x; })",
		"(concatMapAttrs (n: x: { ${n} = @I; b = @I; }) @a)", "(removeAttrs @a (attrNames @a))", "{ \"a${@s}\" = @i; b = 3; }",
		"(listToAttrs (mapAttrsToList nameValuePair @a))", "(removeAttrs @a (optional @b \"b\"))",
		"(foldl' (acc: x: acc // optionalAttrs @B { a = @I; }) @a @l)", "(mkIf @b { a = @i; }).content",
		"(filterAttrs (n: x: n != \"a\") @a)", "(zipAttrsWith (n: vs: head vs) [ @a @a ])",
	},
}

var typeOfHole = map[byte]string{'i': "int", 'b': "bool", 's': "string", 'l': "list", 'a': "set"}

func (g *generator) expr(typ string, depth int) string {
	if depth <= 0 || g.IntN(6) == 0 {
		if vs := g.vars[typ]; g.IntN(3) > 0 {
			return vs[g.IntN(len(vs))]
		}
		if depth <= 0 {
			return map[string]string{"int": "3", "bool": "true", "string": `"a"`, "list": "[ 1 ]", "set": "{ a = 1; }"}[typ]
		}
	}
	ts := templates[typ]
	t := ts[g.IntN(len(ts))]
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] != '@' {
			b.WriteByte(t[i])
			continue
		}
		i++
		hole := typeOfHole[t[i]|0x20]
		if t[i] < 'a' {
			g.vars["int"] = append(g.vars["int"], "x", "x", "x")
			b.WriteString(g.expr(hole, depth-1))
			g.vars["int"] = g.vars["int"][:len(g.vars["int"])-3]
		} else {
			b.WriteString(g.expr(hole, depth-1))
		}
	}
	return b.String()
}

// program is a function of the variables.
func (g *generator) program() string {
	types := []string{"int", "bool", "string", "list", "set"}
	return params + g.expr(types[g.IntN(len(types))], 3+g.IntN(3))
}

const params = "{ lib, c1, c2, c3, ui, us, ul, ua }: with builtins; with lib; "

// world gives the variables their values, as Nix source.
type world map[string]string

func (g *generator) world() world {
	pick := func(xs ...string) string { return xs[g.IntN(len(xs))] }
	return world{
		"c1": pick("true", "false"), "c2": pick("true", "false"), "c3": pick("true", "false"),
		"ui": pick("0", "1", "5"), "us": pick(`""`, `"a"`, `"b"`, `"ab"`, `"a-b"`),
		"ul": pick("[ ]", "[ 1 ]", "[ 2 1 2 ]", "[ 5 0 ]"), "ua": pick("{ }", "{ a = 1; }", "{ b = 5; z = 2; }"),
	}
}

func (w world) attrs(lib string) string {
	s := "{ lib = " + lib + "; "
	for _, name := range []string{"c1", "c2", "c3", "ui", "us", "ul", "ua"} {
		s += name + " = " + w[name] + "; "
	}
	return s + "}"
}

var (
	seeds     = flag.Int("seeds", 1500, "how many random expressions to try")
	firstSeed = flag.Uint64("first", 0, "the seed of the first random expression")
)

// TestRandomAgainstNix evaluates random expressions in a world where all is
// known, and compares with the values of Nix.
func TestRandomAgainstNix(t *testing.T) {
	testtool.Need(t, "nix-instantiate")
	lib := testtool.Given(t, "WARDNIX_NIXPKGS_LIB")
	ev := New(Options{})
	var sources []string
	var values []*Thunk
	for seed := range uint64(*seeds / 3) {
		g := newGenerator(seed)
		program, world := g.program(), g.world().attrs("lib")
		fn := ev.File(nixast.Parse("random.nix", program, nixast.Options{}))
		args := ev.Call(ev.File(nixast.Parse("world.nix", "lib: "+world, nixast.Options{})), ev.Lib())
		v := ev.Call(fn, args)
		if !strings.Contains(dump(ev, v, 9), "!(") {
			sources, values = append(sources, "(("+program+") "+world+")"), append(values, v)
		}
	}
	results := nixBatch(t, lib, sources)
	equal, partly := 0, 0
	for i, want := range results {
		if want == nil {
			continue // it fails in Nix, deep inside
		}
		c := comparison{ev: ev}
		if diff := c.compare("", values[i], *want); diff != "" {
			t.Errorf("%s\n%s", diff, sources[i])
		} else if c.unknown > 0 {
			partly++
		} else {
			equal++
		}
	}
	t.Logf("%d expressions: %d equal, %d with unknown parts, the others fail in Nix", len(sources), equal, partly)
}

// nixBatch evaluates expressions in as few runs of Nix as failures allow; nil
// for those that fail.
func nixBatch(t *testing.T, lib string, sources []string) []*any {
	if len(sources) == 0 {
		return nil
	}
	out, err := tryNix("let lib = import " + lib + "/lib; in [ " + strings.Join(sources, "\n") + " ]")
	if err == nil {
		values := decode(t, out).([]any)
		results := make([]*any, len(values))
		for i := range values {
			results[i] = &values[i]
		}
		return results
	}
	if len(sources) == 1 {
		return []*any{nil}
	}
	half := len(sources) / 2
	return append(nixBatch(t, lib, sources[:half]), nixBatch(t, lib, sources[half:])...)
}

// TestUnknownCoversEverything evaluates random expressions twice: with
// variables that are not known, and in a world where they are. What is said
// without knowing must hold in the world.
func TestUnknownCoversEverything(t *testing.T) {
	testtool.Long(t)
	known, parts := 0, 0
	for seed := *firstSeed; seed < *firstSeed+uint64(*seeds); seed++ {
		g := newGenerator(seed)
		src := g.program()
		ev := New(Options{})
		f := nixast.Parse("random.nix", src, nixast.Options{})
		args := map[string]*Thunk{"lib": ev.Lib()}
		for _, name := range []string{"c1", "c2", "c3", "ui", "us", "ul", "ua"} {
			args[name] = ev.Opaque(Opaque{Label: name, Reason: "not known"})
		}
		abstract := ev.Call(ev.File(f), NewAttrs(args))
		for range 4 {
			w := g.world()
			wf := nixast.Parse("world.nix", "lib: "+w.attrs("lib"), nixast.Options{})
			concrete := ev.Call(ev.File(f), ev.Call(ev.File(wf), ev.Lib()))
			if strings.Contains(dump(ev, concrete, 9), "!(") {
				continue // it fails in this world, here or further in
			}
			c := covering{ev: ev, world: w}
			if diff := c.compare(abstract, concrete); diff != "" {
				t.Fatalf("seed %d: %s\n%s\nin the world %v\nis said to be %s\nand is %s",
					seed, diff, src, w, dump(ev, abstract, 8), dump(ev, concrete, 8))
			}
			parts++
			if !c.wild {
				known++
			}
		}
	}
	t.Logf("%d comparisons, of which %d were decided as a whole by c1 to c3", parts, known)
}

// covering checks that one value holds what another is, in a world.
type covering struct {
	ev    *Evaluator
	world world
	wild  bool // something was not known
}

// holds reports whether a condition holds in the world.
func (c *covering) holds(cond *Cond) Truth {
	if cond == nil {
		return Yes
	}
	switch cond.Op {
	case Not:
		return -c.holds(cond.Args[0])
	case And:
		return min(c.holds(cond.Args[0]), c.holds(cond.Args[1]))
	case Or:
		return max(c.holds(cond.Args[0]), c.holds(cond.Args[1]))
	}
	switch c.world[cond.Why.Label] {
	case "true":
		return Yes
	case "false":
		return No
	}
	return Maybe
}

// oneOf compares with the cases that may apply.
func (c *covering) oneOf(cases []Case, want *Thunk) string {
	diff := "no case applies"
	for _, k := range cases {
		t := c.holds(k.When)
		if t == No {
			continue
		}
		if t == Maybe {
			c.wild = true
		}
		if diff = c.compare(k.Value, want); diff == "" || t == Yes {
			return diff
		}
	}
	return diff
}

func (c *covering) compare(got, want *Thunk) string {
	g, w := c.ev.Force(got), c.ev.Force(want)
	if u, ok := w.(*Unknown); ok {
		if u.Failure == NoFailure {
			c.wild = true
		}
		return "" // where evaluation fails, anything may be said
	}
	if _, ok := w.(*Choice); ok {
		c.wild = true
		return "" // not followed even in the world
	}
	switch g := g.(type) {
	case *Unknown:
		if g.Failure != NoFailure {
			return "is said to fail: " + g.Reason
		}
		c.wild = true
		return ""
	case *Choice:
		// The world's value may itself rest on assumptions, never on conditions.
		return c.oneOf(c.ev.Cases(got), want)
	case *String:
		return c.text(g, w)
	case *List:
		return c.list(g, w)
	case *Attrs:
		return c.attrs(g, w)
	}
	if typeOf(g) != typeOf(w) || dump(c.ev, got, 1) != dump(c.ev, want, 1) {
		return fmt.Sprintf("%s instead of %s", dump(c.ev, got, 4), dump(c.ev, want, 4))
	}
	return ""
}

func (c *covering) text(g *String, w Value) string {
	s, ok := w.(*String)
	if !ok {
		return "a string instead of " + article(typeOf(w))
	}
	want, ok := s.Text()
	if !ok {
		return ""
	}
	var ps []Piece
	for _, p := range g.Pieces {
		switch c.holds(p.When) {
		case Maybe:
			ps = append(ps, p)
		case Yes:
			p.When = nil
			ps = append(ps, p)
		}
	}
	here := &String{Pieces: joined(nil, ps...)}
	if _, whole := here.Text(); !whole {
		c.wild = true
	}
	if !here.matches(want) {
		return fmt.Sprintf("%q instead of %q", here.Pattern(), want)
	}
	return ""
}

func (c *covering) list(g *List, w Value) string {
	l, ok := w.(*List)
	if !ok {
		return "a list instead of " + article(typeOf(w))
	}
	if !certainItems(l.Items) {
		c.wild = true
		return "" // not followed even in the world
	}
	var items []Item
	for _, it := range g.Items {
		t := c.holds(it.When)
		if it.Many || t == Maybe {
			c.wild = true
			return "" // how many there are is open
		}
		if t == Yes {
			items = append(items, it)
		}
	}
	if len(items) != len(l.Items) {
		return fmt.Sprintf("%d elements instead of %d", len(items), len(l.Items))
	}
	for i, it := range items {
		if diff := c.compare(it.Value, l.Items[i].Value); diff != "" {
			return diff
		}
	}
	return ""
}

func (c *covering) attrs(g *Attrs, w Value) string {
	set, ok := w.(*Attrs)
	if !ok {
		return "a set instead of " + article(typeOf(w))
	}
	names := []string{"a", "b", "x", "z", "k1"}
	for _, s := range []*Attrs{g, set} {
		for _, x := range s.All() {
			names = append(names, x.Name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if diff := c.attr(g.Lookup(name), set.Lookup(name)); diff != "" {
			return name + ": " + diff
		}
	}
	return ""
}

func (c *covering) attr(g, w Attr) string {
	there := len(w.Defs) > 0
	diff := "is said to be missing"
	for _, d := range g.Defs {
		t := c.holds(d.When)
		if t == Yes && (d.Open != nil || d.Name != nil) {
			t = Maybe
		}
		switch {
		case t == No:
			continue
		case t == Yes && !there:
			return "is said to be there"
		case t == Maybe:
			c.wild = true
		}
		if there {
			if diff = c.compare(d.Value, c.ev.Value(w)); diff == "" || t == Yes {
				return diff
			}
		}
	}
	if !there {
		return ""
	}
	return diff
}
