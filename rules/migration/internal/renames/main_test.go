package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

func TestChangesIn(t *testing.T) {
	src := `{ lib, ... }:
let old = name: lib.mkRenamedOptionModule [ "services" "a" name ] [ "services" "a" "settings" name ]; in
{
  imports = [
    (lib.mkRemovedOptionModule [ "systemd" "x" ] "Gone. Use y.")
    (lib.mkAliasOptionModule [ "a" ] [ "b" ])
    (lib.mkChangedOptionModule [ "boot" "c" ] [ "boot" "d" ] (config: 1))
    (lib.mkMergedOptionModule [ [ "boot" "e" ] [ "boot" "f" ] ] [ "boot" "g" ] (config: 1))
    (lib.mkRenamedOptionModuleWith { sinceRelease = 2505; from = [ "boot" "h" ]; to = [ "boot" "i" ]; })
    ./other.nix
  ] ++ map old [ "b" "c" ];
}
`
	want := []change{
		{kind: "Removed", old: "systemd.x", message: "Gone"},
		{kind: "Changed", old: "boot.c", new: "boot.d"},
		{kind: "Merged", old: "boot.e", new: "boot.g"},
		{kind: "Merged", old: "boot.f", new: "boot.g"},
		{kind: "Renamed", old: "boot.h", new: "boot.i", since: "25.05"},
		{kind: "Renamed", old: "services.a.b", new: "services.a.settings.b"},
		{kind: "Renamed", old: "services.a.c", new: "services.a.settings.c"},
	}
	got := changesIn(nixast.Parse("a.nix", src, nixast.Options{}))
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(change{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTable compares the table of the rules with what WARDNIX_NIXPKGS, checkouts of NixOS
// 20.09 and 26.11 separated by a colon, have.
func TestTable(t *testing.T) {
	trees := filepath.SplitList(testtool.Given(t, "WARDNIX_NIXPKGS"))
	if len(trees) != 2 {
		t.Skip("WARDNIX_NIXPKGS does not name two checkouts, of NixOS 20.09 and 26.11")
	}
	want, err := os.ReadFile("../../options.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := write(&got, trees); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("options.tsv is not what the trees have (-want +got):\n%s", diff)
	}
}
