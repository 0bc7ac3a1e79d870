package nixos

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"
)

// With is the project with other contents for some of its files, by name; they may
// be files that are not there, of any kind. What the changes do not concern is shared:
// files, and hosts with their units. It is how a project is looked at after a keystroke
// or a round of fixes.
//
// A host that two states of a project share is for one goroutine at a time, as its
// [Host.Evaluator] is. What it reads later, it reads in the latest of them.
func (p *Project) With(contents map[string]string) *Project {
	texts := map[string]string{}
	for name, text := range contents {
		texts[p.realName(name)] = text
	}
	return p.next(texts, nil)
}

// Patched is the project as With has it, of which only those units are evaluated anew that
// changed is true for, with those that have names in common with them. The others are
// taken over from the hosts as they were last evaluated. changed is called by several
// goroutines.
func (p *Project) Patched(contents map[string]string, changed func(u *Unit) bool) *Project {
	q := p.With(contents)
	q.changed = changed
	return q
}

// Naming is the project as With has it, of which the files were requested, too.
func (p *Project) Naming(contents map[string]string) *Project {
	texts, named := map[string]string{}, map[string]bool{}
	for name, text := range contents {
		name = p.realName(name)
		texts[name], named[name] = text, true
	}
	return p.next(texts, named)
}

// Near is the project with some of its hosts only: those that no change concerns since
// hosts were last evaluated, and of the others those that near is true for. The files that
// belong to no host are absent if a change concerns them. It is how a project is looked at
// between two keystrokes; what is found in it is not all that there is to find. less is
// false if nothing is left out.
func (p *Project) Near(near func(host string) bool) (q *Project, less bool) {
	q = p.next(nil, nil)
	q.near = near
	if q.older == nil {
		return q, false
	}
	some := false
	for _, o := range q.older.found {
		if q.older.kept(o, q.since) == nil {
			some, less = true, less || !near(o.name())
		}
	}
	return q, less || some && q.older.rest.concerned(q.since)
}

// Supersede frees the hosts of the earlier state that p was made from which p has to
// evaluate anew, so that there is memory for those. The earlier state lacks those files from
// then on that belong to no host, if they are among them.
func (p *Project) Supersede() {
	p.hostsMu.Lock()
	defer p.hostsMu.Unlock()
	if p.older != nil {
		p.older.release(p.since)
	}
}

// realName is the name of the file that a name leads to, by a link perhaps.
func (p *Project) realName(name string) string {
	name = p.clean(name)
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.files[name]; f != nil {
		return f.Name
	}
	return name
}

// next is the project with the texts of some files changed. Named files were requested,
// too.
func (p *Project) next(texts map[string]string, named map[string]bool) *Project {
	q := &Project{opts: p.opts, base: p.base, paths: p.paths, overlay: maps.Clone(p.overlay), since: changes{}, near: p.near}
	p.hostsMu.Lock()
	if q.older = p.census; q.older == nil {
		q.older = p.older
		maps.Copy(q.since, p.since)
	}
	p.hostsMu.Unlock()
	again := false // what there is to read must be found out anew
	for name, text := range texts {
		abs := q.abs(name)
		isNew := !p.isThere(abs)
		q.since[name] = q.since[name] || isNew
		again = again || isNew || path.Base(name) == ".gitignore"
		q.overlay[abs] = text
	}
	p.mu.Lock()
	old := maps.Clone(p.files)
	p.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if f := old[name]; f == nil || !f.Reported {
			q.paths = append(slices.Clip(q.paths), name)
			again = again || f == nil || f.late
		}
	}
	changed := map[string]*File{}
	for name := range texts {
		changed[name] = old[name]
		delete(old, name)
	}
	if again {
		_ = q.read(context.Background(), old) // it fails only when the context ends
		return q
	}
	q.problems, q.skipped, q.files, q.bytes, q.large = p.problems, p.skipped, old, p.bytes, p.large
	for _, r := range p.roots {
		next := *r
		next.fsys, next.known = q.layer(r.dir, r.under), &rootFacts{}
		q.roots = append(q.roots, &next)
	}
	for name, text := range texts {
		if was := changed[name]; was != nil {
			q.replace(was, text, named[name])
		}
	}
	for name, f := range q.files {
		if f != nil && f.Name != name {
			q.files[name] = q.files[f.Name]
		}
	}
	return q
}

// replace puts a file with another text in the place of one. A named file was requested.
func (p *Project) replace(was *File, text string, named bool) {
	f := &File{Name: was.Name, Path: was.Path, Reported: was.Reported || named, late: was.late}
	f.parse(text)
	p.files[f.Name] = f
	if f.late {
		return
	}
	p.bytes += f.size - was.size
	p.problems = slices.DeleteFunc(slices.Clone(p.problems), func(b Problem) bool { return b.Name == f.Name })
	if f.Err != nil && f.Reported {
		p.problem(f.Name, f.Err)
		slices.SortStableFunc(p.problems, func(a, b Problem) int { return strings.Compare(a.Name, b.Name) })
	}
}

// isThere reports whether there is a file at an absolute path.
func (p *Project) isThere(abs string) bool {
	if _, ok := p.overlay[abs]; ok {
		return true
	}
	info, err := p.stat(abs)
	return err == nil && !info.IsDir()
}
