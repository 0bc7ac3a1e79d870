package nixos

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
)

// vanishing is a file system from which a file goes between the listing of its
// directory and the reading.
type vanishing struct {
	all  fs.FS
	name string
}

func (v vanishing) Open(name string) (fs.File, error) {
	if name == v.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return v.all.Open(name)
}

// A file that is gone when it is read is reported once, and the others are read.
func TestVanishedFile(t *testing.T) {
	unit := &fstest.MapFile{Data: []byte(`{ systemd.services.a.script = "x"; }`)}
	fsys := vanishing{fstest.MapFS{"p/flake.nix": {Data: []byte("{ }")}, "p/a.nix": unit, "p/b.nix": unit}, "p/b.nix"}
	p, err := Load(t.Context(), Options{FS: fsys, Dir: "/p"}, ".")
	if err != nil {
		t.Fatal(err)
	}
	problems := p.Problems()
	if len(problems) != 1 || problems[0].Name != "b.nix" || !errors.Is(problems[0].Err, fs.ErrNotExist) {
		t.Errorf("the problems are %v", problems)
	}
	if f := p.File("a.nix"); f == nil || f.Tree == nil {
		t.Error("a.nix was not read")
	}
}
