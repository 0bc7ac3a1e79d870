package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast"
)

func TestUsage(t *testing.T) {
	uses := map[string]int{}
	countIn(nixast.Parse("a.nix", `{ lib, ... }:
let inherit (lib) mapAttrs; inherit (lib.strings) toUpper; in {
  a = lib.mapAttrs (_: lib.strings.toUpper) { };
  b = builtins.readFile ./b + builtins.readFile ./c;
  c = lib.own.mk 1 + lib.own.mk 2 + lib."quoted" + lib.types.str + lib.types.str + lib.once;
}`, nixast.Options{}), uses)
	want := map[string]int{
		"lib.mapAttrs": 2, "lib.strings.toUpper": 2, "builtins.readFile": 2, "lib.own.mk": 2, "lib.types.str": 2, "lib.once": 1, "lib.strings": 1,
	}
	if diff := cmp.Diff(want, uses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var out strings.Builder
	report(&out, uses)
	table := "3 of 4 names that are used at least twice are evaluated.\n\n| name | uses |\n|---|---|\n| `lib.own.mk` | 2 |\n"
	if diff := cmp.Diff(table, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
