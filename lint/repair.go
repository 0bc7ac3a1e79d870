package lint

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// maxRounds bounds how often the rules look again at what their fixes made.
const maxRounds = 10

// Repair lints the project, applies every fix up to the given applicability,
// and does so again until nothing more can be fixed, at most ten times. Each
// state is parsed and compared with the one before: a fix that adds a syntax
// error, loses a comment, or changes a unit or an option that its finding does
// not name is dropped and listed in Result.Bugs, and so are fixes that undo each
// other. Nothing is written to disk. Findings that are ignored or filtered out
// are not fixed. The error is the cause of the context's end.
func (l *Linter) Repair(ctx context.Context, project *nixos.Project, upTo Applicability) (*Result, error) {
	r, err := newRepair(ctx, l, project, upTo)
	if err != nil {
		return nil, err
	}
	if err := r.settle(); err != nil {
		return nil, err
	}
	r.Changes = r.changes()
	r.withhold()
	return &r.Result, nil
}

// Prospects are the project with its safe fixes of services applied, and the project with
// all of them, as [Linter.Repair] applies them. The error is the cause of the context's end.
func (l *Linter) Prospects(ctx context.Context, project *nixos.Project) (safe, all *nixos.Project, err error) {
	fixing := *l
	fixing.Rules = slices.DeleteFunc(slices.Clone(l.Rules), func(r *Rule) bool { return !r.Fixes })
	r, err := newRepair(ctx, &fixing, project, Safe)
	if err != nil {
		return nil, nil, err
	}
	r.partly = true
	if err := r.settle(); err != nil {
		return nil, nil, err
	}
	safe = r.Project
	r.upTo = Unsafe
	err = r.settle()
	return safe, r.Project, err
}

// newRepair looks at a project that is to be repaired.
func newRepair(ctx context.Context, l *Linter, project *nixos.Project, upTo Applicability) (*repair, error) {
	r := &repair{
		ctx: ctx, linter: l, upTo: upTo, old: project, seen: &sightings{},
		dropped: map[string]bool{}, withheld: map[string]error{},
	}
	run := l.newRun(ctx, project)
	run.noting = run.noting || l.MaxHosts > 0
	result, err := run.result(r.seen)
	if err != nil {
		return nil, err
	}
	r.Result, r.known = *result, run.cache()
	if l.Cache != nil {
		*l.Cache = r.known
	}
	return r, nil
}

// settle applies fixes until nothing more can be fixed. The error is the cause of the
// context's end.
func (r *repair) settle() error {
	if len(r.known.of) == 0 && len(r.choose()) > 0 {
		r.known.meanings = meaningsOf(r.Project, r.known.meanings, false)
	}
	first := *r
	for r.rounds() {
		bugs := r.Bugs
		r.Result, r.known, r.seen = first.Result, first.known, first.seen
		r.Bugs = bugs
	}
	return r.stopped
}

// withhold takes the fixes that were not applied since their text is shared from
// the findings that remain, and says so there.
func (r *repair) withhold() {
	if len(r.withheld) == 0 {
		return
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Fixes = slices.DeleteFunc(slices.Clone(f.Fixes), func(x Fix) bool {
			err := r.withheld[chosen{*f, x}.dropKey()]
			if err != nil {
				f.Notes = append(slices.Clip(f.Notes), Note{LabelNote, "not fixed automatically: " + err.Error()})
			}
			return err != nil
		})
	}
}

// repair is the state of a call of Repair.
type repair struct {
	Result
	ctx     context.Context
	stopped error // the cause of its end
	linter  *Linter
	upTo    Applicability
	old     *nixos.Project  // before the first round
	seen    *sightings      // of Project
	known   Cache           // of Project
	dropped map[string]bool // fixes not to be tried again, by dropKey
	// withheld says why fixes are not offered, by dropKey.
	withheld map[string]error
	// partly reports that only fixes of services are applied, and only the units that
	// they concern are evaluated again.
	partly bool
}

