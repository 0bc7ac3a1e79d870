package nixos

import (
	"context"
	"path"
	"slices"
)

// rest is the host without a name, of the files that no host uses, and what it was
// made from.
type rest struct {
	host  *Host
	files []*File    // whose modules it is made of
	base  *Host      // with what the modules define
	kept  []*Unit    // of base, which other hosts do not have
	left  []leftover // that no module leads to
	extra []*Unit    // made of them
}

// restOf is the rest of the project. What is as it was in an older census is taken
// over.
func (c *census) restOf(ctx context.Context, p *Project, old *census, since changes) *rest {
	files := p.Files()
	each(p.opts.Workers, len(files), func(i int) { files[i].candidates() })
	used, seen := c.used(), newSeen(c.hosts...)
	r := &rest{}
	files = slices.DeleteFunc(files, func(f *File) bool { return f.late && !used[f.Name] })
	for _, f := range files {
		// A file that hosts use may define units that none of them has.
		if f.Tree != nil && !f.light && (!used[f.Name] || len(seen.missing(f.candidates())) > 0) && path.Base(f.Name) != "flake.nix" {
			r.files = append(r.files, f)
		}
	}
	if old != nil && slices.Equal(old.rest.files, r.files) && !old.rest.base.world.view.concern(since) {
		r.base = old.rest.base
		r.base.world.view.move(p)
	} else {
		r.base, old = newBase(ctx, p, r.files), nil
	}
	r.kept = slices.DeleteFunc(slices.Concat(r.base.Units, r.base.Confs), seen.has)
	seen.add(r.kept)
	for _, f := range files {
		r.left = append(r.left, seen.missing(f.candidates())...)
	}
	r.finish(old)
	return r
}

// newBase is the world of files that no host leads to.
func newBase(ctx context.Context, p *Project, files []*File) *Host {
	v := newView(p)
	w := newWorld(v, newEvaluator(ctx, v, stepsOfRest))
	w.loose = true
	var queue []pendingModule
	for _, f := range files {
		v.noteFile(f.Name)
		queue = append(queue, pendingModule{value: w.ev.File(f.Tree), file: f, whole: true})
	}
	w.collect(queue)
	var pinned pins
	if len(p.roots) > 0 {
		pinned = v.pins(p.roots[0])
	}
	h := newHost("", w, pinned, "")
	h.finish()
	h.Unseen = nil // files that are no modules
	return h
}

// finish makes the host, unless it is that of an older census.
func (r *rest) finish(old *census) {
	sameLeft := func(a, b leftover) bool { return a.binding == b.binding }
	if old != nil && slices.Equal(old.rest.kept, r.kept) && slices.EqualFunc(old.rest.left, r.left, sameLeft) {
		r.host, r.extra = old.rest.host, old.rest.extra
		return
	}
	h := *r.base
	r.host, r.extra = &h, r.base.leftUnits(r.left)
	h.Units, h.Confs = nil, nil
	for _, u := range slices.Concat(r.kept, r.extra) {
		mine := *u
		mine.Host = &h
		if u.conf != nil {
			h.Confs = append(h.Confs, &mine)
		} else {
			h.Units = append(h.Units, &mine)
		}
	}
	sortUnits(h.Units)
}
