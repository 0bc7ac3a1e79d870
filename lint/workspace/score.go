package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"wardnix/lint"
	"wardnix/lint/files"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
	"wardnix/lint/unitfiles"
)

// unitKey is what a unit of a project is known by.
type unitKey struct{ host, scope, name string }

func keyOf(u *nixos.Unit) unitKey { return unitKey{u.Host.Name, u.Scope.String(), u.Name} }

// scorable reports whether a unit has an exposure: it is a service that is not
// masked.
func scorable(u *nixos.Unit) bool { return u.Type() == "service" && u.Enabled() >= 0 && !u.Pattern }

// asked reports whether a file that was requested has a part in the unit.
func asked(u *nixos.Unit) bool {
	return slices.ContainsFunc(u.Files(), func(f *nixos.File) bool { return f.Reported })
}

// An assessor assesses units, each once for all states of a project that share it. Units of
// one text, as hosts and states have them, have one assessment.
type assessor struct {
	detailed bool // whether assessments have rows

	mu     sync.Mutex
	known  map[*nixos.Identity]assessed
	ofText map[string]assessment
}

// assessment is what is known of the text of a unit; the error is why systemd would not load it.
type assessment struct {
	*security.Assessment
	err error
}

// assessed is what is known of a unit.
type assessed struct {
	scorable, asked bool
	assessment      // none if it is not scorable
}

func newAssessor(detailed bool) *assessor {
	return &assessor{detailed: detailed, known: map[*nixos.Identity]assessed{}, ofText: map[string]assessment{}}
}

