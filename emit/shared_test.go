package emit

import (
	"strings"
	"testing"

	"wardnix/nixast"
)

// TestShared asks about the set that holds the attribute called here.
func TestShared(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      string // part of the reason; "" if the set has no other users
	}{
		{"plain set", `{ here = 1; }`, ""},
		{"module", `{ lib, ... }: { here = 1; }`, ""},
		{"module behind let and with", `{ lib, ... }: let a = 1; in with lib; { here = 1; }`, ""},
		{"overlay", `final: prev: { here = 1; }`, ""},
		{"let, not read", `let a = { here = 1; }; in { }`, ""},
		{"let, read once", `let a = { here = 1; }; in { b = a; }`, ""},
		{"let, read twice", `let a = { here = 1; }; in { b = a; c = a; }`, "a has other users"},
		{"let, second reader shadowed", `let a = { here = 1; }; in { b = a; c = a: a; }`, ""},
		{"let, inherited and read", `let a = { here = 1; }; in { inherit a; b = a; }`, "a has other users"},
		{"let, one part read", `let a.b = { here = 1; }; in { c = a.b; d = a.x; }`, "a has other users"},
		{"let, reader read twice", `let a = { here = 1; }; b = a; in { c = b; d = b; }`, "b has other users"},
		{"let in a circle", `let a = { here = b; }; b = a; in { }`, "too far away"},
		{"rec, not read", `rec { a = { here = 1; }; }`, ""},
		{"rec, read", `rec { a = { here = 1; }; b = a; }`, "a has other users"},
		{"function called once", `let f = x: { here = 1; }; in { a = f 1; }`, ""},
		{"function called once, in a function", `let f = x: { here = 1; }; in { a = map (y: f y) z; }`, "more than once"},
		{"function called twice", `let f = x: { here = 1; }; in { a = f 1; b = f 2; }`, "f has other users"},
		{"function handed over", `let f = x: { here = 1; }; in { a = map f y; }`, "more than once"},
		{"function of two arguments", `let f = x: y: { here = 1; }; in { a = f 1 2; }`, ""},
		{"function as argument", `{ a = map (x: { here = 1; }) y; }`, "more than once"},
		{"function called where it is", `{ a = (x: { here = 1; }) 1; }`, ""},
		{"function as attribute", `{ f = x: { here = 1; }; }`, "the function f"},
		{"module as attribute", `{ nixosModules.a = { lib, ... }: { here = 1; }; }`, ""},
		{"module in a list", `{ imports = [ ({ lib, ... }: { here = 1; }) ]; }`, ""},
		{"function in a list", `{ a = [ (x: { here = 1; }) ]; }`, "more than once"},
		{"argument of a call", `{ a = lib.mkIf b { here = 1; }; }`, ""},
		{"default of a formal", `{ a ? { here = 1; } }: { }`, ""},
	} {
		f := parseClean(t, c.src)
		found := false
		for n := range f.Root().Descendants() {
			if b, ok := n.AsBinding(); !ok || b.Path().Text() != "here" {
				continue
			}
			found = true
			err := Shared(n.Parent())
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if !found {
			t.Errorf("%s: nothing is called here", c.name)
		}
	}
}

func TestCommentsKept(t *testing.T) {
	parse := func(src string) *nixast.File { return nixast.Parse("", src, nixast.Options{}) }
	before := parse("# a\n{ /* b\n  c */ }\n# a\n")
	for src, want := range map[string]string{
		"# a\n{ /* b\n  c */ }\n# a\n":          "",
		"# a\n{ /* b\n      c */ x = 1; }\n# a": "",
		"# a\n# new\n{ /* b\n  c */ }\n# a\n":   "",
		"# a\n{ /* b\n  c */ }\n":               `"# a"`,
		"# a\n{ /* b */ }\n# a\n":               `"/* b…"`,
		"# a\n# a\n{ /* b\n  c */ }\n":          `"# a"`,
		"{ }":                                   `"# a"`,
	} {
		err := CommentsKept(before, parse(src))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", src, err)
		}
	}
}

// TestBrokenFile: nothing is edited in a file with a syntax error.
func TestBrokenFile(t *testing.T) {
	f := nixast.Parse("", "{ a = { b = 1; }; c = ; }", nixast.Options{})
	e := New(f)
	for n := range f.Root().Descendants() {
		for name, change := range changes {
			if !suits(name, n) {
				continue
			}
			if edits, err := change(e, n); err == nil || edits != nil {
				t.Errorf("%s on %q gives %v, %v", name, n.Text(), edits, err)
			}
		}
	}
}

// TestOtherFile: a node of another file is refused.
func TestOtherFile(t *testing.T) {
	e, other := New(parseClean(t, "{ a = 1; }")), parseClean(t, "{ b.c = [ 1 ]; b.d = { e = 1; }; }")
	for n := range other.Root().Descendants() {
		for name, change := range changes {
			if suits(name, n) {
				if _, err := change(e, n); err == nil {
					t.Errorf("%s on %q is done", name, n.Text())
				}
			}
		}
	}
}
