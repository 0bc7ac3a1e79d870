package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast/testtool"
)

// TestTable compares the table of the package with what WARDNIX_NIXPKGS, checkouts of
// NixOS 20.09 and 26.11 separated by a colon, have.
func TestTable(t *testing.T) {
	trees := filepath.SplitList(testtool.Given(t, "WARDNIX_NIXPKGS"))
	testtool.Need(t, "nix-instantiate")
	if len(trees) != 2 {
		t.Skip("WARDNIX_NIXPKGS does not name two checkouts, of NixOS 20.09 and 26.11")
	}
	want, err := os.ReadFile("../../options.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := run([]string{"20.09=" + trees[0], "26.11=" + trees[1]}, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("options.tsv is not what the trees have (-want +got):\n%s", diff)
	}
}