// of is what is known of a unit.
func (k *assessor) of(u *nixos.Unit) assessed {
	k.mu.Lock()
	a, known := k.known[u.Identity()]
	k.mu.Unlock()
	if !known {
		if a = (assessed{scorable: scorable(u), asked: asked(u)}); a.scorable {
			a.assessment = k.assess(u.Whole(), u.Host.Version())
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.known[u.Identity()] = a
	}
	return a
}

func (k *assessor) assess(u *unitfile.Unit, v directive.Version) assessment {
	text := textOf(u, v)
	k.mu.Lock()
	a, known := k.ofText[text]
	k.mu.Unlock()
	if !known {
		a = k.assessText(u, v)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.ofText[text] = a
	}
	return a
}

func (k *assessor) assessText(u *unitfile.Unit, v directive.Version) assessment {
	if k.detailed {
		a, err := security.Assess(u, v)
		return assessment{a, err}
	}
	low, high, err := security.Score(u, v)
	if err != nil {
		return assessment{nil, err}
	}
	return assessment{&security.Assessment{Low: low, High: high}, nil}
}

// textOf is what the assessment of a unit depends on.
func textOf(u *unitfile.Unit, v directive.Version) string {
	var b strings.Builder
	fmt.Fprintln(&b, v, u.Name, u.Broken, u.Open)
	for _, a := range u.Assignments {
		b.WriteString(a.Section + "\x00" + a.Key + "\x00" + a.Value + "\x00")
		if a.Unknown {
			b.WriteByte('?')
		}
		if a.Dropin {
			b.WriteByte('+')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// visit assesses the units of a part.
func (k *assessor) visit(part *unit.Part) {
	for _, u := range part.Units {
		_ = k.of(u.Unit) // which remembers it
	}
}

// look assesses the units of a project, hosts side by side.
func (k *assessor) look(p *nixos.Project) {
	_ = p.Visit(context.Background(), func(_ int, h *nixos.Host) { // it fails only when the context ends
		for _, u := range h.Units {
			_ = k.of(u) // which remembers it
		}
	})
}

// all are the assessments of the services that can be scored.
func (k *assessor) all(p *nixos.Project) map[unitKey]*security.Assessment {
	k.look(p)
	out := map[unitKey]*security.Assessment{}
	for _, h := range p.Hosts() {
		for _, u := range h.Units {
			if a := k.of(u); a.Assessment != nil {
				out[keyOf(u)] = a.Assessment
			}
		}
	}
	return out
}

// Units are the units of the project that a requested file has a part in.
func (w *Workspace) Units() []*nixos.Unit {
	var out []*nixos.Unit
	for _, h := range w.Project.Hosts() {
		for _, u := range h.Units {
			if asked(u) {
				out = append(out, u)
			}
		}
	}
	return out
}

// exposed are the hosts of a project with the services that have an exposure: those
// that a requested file has a part in, or all. What systemd would not load has a
// problem in place of an exposure.
func (k *assessor) exposed(p *nixos.Project, all bool) []report.Host {
	k.look(p)
	var out []report.Host
	for _, h := range p.Hosts() {
		one := report.Host{Name: h.Name, Systemd: h.Systemd}
		if h.ReleaseKnown {
			one.Release = h.Release.String()
		}
		for _, f := range h.Files {
			one.Files = append(one.Files, f.Name)
		}
		for _, u := range h.Units {
			a := k.of(u)
			if !a.scorable || !all && !a.asked {
				continue
			}
			at := u.Bindings()[0]
			unit := report.Unit{
				Name: u.Name, Scope: u.Scope.String(), File: at.File().Name,
				Line: at.File().Position(at.Span().Start).Line, Now: a.Assessment,
			}
			if a.err != nil {
				unit.Problem = a.err.Error()
			}
			one.Units = append(one.Units, unit)
		}
		out = append(out, one)
	}
	return out
}

// scores are the exposures of the services of a project, with those that the fixes
// lead to, those of suggestions included. It frees hosts. The error is the cause of the
// context's end.
func (l *linter) scores(ctx context.Context, p *nixos.Project, detailed bool) ([]report.Host, error) {
	k, h := newAssessor(detailed), l.hardener()
	h.Visited, h.MaxHosts = k.visit, maxHosts
	withSafe, withAll, err := h.Prospects(ctx, p)
	if err != nil {
		return nil, err
	}
	hosts, safe, all := k.exposed(p, false), k.all(withSafe), k.all(withAll)
	for i := range hosts {
		for j := range hosts[i].Units {
			u := &hosts[i].Units[j]
			key := unitKey{hosts[i].Name, u.Scope, u.Name}
			u.Safe, u.All = safe[key], all[key]
		}
	}
	return hosts, nil
}

// exposureChanges are the services whose exposure the fixes change, those that gain
// most first. Where the source leaves it open, there is no change.
func exposureChanges(before, after *nixos.Project) []report.ExposureChange {
	if after == nil || after == before {
		return nil
	}
	type gain struct {
		report.ExposureChange
		key unitKey
		by  security.Exposure
	}
	var gains []gain
	k := newAssessor(false)
	later := k.all(after)
	for key, was := range k.all(before) {
		is := later[key]
		if is == nil || was.Low != was.High || is.Low != is.High || was.Low == is.Low {
			continue
		}
		change := report.ExposureChange{Unit: key.name, Before: was.Low, After: is.Low}
		gains = append(gains, gain{change, key, was.Low - is.Low})
	}
	slices.SortFunc(gains, func(a, b gain) int {
		return cmp.Or(cmp.Compare(b.by, a.by), cmp.Compare(a.key.name, b.key.name), cmp.Compare(a.key.host, b.key.host), cmp.Compare(a.key.scope, b.key.scope))
	})
	var changes []report.ExposureChange
	for _, g := range gains {
		changes = append(changes, g.ExposureChange)
	}
	return slices.Compact(changes) // hosts that share a service
}

// Scores are the exposures of units, and what could not be read: as a host without
// a name the unit files that the paths lead to, and then the hosts of the project.
type Scores struct {
	Hosts []report.Host
	// Problems are findings of source rules.
	Problems []lint.Finding
}

// Score computes the exposures of everything that the paths of the options lead
// to: Nix files, unit files with their drop-ins, and directories of either. Those of units of
// Nix files have rows if they are to be detailed.
func (w *Workspace) Score(ctx context.Context, detailed bool) (*Scores, error) {
	out := &Scores{}
	version := directive.Newest
	if w.Main.SystemdVersion != 0 {
		version = directive.Version(w.Main.SystemdVersion)
	}
	unitFiles, nix := w.sortPaths()
	if len(unitFiles) > 0 {
		host := report.Host{Systemd: int(version)}
		for _, f := range unitFiles {
			host.Units = append(host.Units, w.scoreFile(f, version))
		}
		out.Hosts = append(out.Hosts, host)
	}
	if len(nix) == 0 {
		return out, nil
	}
	w.opts.Paths = nix
	if err := w.Load(ctx); err != nil {
		return nil, err
	}
	for _, p := range w.Project.Problems() {
		if len(unitFiles) > 0 && errors.Is(p.Err, nixos.ErrNoNixFiles) {
			return out, nil
		}
	}
	hosts, err := w.newLinter().scores(ctx, w.Project, detailed)
	if err != nil {
		return nil, err
	}
	out.Hosts = append(out.Hosts, hosts...)
	out.Problems = lint.SourceFindings(w.Project)
	return out, nil
}

// unitPath is a unit file to score, and the directory that its links may not leave: see
// [unitfiles.ReadFile].
type unitPath struct{ name, within string }

// scoreFile scores a unit file with its drop-ins.
func (w *Workspace) scoreFile(f unitPath, v directive.Version) report.Unit {
	out := report.Unit{Name: filepath.Base(f.name), Scope: unitfiles.SystemManager.String(), File: f.name}
	u, err := unitfiles.ReadFile(w.abs(f.name), f.within)
	if err == nil {
		out.Name = u.Name
		out.Now, err = security.Assess(u.Merged(), v)
	}
	if err != nil {
		out.Now, out.Problem = nil, err.Error()
	}
	return out
}

// sortPaths divides the paths into unit files, found in directories, too, and what
// is to be read as Nix.
func (w *Workspace) sortPaths() (unitFiles []unitPath, nix []string) {
	paths := w.opts.Paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, name := range paths {
		info, err := os.Stat(w.abs(name))
		switch {
		case err != nil || filepath.Ext(name) == ".nix" && !info.IsDir():
			nix = append(nix, name) // which reports the error
		case !info.IsDir():
			unitFiles = append(unitFiles, unitPath{name: name})
		default:
			nix = append(nix, name)
			unitFiles = append(unitFiles, w.unitFilesIn(w.abs(name))...)
		}
	}
	return unitFiles, nix
}

// unitFilesIn are the service files below a directory, hidden ones left out.
func (w *Workspace) unitFilesIn(dir string) []unitPath {
	var found []unitPath
	within := files.Project(dir)
	if real, err := filepath.EvalSymlinks(dir); err == nil && within == "" {
		within = real
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && path != dir && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if d.Type().IsRegular() && filepath.Ext(path) == ".service" {
			found = append(found, unitPath{w.shown(path), within})
		}
		return nil
	})
	return found
}
