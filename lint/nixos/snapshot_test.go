package nixos

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var editCount = flag.Int("edits", 0, "how many random edits TestSnapshots makes in each project; 0: few")

// sources are projects by name, as the texts of their files by name: those in
// testdata, and those in the directories of WARDNIX_PROJECTS.
func sources(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	cases, err := filepath.Glob("testdata/units/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no test cases", err)
	}
	for _, name := range cases {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		for _, f := range archive.Files {
			if f.Name != "want" {
				texts[f.Name] = string(f.Data)
			}
		}
		all[strings.TrimSuffix(filepath.Base(name), ".txtar")] = texts
	}
	for _, dir := range filepath.SplitList(os.Getenv("WARDNIX_PROJECTS")) {
		texts := map[string]string{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() && (path.Ext(name) == ".nix" || path.Ext(name) == ".lock" || path.Base(name) == ".gitignore") {
				text, err := os.ReadFile(filepath.Join(dir, name))
				texts[name] = string(text)
				return err
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(dir)] = texts
	}
	return all
}

func loadTexts(t *testing.T, texts map[string]string, opts Options) *Project {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range texts {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	opts.FS = files
	p, err := Load(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// An editor changes the texts of a project at random, as people do and as they do not.
type editor struct {
	*rand.Rand
	texts map[string]string
}

func (e *editor) name() string {
	names := slices.Sorted(maps.Keys(e.texts))
	return names[e.IntN(len(names))]
}

// step is one edit of p; the texts are those of the result.
func (e *editor) step(p *Project) (*Project, string) {
	name := e.name()
	switch e.IntN(10) {
	case 0:
		to := path.Join(path.Dir(e.name()), fmt.Sprintf("new%d.nix", e.IntN(4)))
		e.texts[to] = e.texts[name]
		return p.With(map[string]string{to: e.texts[name]}), "copy " + name + " to " + to
	case 1:
		text := "/" + name + "\n"
		if e.IntN(2) == 0 {
			text = "new*\n"
		}
		at := path.Join(path.Dir(name), ".gitignore")
		e.texts[at] = text
		return p.With(map[string]string{at: text}), "ignore in " + at
	}
	e.texts[name] = e.edited(e.texts[name])
	return p.With(map[string]string{name: e.texts[name]}), "edit " + name
}

// edited is a text with a part of it gone, doubled, or replaced by one of another file.
func (e *editor) edited(text string) string {
	from := e.IntN(len(text) + 1)
	to := min(from+1+e.IntN(40), len(text))
	with := ""
	switch e.IntN(4) {
	case 0:
		with = strings.Repeat(text[from:to], 2)
	case 1:
		other := e.texts[e.name()]
		start := e.IntN(len(other) + 1)
		with = other[start:min(start+e.IntN(60), len(other))]
	case 2:
		with = [...]string{"x", "true", "\"", "{", "}", ";", "./new1.nix", "services", "\n", "#"}[e.IntN(10)]
	}
	return text[:from] + with + text[to:]
}

// After any edits a project is what it would be if it were read anew.
func TestSnapshots(t *testing.T) {
	edits := *editCount
	if edits == 0 && testing.Short() {
		edits = 6
	} else if edits == 0 {
		edits = 150
	}
	for name, texts := range sources(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := maps.Clone(texts)
			p := loadTexts(t, texts, Options{})
			e := &editor{Rand: rand.New(rand.NewPCG(1, 2)), texts: maps.Clone(texts)}
			for i := range edits {
				if e.IntN(40) == 0 { // or the edits leave nothing
					p, e.texts = loadTexts(t, first, Options{}), maps.Clone(first)
				}
				if i%3 == 0 { // a state that is given up
					p.With(map[string]string{e.name(): ""}).Supersede()
				}
				next, what := e.step(p)
				if i%2 == 0 {
					next.Supersede()
				}
				fresh := loadTexts(t, e.texts, Options{})
				if diff := cmp.Diff(fileList(fresh), withoutLate(next)); diff != "" {
					t.Fatalf("edit %d, %s: the files (-fresh +shared):\n%s", i, what, diff)
				}
				if e.IntN(4) > 0 { // else two edits come together
					if diff := cmp.Diff(strings.Split(describe(fresh), "\n"), strings.Split(describe(next), "\n")); diff != "" {
						t.Fatalf("edit %d, %s: the units (-fresh +shared):\n%s", i, what, diff)
					}
				}
				p = next
			}
		})
	}
}

// After an edit that changes no meaning, a project of which only the units of the edited
// file are evaluated again is as one that is evaluated as a whole.
func TestPatched(t *testing.T) {
	taken := 0
	for name, texts := range sources(t) {
		p := loadTexts(t, texts, Options{})
		before := map[*Option]bool{}
		for _, h := range p.Hosts() {
			for _, u := range h.Units {
				before[u.opt] = true
			}
		}
		for edited := range texts {
			if path.Ext(edited) != ".nix" {
				continue
			}
			contents := map[string]string{edited: "# edited\n" + texts[edited]}
			patched := p.Patched(contents, func(u *Unit) bool {
				return slices.ContainsFunc(u.Files(), func(f *File) bool { return f.Name == edited })
			})
			if diff := cmp.Diff(describe(loadTexts(t, texts, Options{}).With(contents)), describe(patched)); diff != "" {
				t.Errorf("%s, after an edit of %s (-whole +patched):\n%s", name, edited, diff)
			}
			for _, h := range patched.Hosts() {
				for _, u := range h.Units {
					if before[u.opt] {
						taken++
					}
				}
			}
		}
	}
	if taken == 0 {
		t.Error("no unit was taken over")
	}
}

// withoutLate are the files of a project but those that an import led to.
func withoutLate(p *Project) []string {
	q := &Project{files: maps.Clone(p.files)}
	maps.DeleteFunc(q.files, func(_ string, f *File) bool { return f != nil && f.late })
	return fileList(q)
}

// Hosts and units that a change does not concern are the same objects as before.
func TestSharedHosts(t *testing.T) {
	texts := map[string]string{
		"flake.nix": `{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" ] (n:
			nixpkgs.lib.nixosSystem { modules = [ ./${n}.nix ./common.nix ]; }); }; }`,
		"a.nix":      `{ systemd.services.a.script = "x"; }`,
		"b.nix":      `{ systemd.services.b.script = "x"; }`,
		"common.nix": `{ systemd.services.c.script = "x"; }`,
		"other.nix":  `{ systemd.services.d.script = "x"; }`,
	}
	for _, tt := range []struct {
		edit   string
		shared []bool // of a, of b and of the rest
	}{
		{"a.nix", []bool{false, true, true}},
		{"common.nix", []bool{false, false, true}},
		{"other.nix", []bool{true, true, false}},
		{"flake.nix", []bool{false, false, false}}, // which may say what release it is
		{"new.nix", []bool{true, true, false}},
		{"flake.lock", []bool{false, false, false}},
		{"README.md", []bool{true, true, true}},
	} {
		p := loadTexts(t, texts, Options{})
		before := p.Hosts()
		after := p.With(map[string]string{tt.edit: strings.Replace(texts[tt.edit], `"x"`, `"y"`, 1) + " "}).Hosts()
		var shared []bool
		for i := range before {
			shared = append(shared, before[i] == after[i] && slices.Equal(before[i].Units, after[i].Units))
		}
		if diff := cmp.Diff(tt.shared, shared); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.edit, diff)
		}
	}
}

