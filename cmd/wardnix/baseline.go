package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
)

// baselineVerb keeps the file of known findings.
type baselineVerb struct {
	file      string
	force     bool
	baselines []string
	project   projectFlags
}

func (*baselineVerb) about() about {
	return about{name: "baseline", args: "create|check|prune", line: "keep a list of findings to live with for now, so that lint tells only new ones", text: `
The list is of the whole project that the working directory lies in. It knows findings by file, unit
or option, and rule, and not by line; and how exposed each unit is. It is no hardening baseline: those
say what is asked of units, and lint --baseline chooses them.

  create  write down what is found now
  check   exit with 1 when something new is found, something known is gone,
          or a unit is more exposed than it was
  prune   strike what is gone, and note units that are less exposed now`}
}

func (v *baselineVerb) flags(fs *pflag.FlagSet) {
	fs.StringVar(&v.file, "file", "", "the `FILE` that holds the list; else wardnix-baseline.json in the project's folder")
	fs.BoolVar(&v.force, "force", false, "with create: replace a list that is there")
	fs.StringSliceVar(&v.baselines, "baseline", nil, "the hardening `BASELINE` to compare with, as in lint")
	v.project.flags(fs)
}

func (v *baselineVerb) run(c *Command, args []string) int {
	if len(args) != 1 {
		return c.fail("baseline takes one of create, check and prune; see wardnix baseline --help")
	}
	do := map[string]func(*knownState) int{"create": v.create, "check": v.checkKnown, "prune": v.prune}[args[0]]
	if do == nil {
		return c.fail("baseline takes create, check or prune, not %q", args[0])
	}
	state, err := v.look(c)
	if err != nil {
		return c.fail("baseline: %v", err)
	}
	if state.problems != exitClean {
		return c.fail("baseline: nothing is kept of a project that cannot be read in full")
	}
	return do(state)
}

// knownState is the project as it is, and the file as it is.
type knownState struct {
	*workspace
	file     string // absolute
	found    []lint.Finding
	exposure map[string]map[string]string
	problems int
}

// look lints and scores the whole project.
func (v *baselineVerb) look(c *Command) (*knownState, error) {
	s, err := v.openRoot(c)
	if err != nil {
		return nil, err
	}
	state := &knownState{workspace: s}
	state.problems = c.tellProblems(s.project, report.Style{Color: c.colors("auto", c.Stderr)})
	state.found = s.linter().Run(s.project).Findings
	var units []scored
	for _, h := range s.project.Hosts() {
		for _, u := range h.Units {
			if a, err := security.Assess(u.Whole(), h.Version()); err == nil && scorable(u) {
				units = append(units, scored{name: u.Name, key: keyOf(u), now: a})
			}
		}
	}
	state.exposure = exposures(units)
	state.file = s.abs(v.file)
	if v.file == "" {
		state.file = filepath.Join(filepath.FromSlash(s.root()), knownName)
	}
	return state, nil
}

// openRoot loads the whole project around the working directory.
func (v *baselineVerb) openRoot(c *Command) (*workspace, error) {
	paths := []string(nil)
	for {
		s, err := v.project.open(c, config.Flags{Baseline: v.baselines}, paths)
		if err == nil {
			err = s.load(nil, paths)
		}
		if err != nil {
			return nil, err
		}
		root := s.root()
		if root == "" || root == s.finder.Base || paths != nil {
			return s, nil
		}
		paths = []string{root}
	}
}

// root is the folder of the first project of the workspace.
func (s *workspace) root() string {
	for _, f := range s.project.Files() {
		if f.Asked {
			if root := s.project.Root(f); root != "" {
				return root
			}
		}
	}
	return s.finder.Base
}

func (v *baselineVerb) create(s *knownState) int {
	if _, err := os.Lstat(s.file); err == nil && !v.force {
		return s.c.fail("baseline: %v", s.named(s.file, fmt.Errorf("is there already; prune it, or replace it with --force")))
	}
	k := &lint.Known{Exposure: s.exposure}
	k.Learn(s.project, s.found)
	return s.save(k, fmt.Sprintf("%s known from now on", count(len(s.found), "finding")))
}

func (s *knownState) save(k *lint.Known, what string) int {
	if err := writeNew(s.file, k.Text()); err != nil {
		return s.c.fail("baseline: not written: %v", s.named(s.file, err))
	}
	fmt.Fprintln(s.c.Stdout, s.shown()+": "+what)
	return exitClean
}

func (s *knownState) shown() string {
	if rel, err := filepath.Rel(filepath.FromSlash(s.finder.Base), s.file); err == nil {
		return filepath.ToSlash(rel)
	}
	return s.file
}

func (v *baselineVerb) checkKnown(s *knownState) int {
	k, err := readKnown(s.file)
	if err != nil {
		return s.c.fail("baseline: %v", s.named(s.file, err))
	}
	fresh, _, gone := k.Split(s.project, s.found)
	for _, f := range fresh {
		p := f.File.Position(f.Span.Start)
		fmt.Fprintf(s.c.Stdout, "new: %s:%d:%d: %s %s\n", f.File.Name, p.Line, p.Column, f.Rule.ID, f.Message)
	}
	worse := worseUnits(k, s.exposure)
	tell(s.c.Stdout, "gone: ", gone.Lines())
	tell(s.c.Stdout, "", worse)
	if len(fresh)+len(gone.Lines())+len(worse) > 0 {
		return exitFindings
	}
	fmt.Fprintln(s.c.Stdout, s.shown()+": as it is")
	return exitClean
}

func tell(w io.Writer, label string, lines []string) {
	for _, l := range lines {
		fmt.Fprintln(w, label+l)
	}
}

func (v *baselineVerb) prune(s *knownState) int {
	k, err := readKnown(s.file)
	if err != nil {
		return s.c.fail("baseline: %v", s.named(s.file, err))
	}
	_, known, gone := k.Split(s.project, s.found)
	left := &lint.Known{Exposure: tightened(k.Exposure, s.exposure)}
	left.Learn(s.project, known)
	tell(s.c.Stdout, "gone: ", gone.Lines())
	return s.save(left, count(len(known), "known finding")+" left")
}

// tightened are the lower ones of the exposures that were and that are, of the
// units that are still there and of those that are new.
func tightened(was, is map[string]map[string]string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for host, units := range is {
		out[host] = map[string]string{}
		for unit, now := range units {
			if old := was[host][unit]; old != "" && exposure(old) < exposure(now) {
				now = old
			}
			out[host][unit] = now
		}
	}
	return out
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
