package rules_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/nixos"
	"wardnix/nixast/testtool"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// TestFixesEvaluate lints and fixes the modules of a tree of nixpkgs as one
// project, lets Nix evaluate systems that use them before and after, and asks that
// the units change as the fixes promised and in nothing else.
//
// The tree is the small one in testdata, and then those that WARDNIX_NIXPKGS
// names, separated by colons: checkouts of nixpkgs that the Nix at hand can
// evaluate. They take half an hour each (-timeout 3h).
func TestFixesEvaluate(t *testing.T) {
	testtool.Long(t)
	testtool.Need(t, "nix-instantiate")
	for _, tree := range append([]string{"testdata/tree"}, filepath.SplitList(os.Getenv("WARDNIX_NIXPKGS"))...) {
		version, err := os.ReadFile(filepath.Join(tree, ".version"))
		if err != nil {
			t.Fatal(err)
		}
		release, err := nixos.ParseRelease(strings.TrimSpace(string(version)))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(tree)+" "+release.String(), func(t *testing.T) {
			e := newEvaluation(t, copyTree(t, tree), release)
			e.compare()
		})
	}
}

// TestFixesOfConfigurationsEvaluate does so with modules of configurations, which
// WARDNIX_CONFIGURATIONS names. Each module that is changed is evaluated as a part
// of a system of the first tree that WARDNIX_NIXPKGS names, where it needs nothing
// else of its configuration.
func TestFixesOfConfigurationsEvaluate(t *testing.T) {
	trees := filepath.SplitList(testtool.Given(t, "WARDNIX_NIXPKGS"))
	configurations := filepath.SplitList(testtool.Given(t, "WARDNIX_CONFIGURATIONS"))
	for _, dir := range configurations {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			copied, err := filepath.EvalSymlinks(t.TempDir())
			if err == nil {
				err = os.CopyFS(copied, os.DirFS(dir))
			}
			if err != nil {
				t.Fatal(err)
			}
			e := newEvaluation(t, trees[0], nixos.Release{})
			e.project, e.foreign = copied, true
			e.compare()
		})
	}
}

