package nixos

import (
	"context"
	"hash/crc32"
	"path"
	"slices"
	"strings"

	"wardnix/nixast/eval"
)

// rest is the host without a name, of the files that no host uses, and what it was
// made from.
type rest struct {
	host  *Host      // nil if released
	files []*File    // whose modules it is made of
	bases []*Host    // with what the modules define, a share of the units each
	kept  []*Unit    // of bases, which other hosts do not have
	left  []leftover // that no module leads to
	extra []*Unit    // made of them
}

// A share is a part of the units of a world. Several worlds of the same modules are
// evaluated side by side, each for one share: merging modules costs little next to what
// their units cost. The zero share is all units.
type share struct {
	number, of int
	names      map[string]bool // only those of these names; all if it is nil
}

// has reports whether a unit, by its name without the suffix, or a system inside the
// world belongs to the share. Units that look at each other do, such as a socket and
// its service, or a template and its instances.
func (s share) has(name string) bool {
	name, _, _ = strings.Cut(name, "@")
	return (s.names == nil || s.names[name]) && (s.of < 2 || int(crc32.ChecksumIEEE([]byte(name))%uint32(s.of)) == s.number)
}

// Modules are evaluated in shares if there are more files than filesOfShare. How many
// shares there are does not depend on the number of processors, and so nor does what is
// found.
var filesOfShare = 32

const mostShares = 2

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
	if old != nil && slices.Equal(old.rest.files, r.files) && !old.rest.outdated(since) {
		r.bases = old.rest.bases
		for _, h := range r.bases {
			h.move(p)
		}
	} else {
		left := r.remains(p, old)
		r.bases, old = make([]*Host, len(left)), nil
		each(p.opts.Workers, len(left), func(i int) {
			r.bases[i] = newBase(ctx, p, r.files, share{i, len(left), left[i].names}, left[i])
		})
	}
	for _, h := range r.bases {
		r.kept = append(r.kept, slices.DeleteFunc(slices.Concat(h.Units, h.Confs), seen.has)...)
	}
	seen.add(r.kept)
	for _, f := range files {
		r.left = append(r.left, seen.missing(f.candidates())...)
	}
	r.finish(old)
	return r
}

// restNear is the rest as it was in an older census, if no change concerns it, and
// otherwise one without files: see [Project.Near].
func (c *census) restNear(p *Project, old *census, since changes) *rest {
	if old != nil && !old.rest.concerned(since) {
		return old.rest
	}
	return &rest{host: newHost("", newWorld(newView(p), eval.New(eval.Options{})), nil, "")}
}

// outdated reports whether the modules of the rest are to be evaluated anew after changes.
func (r *rest) outdated(since changes) bool {
	return r.host == nil || slices.ContainsFunc(r.bases, func(h *Host) bool { return h.concern(since) })
}

// concerned reports whether changes may concern the rest.
func (r *rest) concerned(since changes) bool {
	return r.outdated(since) ||
		slices.ContainsFunc(r.left, func(l leftover) bool { _, changed := since[l.binding.File().Name]; return changed })
}

// remains are what is left to evaluate of each base.
func (r *rest) remains(p *Project, old *census) []remains {
	left := make([]remains, 1+min(len(r.files)/filesOfShare, mostShares-1))
	sameName := func(a, b *File) bool { return a.Name == b.Name }
	if old != nil && len(old.rest.bases) == len(left) && slices.EqualFunc(old.rest.files, r.files, sameName) {
		for i, h := range old.rest.bases {
			left[i] = p.remainsOf(h)
		}
	}
	return left
}

// newBase is the world of files that no host leads to, with a share of its units, or what
// is left of it to evaluate.
func newBase(ctx context.Context, p *Project, files []*File, s share, left remains) *Host {
	v := newView(p)
	w := newWorld(v, newEvaluator(ctx, v, stepsOfRest, left.evaluator()))
	w.loose, w.share = true, s
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
	left.addTo(h, p)
	return h
}

// finish makes the host, unless it is that of an older census.
func (r *rest) finish(old *census) {
	sameLeft := func(a, b leftover) bool { return a.binding == b.binding }
	if old != nil && slices.Equal(old.rest.kept, r.kept) && slices.EqualFunc(old.rest.left, r.left, sameLeft) {
		r.host, r.extra = old.rest.host, old.rest.extra
		return
	}
	hosts := map[*Host]*Host{}
	for _, base := range r.bases {
		for _, of := range append([]*Host{base}, base.others...) {
			h := *of
			h.Units, h.Confs, h.others = nil, nil, nil
			hosts[of] = &h
			if r.host == nil {
				r.host = &h
			} else {
				r.host.others = append(r.host.others, &h)
			}
		}
	}
	r.extra = r.bases[0].leftUnits(r.left)
	for _, u := range slices.Concat(r.kept, r.extra) {
		mine := *u
		mine.Host = hosts[u.Host]
		if u.conf != nil {
			r.host.Confs = append(r.host.Confs, &mine)
		} else {
			r.host.Units = append(r.host.Units, &mine)
		}
	}
	sortUnits(r.host.Units)
	for _, other := range r.host.others {
		other.Units, other.Confs = r.host.Units, r.host.Confs
	}
}