// The same comes out however many hosts are evaluated at a time.
func TestWorkers(t *testing.T) {
	for name, texts := range sources(t) {
		t.Run(name, func(t *testing.T) {
			want := describe(loadTexts(t, texts, Options{Workers: 1}))
			for _, workers := range []int{2, 16} {
				got := describe(loadTexts(t, texts, Options{Workers: workers}))
				if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
					t.Errorf("%d workers (-one +%d):\n%s", workers, workers, diff)
				}
			}
		})
	}
}

// The same comes out in how many shares ever modules are evaluated.
func TestShares(t *testing.T) {
	defer func(n int) { filesOfShare = n }(filesOfShare)
	for name, texts := range sources(t) {
		t.Run(name, func(t *testing.T) {
			filesOfShare = 1 << 30
			want := describe(loadTexts(t, texts, Options{}))
			filesOfShare = 1
			got := describe(loadTexts(t, texts, Options{}))
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("(-whole +shares):\n%s", diff)
			}
		})
	}
}

// Files that are let go define no units: with all of them read, the same comes out.
func TestLetGo(t *testing.T) {
	defer func(n int) { manyFiles = n }(manyFiles)
	manyFiles = 0
	for name, texts := range sources(t) {
		t.Run(name, func(t *testing.T) {
			whole := describe(loadTexts(t, texts, Options{Overlay: texts})) // what is given is kept
			got := describe(loadTexts(t, texts, Options{}))
			if diff := cmp.Diff(strings.Split(whole, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("(-whole +got):\n%s", diff)
			}
		})
	}
}