// rounds applies fixes until nothing more can be fixed. Where that comes back to
// a state, it drops the fixes since then: each was undone by others of them. They
// may have been applied before, too, so that the rounds are to begin again.
func (r *repair) rounds() (again bool) {
	states := []state{r.state()}
	var applied [][]chosen // between one state and the next
	for range maxRounds {
		fixes := r.choose()
		if len(fixes) == 0 || r.stopped != nil {
			break
		}
		kept := r.round(fixes)
		if len(kept) == 0 {
			continue
		}
		applied = append(applied, kept)
		now := r.state()
		if i := slices.Index(states, now); i >= 0 {
			r.dropCycle(slices.Concat(applied[i:]...))
			return true
		}
		states = append(states, now)
	}
	return false
}

// state distinguishes the texts of a project from those of others.
type state [sha256.Size]byte

func (r *repair) state() state {
	h := sha256.New()
	for _, c := range r.changes() {
		fmt.Fprintf(h, "%q %q\n", c.File.Name, c.New)
	}
	return state(h.Sum(nil))
}

// dropCycle drops fixes that lead from a state back to it.
func (r *repair) dropCycle(fixes []chosen) {
	var ids []string
	for _, c := range fixes {
		ids = append(ids, c.Rule.ID)
	}
	slices.Sort(ids)
	err := errors.New("fixes of " + strings.Join(slices.Compact(ids), ", ") + " undo each other")
	for _, c := range fixes {
		if !r.dropped[c.dropKey()] {
			r.drop(c, err)
		}
	}
}

// drop keeps a fix from being tried again. It is a bug of wardnix, unless the text
// is shared.
func (r *repair) drop(c chosen, err error) {
	r.dropped[c.dropKey()] = true
	if shared := (*sharedError)(nil); errors.As(err, &shared) {
		r.withheld[c.dropKey()] = err
		return
	}
	r.Bugs = append(r.Bugs, Bug{c.Finding, fmt.Errorf("%s: %w", c.Title, err)})
}

// chosen is a fix that a round applies, and the finding that it belongs to.
type chosen struct {
	Finding
	Fix
}

// dropKey distinguishes a fix from others in later rounds, in which places may
// have moved.
func (c chosen) dropKey() string {
	return fmt.Sprint(c.Rule.ID, "\x00", c.File.Name, "\x00", c.Unit(), "\x00", c.Directives(), "\x00", c.Title)
}

// changesService reports whether the fix may change what a service does or may do.
func (c chosen) changesService() bool {
	return slices.ContainsFunc(c.allowed(), func(r unit.Ref) bool {
		return strings.HasSuffix(r.Unit, ".service") && (r.Section == "Service" || r.Section == "")
	})
}

// choose picks the first applicable fix of each finding, in order, leaving out
// those that conflict with one already chosen: they wait for the next round.
func (r *repair) choose() []chosen {
	var out []chosen
	taken := map[string][]emit.Edit{}
	for _, f := range r.Findings {
		for _, x := range f.Fixes {
			c := chosen{f, x}
			if x.Applicability > r.upTo || len(x.Edits) == 0 || r.dropped[c.dropKey()] || r.partly && !c.changesService() {
				continue
			}
			byFile := editsByFile(x.Edits)
			if conflicts(taken, byFile) {
				break
			}
			for name, edits := range byFile {
				taken[name] = append(taken[name], edits...)
			}
			out = append(out, c)
			break
		}
	}
	return out
}

func editsByFile(edits []FileEdit) map[string][]emit.Edit {
	by := map[string][]emit.Edit{}
	for _, e := range edits {
		by[e.File.Name] = append(by[e.File.Name], e.Edit)
	}
	return by
}

func conflicts(taken, more map[string][]emit.Edit) bool {
	for name, edits := range more {
		if emit.Conflicts(taken[name], edits) {
			return true
		}
	}
	return false
}

// round applies fixes together, and returns them without those that break their
// promise.
func (r *repair) round(fixes []chosen) []chosen {
	s := sieve{repair: r}
	s.sift(fixes)
	if len(s.kept) > 0 {
		r.advance(s.next, s.kept)
	}
	return s.kept
}