// copyTree is a tree whose modules are copies and all else links.
func copyTree(t *testing.T, tree string) string {
	t.Helper()
	tree, err := filepath.Abs(tree)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	link := func(below, but string) {
		if err := os.MkdirAll(filepath.Join(dir, below), 0o755); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(tree, below))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() == but {
				continue
			}
			name := filepath.Join(below, e.Name())
			if err := os.Symlink(filepath.Join(tree, name), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	link("", "nixos")
	link("nixos", "modules")
	if err := os.CopyFS(filepath.Join(dir, "nixos/modules"), os.DirFS(filepath.Join(tree, "nixos/modules"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// evaluation is a tree, the modules that are fixed, and their values in Nix.
type evaluation struct {
	*testing.T
	tree, state string
	project     string // the directory of the modules
	foreign     bool   // they are none of the tree
	release     nixos.Release
	systems     []*evaluated
}

// newEvaluation is one of the modules of a tree.
func newEvaluation(t *testing.T, tree string, release nixos.Release) *evaluation {
	return &evaluation{T: t, tree: tree, state: t.TempDir(), project: filepath.Join(tree, "nixos/modules"), release: release}
}

// A repair is a way to fix: with the fixes of which baselines, up to which one.
type repair struct {
	baseline string // besides the default ones
	upTo     lint.Applicability
}

var repairs = []repair{{"", lint.Safe}, {"", lint.Unsafe}, {"strict", lint.Unsafe}}

func (r repair) String() string { return strings.TrimSpace(r.baseline + " " + r.upTo.String()) }

// do fixes all that a run of wardnix would.
func (r repair) do(t *testing.T, p *nixos.Project) *lint.Result {
	t.Helper()
	var named []string
	if r.baseline != "" {
		named = []string{r.baseline}
	}
	baselines, err := profile.Baselines(nil, named)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := lint.SelectRules(rules.All(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	result := linttest.Repair(t, &lint.Linter{Rules: chosen, Baselines: baselines}, p, r.upTo)
	for _, b := range result.Bugs {
		t.Errorf("%s: %s: a fix was dropped: %v", r, b.Finding.Rule.ID, b.Err)
	}
	return result
}

// compare fixes the modules in every way.
func (e *evaluation) compare() {
	before := e.load()
	fixed := make([]*lint.Result, len(repairs))
	changed := map[string]bool{}
	for i, r := range repairs {
		fixed[i] = r.do(e.T, before)
		for _, c := range fixed[i].Changes {
			changed[filepath.Join(e.project, c.File.Name)] = true
		}
	}
	e.evaluateAll(slices.Sorted(maps.Keys(changed)))
	for i, r := range repairs {
		e.write(before, fixed[i])
		e.parse(fixed[i])
		if again := r.do(e.T, e.load()); len(again.Changes) > 0 {
			e.Errorf("%s: fixing again changes %s", r, again.Changes[0].File.Name)
		}
		c := newComparison(before, fixed[i].Project)
		c.parts = e.foreign
		e.evaluateAgain(c.system)
		for _, problem := range c.problems {
			e.Errorf("%s: %s", r, problem)
		}
		e.Logf("%s: %d fixes in %d files; %s", r, len(fixed[i].Fixed), len(fixed[i].Changes), c)
	}
}

func (e *evaluation) load() *nixos.Project {
	e.Helper()
	p, err := nixos.Load(context.Background(), nixos.Options{Dir: e.project, Release: e.release}, ".")
	if err != nil {
		e.Fatal(err)
	}
	return p
}

// write puts the modules on the disk as they were or as the fixes made them.
func (e *evaluation) write(before *nixos.Project, r *lint.Result) {
	e.Helper()
	changed := map[string]string{}
	for _, c := range r.Changes {
		changed[c.File.Name] = c.New
	}
	for _, f := range before.Files() {
		text, ok := changed[f.Name]
		if !ok && f.Tree != nil {
			text, ok = f.Tree.Src, true
		}
		if !ok {
			continue
		}
		if err := os.WriteFile(filepath.Join(e.project, f.Name), []byte(text), 0o644); err != nil {
			e.Fatal(err)
		}
	}
}

// parse asks that Nix can read what the fixes made.
func (e *evaluation) parse(r *lint.Result) {
	for changes := range slices.Chunk(r.Changes, 100) {
		cmd := exec.Command("nix-instantiate", "--parse")
		for _, c := range changes {
			cmd.Args = append(cmd.Args, c.File.Name)
		}
		cmd.Dir = e.project
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			e.Errorf("a fixed file does not parse: %s", stderr.String())
		}
	}
}

// texts are the texts of units by name, nil where Nix fails.
type texts map[string]*string

// evaluated is a system in which some of what modules define is switched on.
type evaluated struct {
	how    string
	on     []place
	skip   []string         // units at which Nix gives up
	before map[string]texts // by scope
}

// place is where the options of a service are, and the file that declares them; the
// file alone if there are none.
type place struct {
	On   []string
	File string
}

func (p place) String() string {
	if p.On == nil {
		return p.File
	}
	return strings.Join(p.On, ".")
}

// perSystem is the number of places that are switched on at a time.
const perSystem = 40

// evaluateAll finds systems that can be evaluated, and as many as it can of what
// the files define.
func (e *evaluation) evaluateAll(files []string) {
	e.Helper()
	var places []place
	if e.foreign {
		for _, f := range files {
			places = append(places, place{File: f})
			if text, err := os.ReadFile(f); err == nil && strings.Contains(string(text), "mkEnableOption") {
				more, _ := e.switches(f) // none if it does not evaluate
				places = append(places, more...)
			}
		}
	} else {
		var err error
		if places, err = e.switches(files...); err != nil {
			e.Fatal(err)
		}
	}
	refused := map[string]string{}
	todo := places
	for _, how := range []string{"instances", "required", "only"} {
		again := e.switchOn(how, todo)
		todo = slices.DeleteFunc(slices.Clone(todo), func(p place) bool { return again[p.String()] == "" || p.On == nil })
		for _, p := range places {
			if why := again[p.String()]; why != "" {
				refused[p.String()] = why
			}
		}
	}
	good := map[string]bool{}
	of := map[string]bool{}
	for _, s := range e.systems {
		for _, p := range s.on {
			good[p.String()], of[p.File] = true, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		if good[name] {
			continue
		}
		e.Logf("%s does not evaluate: %s", name, refused[name])
	}
	e.Logf("%d files changed; of %d things to switch on %d evaluate, in %d systems, from %d files",
		len(files), len(places), len(good), len(e.systems), len(of))
}

// switches are what can be switched on of what the files declare.
func (e *evaluation) switches(files ...string) ([]place, error) {
	args := []string{"-A", "switches", "--argstr", "files", toJSON(files)}
	if e.foreign {
		args = append(args, "--argstr", "imports", toJSON(files))
	}
	out, err := e.nix(args...)
	if err != nil {
		return nil, err
	}
	var places []place
	return places, json.Unmarshal(out, &places)
}

// switchOn makes systems of places. It returns those that do not evaluate, and why.
func (e *evaluation) switchOn(how string, places []place) map[string]string {
	refused := map[string]string{}
	var mu sync.Mutex
	var try func(on []place)
	try = func(on []place) {
		s := &evaluated{how: how, on: on}
		for len(s.on) > 0 {
			var err error
			if s.before, err = e.units(s); err == nil {
				mu.Lock()
				e.systems = append(e.systems, s)
				mu.Unlock()
				return
			}
			if m := failing.FindStringSubmatch(err.Error()); m != nil && !slices.Contains(s.skip, m[1]) {
				s.skip = append(s.skip, m[1])
				continue
			}
			i := culprit(s.on, err.Error())
			if i < 0 {
				half := len(s.on) / 2
				try(s.on[:half])
				s.on = s.on[half:]
				continue
			}
			mu.Lock()
			refused[s.on[i].String()] = reason(err)
			mu.Unlock()
			s.on = slices.Concat(s.on[:i], s.on[i+1:])
		}
	}
	parallel(slices.Collect(slices.Chunk(places, perSystem)), try)
	return refused
}

// failing finds the unit whose text Nix is at when it gives up.
var failing = regexp.MustCompile("option `systemd\\.(?:user\\.)?units\\.\"?([^\"`']+)\"?\\.text'")

// culprit is the place that Nix speaks of first where systems do not evaluate; -1
// if it speaks of none.
func culprit(on []place, message string) int {
	if len(on) == 1 {
		return 0
	}
	found, first := -1, len(message)
	for i, p := range on {
		for _, mark := range []string{p.File + ":", "`" + p.String() + "."} {
			if at := strings.Index(message, mark); at >= 0 && at < first {
				found, first = i, at
			}
		}
	}
	return found
}

// reason is the first line that says what is wrong.
func reason(err error) string {
	for line := range strings.Lines(err.Error()) {
		if _, after, ok := strings.Cut(line, "error: "); ok {
			return strings.TrimSpace(after)
		}
	}
	return err.Error()
}

// evaluateAgain evaluates the same systems with the modules as they are now.
func (e *evaluation) evaluateAgain(each func(before, after map[string]texts)) {
	var mu sync.Mutex
	parallel(e.systems, func(s *evaluated) {
		after, err := e.units(s)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			e.Errorf("%s does not evaluate any more: %s", s.on, reason(err))
			return
		}
		each(s.before, after)
	})
}

func (e *evaluation) units(s *evaluated) (map[string]texts, error) {
	on, imports := [][]string{}, []string{}
	for _, p := range s.on {
		if p.On != nil {
			on = append(on, p.On)
		}
		if e.foreign && !slices.Contains(imports, p.File) {
			imports = append(imports, p.File)
		}
	}
	out, err := e.nix("-A", "units", "--show-trace", "--argstr", "how", s.how, "--argstr", "skip", toJSON(append([]string{}, s.skip...)), "--argstr", "on", toJSON(on), "--argstr", "imports", toJSON(imports))
	if err != nil {
		return nil, err
	}
	var units map[string]texts
	return units, json.Unmarshal(out, &units)
}

func (e *evaluation) nix(args ...string) ([]byte, error) {
	cmd := exec.Command("nix-instantiate", append([]string{"--eval", "--strict", "--json", "testdata/systems.nix",
		"--arg", "tree", e.tree}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+e.state, "NIX_REMOTE=",
		"NIX_STATE_DIR="+e.state+"/state", "NIX_STORE_DIR="+e.state+"/store", "NIX_LOG_DIR="+e.state+"/log")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, stderr.String())
	}
	return out, err
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// parallel does the same with all, two at a time: each takes two gigabytes.
func parallel[T any](all []T, do func(T)) {
	work := make(chan T)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for one := range work {
				do(one)
			}
		})
	}
	for _, one := range all {
		work <- one
	}
	close(work)
	wg.Wait()
}
