package workspace

import (
	"strings"
	"testing"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast/testtool"
)

// Nix reads a change of what findings name, and nothing else.
func TestVerify(t *testing.T) {
	testtool.Long(t)
	testtool.Need(t, nixParse)
	const unit = "{ lib, config, ... }: let zone = 1; able = 2; in { systemd.services.a = { serviceConfig = { User = config.x; A = able; B = zone; }; }; }"
	swap := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(unit) }
	for _, c := range []struct{ about, old, new, says string }{
		{about: "a directive", new: swap("User =", "UMask = \"0077\"; User =")},
		{about: "two, and a comment", new: swap("User =", "UMask = \"0077\"; # c\n ProtectHome = true; User =")},
		{about: "a set for them", old: "{ a = { }; }", new: "{ a = { serviceConfig = { UMask = 1; ProtectHome = true; }; }; }"},
		{about: "a dotted path", old: "{ a = { b = 1; }; }", new: "{ a.b = 1; a.serviceConfig.UMask = 1; }"},
		{about: "its value", old: "{ a.UMask = 1; }", new: "{ a.UMask = lib.mkForce 2; }", says: "does not take the fixed text"},
		{about: "its value", old: "{ lib }: { a.UMask = 1; }", new: "{ lib }: { a.UMask = lib.mkForce 2; }"},
		{about: "inside a call", old: "x: x.f (x.a // { UMask = 1; })", new: "x: x.f (x.a // { UMask = 2; })"},
		{about: "in a list", old: "x: x.f [ { a = 1; } { UMask = 1; } ]", new: "x: x.f [ { a = 1; } { UMask = 2; } ]"},
		{about: "an order", old: "x: let zone = 1; able = 2; in { inherit zone able; UMask = 1; }", new: "x: let able = 2; zone = 1; in { UMask = 1; inherit able; inherit zone; }"},
		{about: "formals", old: "{ b, a ? 1 }: a", new: "{ a ? 1, b }: a"},
		{about: "another directive", new: swap("A = able", "A = zone"), says: "systemd.services.a.serviceConfig.A,"},
		{about: "another by the way", new: swap("User = config.x", "UMask = 1"), says: "serviceConfig.User,"},
		{about: "a set with others", old: "{ a = { }; }", new: "{ a = { serviceConfig = { UMask = 1; Else = true; }; }; }", says: "a.serviceConfig.Else,"},
		{about: "an empty set", new: swap("A = able;", "C = { };  A = able;"), says: "serviceConfig.C,"},
		{about: "a let", new: swap("able = 2", "able = 3"), says: "change of able,"},
		{about: "what is returned", old: "x: y: x", new: "x: y: y", says: "the whole"},
		{about: "an operator", old: "x: y: x // y", new: "x: y: x ++ y", says: "the whole"},
		{about: "a formal", new: swap("config, ...", "config, z, ..."), says: "the whole"},
		{about: "a recursive set", old: "{ a = { b = 1; }; }", new: "{ a = rec { b = 1; }; }", says: "change of a,"},
		{about: "a default", old: "x: { y = x.a or 1; }", new: "x: { y = x.a or 2; }", says: "change of y,"},
		{about: "an inherit", old: "x: { a = { inherit (x) y; }; }", new: "x: { a = { inherit (x.z) y; }; }", says: "change of a.y,"},
		{about: "broken before", old: "{ a = ; }", new: "{ a = 1; }", says: "as it is"},
		{about: "broken", old: "{ a = 1; }", new: "{ a = 1 }", says: "does not take the fixed text"},
	} {
		old := c.old
		if old == "" {
			old = unit
		}
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			err := verify(lint.Change{File: &nixos.File{Name: "a.nix"}, Old: old, New: c.new}, map[string]bool{"UMask": true, "ProtectHome": true})
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("the error is %v, which does not say %q", err, c.says)
			}
		})
	}
}