// sieve finds out which fixes keep their promise together. To look at a large
// project is dear, so that fixes are tried by halves rather than one by one.
type sieve struct {
	*repair
	kept []chosen
	next *outcome // of those kept
}

// sift keeps those of fixes that it can, and drops those that break their promise
// by themselves.
func (s *sieve) sift(fixes []chosen) {
	all := slices.Concat(s.kept, fixes)
	next, err := s.apply(all)
	switch {
	case s.stopped != nil:
	case err == nil:
		s.kept, s.next = all, next
	case len(fixes) == 1:
		if len(s.kept) > 0 {
			if _, alone := s.apply(fixes); alone == nil {
				return // it does not go with the others: the next round may offer it again
			}
		}
		s.drop(fixes[0], err)
	default:
		half := len(fixes) / 2
		s.sift(fixes[:half])
		s.sift(fixes[half:])
	}
}

// advance goes on with the state that the fixes made.
func (r *repair) advance(next *outcome, applied []chosen) {
	for _, c := range applied {
		r.Fixed = append(r.Fixed, c.Finding)
	}
	r.Project, r.seen, r.known = next.project, next.seen, next.known
	r.Findings, r.Ignored = next.findings, next.ignored
}

// An outcome is the state that fixes make.
type outcome struct {
	project           *nixos.Project
	seen              *sightings
	known             Cache
	findings, ignored []Finding
}

// apply applies fixes; an error says which promise was broken.
func (r *repair) apply(fixes []chosen) (*outcome, error) {
	contents, err := r.edited(fixes, func(Fix) bool { return true })
	if err != nil {
		return nil, err
	}
	// Comments that are the very subject of a fix need not be kept.
	comments, err := r.edited(fixes, func(x Fix) bool { return x.Comments })
	if err != nil {
		return nil, err
	}
	next, kept := r.next(contents, fixes), r.Project.With(comments)
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		before, after := r.Project.File(name).Tree, next.File(name).Tree
		if after.Mistakes() > before.Mistakes() {
			return nil, fmt.Errorf("%s would no longer parse: %s", name, after.Diagnostics[0].Message)
		}
		if err := emit.CommentsKept(kept.File(name).Tree, after); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	out := &outcome{project: next, seen: r.seen.after(concernOf(fixes))}
	run := r.linter.newRun(r.ctx, next)
	run.earlier, run.noting, run.units = r.known, true, r.known.units()
	if out.findings, out.ignored, r.stopped = run.check(out.seen); r.stopped != nil {
		return nil, r.stopped
	}
	out.known = run.cache()
	before, after := r.known.changed(out.known.meanings)
	return out, before.sameBut(after, fixes)
}

// next is the project with the contents of some files changed by fixes.
func (r *repair) next(contents map[string]string, fixes []chosen) *nixos.Project {
	if r.partly {
		return r.Project.Patched(contents, r.seen.changed(concernOf(fixes)))
	}
	return r.Project.With(contents)
}

// edited are the contents of the files that those of the fixes change.
func (r *repair) edited(fixes []chosen, which func(Fix) bool) (map[string]string, error) {
	edits := map[string][]emit.Edit{}
	for _, c := range fixes {
		if which(c.Fix) {
			for name, es := range editsByFile(c.Edits) {
				edits[name] = append(edits[name], es...)
			}
		}
	}
	contents := map[string]string{}
	for name, es := range edits {
		text, err := emit.Apply(r.Project.File(name).Tree.Src, es)
		if err != nil {
			return nil, err
		}
		contents[name] = text
	}
	return contents, nil
}

// changes compares the state with the first.
func (r *repair) changes() []Change {
	var changes []Change
	for _, f := range r.old.Files() {
		if f.Tree == nil {
			continue
		}
		if now := r.Project.File(f.Name); now.Tree.Src != f.Tree.Src {
			changes = append(changes, Change{f, f.Tree.Src, now.Tree.Src})
		}
	}
	return changes
}
