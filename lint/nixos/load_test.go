package nixos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// project loads the files of an archive from memory.
func project(t testing.TB, archive *txtar.Archive, opts Options, paths ...string) *Project {
	t.Helper()
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	opts.FS = files
	p, err := Load(context.Background(), opts, paths...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fileList lists the files of a project; those that were not asked for in
// parentheses.
func fileList(p *Project) []string {
	var names []string
	for _, f := range p.Files() {
		switch {
		case f.Err != nil:
			names = append(names, f.Name+": "+f.Err.Error())
		case f.Reported:
			names = append(names, f.Name)
		default:
			names = append(names, "("+f.Name+")")
		}
	}
	return names
}

func TestLoad(t *testing.T) {
	archive := txtar.Parse([]byte(`
-- repo/flake.nix --
{ }
-- repo/.gitignore --
/private.nix
generated/
-- repo/a.nix --
{ }
-- repo/private.nix --
{ }
-- repo/generated/x.nix --
{ }
-- repo/notes.txt --
-- repo/sub/.gitignore --
*.nix
!keep.nix
-- repo/sub/keep.nix --
{ }
-- repo/sub/wardnix.toml --
-- settings/wardnix.toml --
-- settings/d.nix --
{ }
-- settings/sub/e.nix --
{ }
-- repo/sub/drop.nix --
{ }
-- repo/.git/config.nix --
{ }
-- other/b.nix --
{ }
-- other/deep/c.nix --
{ }
-- empty/readme.md --
`))
	tests := []struct {
		name     string
		dir      string
		paths    []string
		want     []string
		problems []string
	}{
		{
			name: "the directory is the default", dir: "repo",
			want: []string{"a.nix", "flake.nix", "sub/keep.nix"},
		},
		{
			name: "a file brings its project along as context", dir: "repo", paths: []string{"a.nix"},
			want: []string{"a.nix", "(flake.nix)", "(sub/keep.nix)"},
		},
		{
			name: "names are relative to the base directory", dir: "repo/sub", paths: []string{"../a.nix"},
			want: []string{"../a.nix", "(../flake.nix)", "(keep.nix)"},
		},
		{
			name: "a file that is named is read though it is ignored", dir: "repo", paths: []string{"private.nix"},
			want: []string{"(a.nix)", "(flake.nix)", "private.nix", "(sub/keep.nix)"},
		},
		{
			name: "settings of a directory make it no project of its own", dir: "repo/sub", paths: []string{"keep.nix"},
			want: []string{"(../a.nix)", "(../flake.nix)", "keep.nix"},
		},
		{
			name: "without a flake or a repository they do", dir: "settings/sub", paths: []string{"e.nix"},
			want: []string{"(../d.nix)", "e.nix"},
		},
		{
			name: "without a marker, a file stands alone", paths: []string{"other/b.nix"},
			want: []string{"other/b.nix"},
		},
		{
			name: "without a marker, a directory is read as a whole", paths: []string{"other"},
			want: []string{"other/b.nix", "other/deep/c.nix"},
		},
		{
			name: "two projects at once", paths: []string{"other/b.nix", "repo/sub"},
			want: []string{"other/b.nix", "(repo/a.nix)", "(repo/flake.nix)", "repo/sub/keep.nix"},
		},
		{
			name: "what is missing is told, and the rest is read", paths: []string{"nothing.nix", "other/b.nix", "empty"},
			want:     []string{"other/b.nix"},
			problems: []string{"empty: no Nix files in this directory", "nothing.nix: file does not exist"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := project(t, archive, Options{Dir: tt.dir}, tt.paths...)
			if diff := cmp.Diff(tt.want, fileList(p)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			var problems []string
			for _, problem := range p.Problems() {
				problems = append(problems, problem.Name+": "+problem.Err.Error())
			}
			if diff := cmp.Diff(tt.problems, problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// A project with very many files that were not asked for is a package
// collection, of which only what is imported is read.
func TestLoadCollection(t *testing.T) {
	archive := &txtar.Archive{Files: []txtar.File{
		{Name: ".git/HEAD"},
		{Name: "modules/a.nix", Data: []byte("import ../lib/x.nix")},
		{Name: "lib/x.nix", Data: []byte("1")},
	}}
	for i := range 20 {
		archive.Files = append(archive.Files, txtar.File{Name: fmt.Sprintf("pkgs/p%d.nix", i), Data: []byte("1")})
	}
	p := project(t, archive, Options{MaxContext: 10}, "modules")
	if diff := cmp.Diff([]string{"modules/a.nix"}, fileList(p)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if f := p.File("lib/x.nix"); f == nil || f.Reported || f.Tree == nil {
		t.Errorf("lib/x.nix is not found when it is asked for: %v", f)
	}
	if f := p.File("../outside.nix"); f != nil {
		t.Errorf("a file outside is found: %v", f)
	}
}

// A checkout of nixpkgs is known without looking at its directories.
func TestLoadNixpkgs(t *testing.T) {
	archive := txtar.Parse([]byte(`-- flake.nix --
{ }
-- nixos/modules/module-list.nix --
[ ./a.nix ]
-- nixos/modules/a.nix --
{ systemd.services.a.script = import ../lib/text.nix; }
-- nixos/modules/b.nix --
{ }
-- nixos/lib/text.nix --
"x"
`))
	p := project(t, archive, Options{}, "nixos/modules/a.nix")
	if diff := cmp.Diff([]string{"nixos/modules/a.nix"}, fileList(p)); diff != "" {
		t.Errorf("files before the hosts are evaluated (-want +got):\n%s", diff)
	}
	p.Hosts()
	want := []string{"(flake.nix)", "(nixos/lib/text.nix)", "nixos/modules/a.nix"}
	if diff := cmp.Diff(want, fileList(p)); diff != "" {
		t.Errorf("files after (-want +got):\n%s", diff)
	}
}

func TestOverlay(t *testing.T) {
	archive := txtar.Parse([]byte("-- .git/HEAD --\n-- a.nix --\n1\n"))
	p := project(t, archive, Options{Overlay: map[string]string{"a.nix": "2", "new.nix": "3"}}, "a.nix", "new.nix")
	for name, want := range map[string]string{"a.nix": "2", "new.nix": "3"} {
		if got := p.File(name).Tree.Src; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	q := p.With(map[string]string{"a.nix": "4"})
	if got := q.File("a.nix").Tree.Src; got != "4" || !q.File("a.nix").Reported {
		t.Errorf("a.nix is %q after With", got)
	}
	if got := p.File("a.nix").Tree.Src; got != "2" {
		t.Errorf("With changed the project itself: %q", got)
	}
	if p.File("new.nix") != q.File("new.nix") {
		t.Error("With did not share a file that is the same")
	}
}

// TestLoadDisk tries what an fs.FS in memory cannot have.
func TestLoadDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("outside.nix", "1")
	write("repo/.git/HEAD", "")
	write("repo/a.nix", "{ }")
	write("repo/binary.nix", "\x00\x01")
	write("repo/crypt.nix", "\x00GITCRYPT\x00")
	write("repo/large.nix", strings.Repeat("#", 1000))
	write("repo/sub/b.nix", "{ }")
	link("..", "repo/sub/loop")
	link("../outside.nix", "repo/escape.nix")
	link("nothing.nix", "repo/dangling.nix")
	link("a.nix", "repo/link.nix")

	p, err := Load(context.Background(), Options{Dir: filepath.Join(dir, "repo"), MaxFileSize: 500})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a.nix", "binary.nix: " + errBinary.Error(), "crypt.nix: " + ErrEncrypted.Error(), "large.nix: file is too large: the limit is 500 bytes", "sub/b.nix"}
	if diff := cmp.Diff(want, fileList(p)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, name := range []string{"escape.nix", "../outside.nix", "sub/loop/../../../outside.nix"} {
		if f := p.File(name); f != nil {
			t.Errorf("%s is read: %v", name, f)
		}
	}
	if f := p.File("sub/loop/a.nix"); f == nil || f.Tree == nil {
		t.Error("a link inside the project is not followed")
	}

	p, err = Load(context.Background(), Options{Dir: dir}, "repo/escape.nix")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Problems()) != 1 {
		t.Errorf("a link that leaves the project is no problem: %v", p.Problems())
	}
}

// A .gitignore that is not read is a problem, since what it excludes is read.
func TestLargeIgnore(t *testing.T) {
	p := loadTexts(t, map[string]string{
		".gitignore":   strings.Repeat("# a comment\n", maxIgnore/12+1),
		"b/.gitignore": "c.nix\n",
		"a.nix":        "{ }",
		"b/c.nix":      "{ }",
		"b/d.nix":      "{ }",
	}, Options{})
	var problems []string
	for _, x := range p.Problems() {
		problems = append(problems, x.Name+": "+x.Err.Error())
	}
	if diff := cmp.Diff([]string{".gitignore: file is too large: the limit is 1 MiB"}, problems); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a.nix", "b/d.nix"}, fileList(p)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLoadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Load(ctx, Options{FS: fstest.MapFS{"a.nix": {Data: []byte("1")}}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestNamesHaveNoDetours(t *testing.T) {
	p := &Project{base: "/a/b/c"}
	for name, want := range map[string]string{
		"x.nix":                "x.nix",
		"./d/../x.nix":         "x.nix",
		"..x/y.nix":            "..x/y.nix",
		"..":                   "..",
		"../x.nix":             "../x.nix",
		"../c":                 ".",
		"../c/x.nix":           "x.nix",
		"../cc/x.nix":          "../cc/x.nix",
		"../../b/x.nix":        "../x.nix",
		"../../b/c/x.nix":      "x.nix",
		"../../c/x.nix":        "../../c/x.nix",
		"../../../../../x.nix": "../../../x.nix",
		"../../../a/b/c/x.nix": "x.nix",
	} {
		if got := p.clean(name); got != want {
			t.Errorf("clean(%q) = %q, want %q", name, got, want)
		}
	}
}
