package lint

import (
	"context"
	"testing"
	"testing/fstest"

	"wardnix/lint/nixos"
)

// Options without an end, as a function makes them that calls itself for every
// attribute of a set that is not known, have one here.
func TestMeaningEnds(t *testing.T) {
	src := `{ lib, callTest, ... }:
let
  walk = tree:
    if tree ? recurse && tree.recurse then
      lib.mapAttrs (_: walk) (removeAttrs tree [ "recurse" ])
    else
      callTest tree;
in
{
  systemd = walk (import ./lib.nix { }).config.result;
}
`
	project, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{}, Overlay: map[string]string{"a.nix": src}}, "a.nix")
	if err != nil {
		t.Fatal(err)
	}
	for s := range meaningOf(project) {
		if n := len(s.Key); n > 100 {
			t.Errorf("%s is looked into", s.Key)
		}
	}
}
