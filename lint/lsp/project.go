package lsp

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/files"
	"wardnix/lint/workspace"
)

// A project is the open documents that the command line would find one project around.
type project struct {
	server *Server
	dir    string
	// engine is held by who looks at a snapshot.
	engine sync.Mutex
	// stale says that the project is to be read anew: settings changed, or files on the
	// disk in another way than disk covers.
	stale bool
	// disk are the Nix and lock files whose text changed on the disk, by name.
	disk map[string]bool
	// last is the newest analysis; nil before the first. whole is the newest of all hosts.
	last, whole *analysis
	// timer starts the next analysis; stop ends the one under way.
	timer *time.Timer
	stop  context.CancelFunc
	// run counts the analyses that were begun.
	run     int
	waiting []waiter
	// current says that last is of the newest documents.
	current bool
	// mistakes are the addresses of files of settings that have diagnostics.
	mistakes []string
}

// A waiter is called when the newest text of a document was looked at, on all hosts if it
// is to be whole.
type waiter struct {
	open  *open
	whole bool
	then  func()
}

// An analysis is what was found in one state of a project.
type analysis struct {
	snapshot *workspace.Snapshot // nil if err is not
	// near says that it is of some hosts only: of the others, what was found stays.
	near bool
	// saw are the documents that it is of, by URI. One that does not parse is there as
	// it was when it last did.
	saw map[string]*document
	// findings are those of each document, by URI.
	findings map[string][]lint.Finding
	// names are those of their files, by URI: a link may lead to another one.
	names map[string]string
	// paths are those of the files that findings refer to, by name.
	paths map[string]string
	err   error
}

// cancel ends what is under way.
func (p *project) cancel() {
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.stop != nil {
		p.stop()
	}
	p.timer, p.stop, p.current = nil, nil, false
}

// touch has a project looked at once its documents rest.
func (s *Server) touch(p *project) {
	if s.idle != nil {
		s.idle.Stop()
	}
	p.cancel()
	p.run++
	p.after(s.options.Delay, func() { s.start(p, true) })
}

// after starts an analysis later, unless a document changes until then.
func (p *project) after(delay time.Duration, start func()) {
	run := p.run
	p.timer = time.AfterFunc(delay, func() {
		p.server.post(func() {
			if run == p.run && p.stop == nil {
				start()
			}
		})
	})
}

// wholeDelay is how many times as long as for its own host a document rests before it is
// looked at on all hosts.
const wholeDelay = 8

// hurry does not wait for the documents of a project to rest.
func (s *Server) hurry(p *project) {
	if p.timer != nil && p.stop == nil {
		p.timer.Stop()
		s.start(p, false)
	}
}

// start looks at a project in parallel with the other work; near says that some hosts are enough
// for now.
func (s *Server) start(p *project, near bool) {
	ctx, stop := context.WithCancel(s.ctx)
	p.timer, p.stop = nil, stop
	job := &looking{project: p, baseline: s.settings.Baseline, last: p.last, whole: p.whole, stale: p.stale, near: near, disk: slices.Collect(maps.Keys(p.disk)), seen: map[string]*document{}, ctx: ctx}
	for _, o := range s.documentsOf(p) {
		job.documents = append(job.documents, o.document)
		job.seen[o.uri] = o.seen
	}
	slices.SortFunc(job.documents, func(a, b *document) int { return cmp.Compare(a.name, b.name) })
	run := p.run
	go func() {
		s.guard(job.look, func() { job.result = &analysis{err: errBug} })
		s.post(func() {
			defer stop()
			if run == p.run && ctx.Err() == nil && job.result != nil {
				p.stop = nil
				s.finish(p, job)
			}
		})
	}()
}

// finish takes an analysis of the newest documents.
func (s *Server) finish(p *project, job *looking) {
	result := job.result
	if result.err != nil {
		s.show(messageError, result.err.Error())
		if p.last != nil { // what was found stays, until something changes
			kept := *p.last
			kept.err, kept.near = result.err, false
			result = &kept
		}
	} else {
		p.stale = false
		s.told = ""
	}
	s.reportMistakes(p, result.err)
	p.last, p.current = result, true
	if result.near {
		p.after(wholeDelay*s.options.Delay, func() { s.start(p, false) })
	} else if result.err == nil {
		p.whole = result
		for _, name := range job.disk {
			delete(p.disk, name)
		}
	}
	if !result.near {
		s.idle = time.AfterFunc(wholeDelay*s.options.Delay, debug.FreeOSMemory)
	}
	for _, o := range s.documentsOf(p) {
		if o.document == result.saw[o.uri] {
			o.seen, o.drift = o.document, drift{}
		}
	}
	s.report(p)
	if !result.near && len(s.documentsOf(p)) > 1 { // the client itself requests those of the one that changed
		s.refreshLenses()
	}
	waiting := p.waiting
	p.waiting = nil
	for _, w := range waiting {
		p.await(w)
	}
}

// refreshLenses has the client request what is shown of units anew.
func (s *Server) refreshLenses() {
	if s.settings.CodeLens && s.client.Workspace.CodeLens.RefreshSupport {
		s.call("workspace/codeLens/refresh", nil, nil)
	}
	if s.settings.InlayHints && s.client.Workspace.InlayHint.RefreshSupport {
		s.call("workspace/inlayHint/refresh", nil, nil)
	}
}

// await calls a waiter when it is time.
func (p *project) await(w waiter) {
	if p.current && !(w.whole && p.last.near) {
		w.then()
		return
	}
	p.waiting = append(p.waiting, w)
}

// isAwaited reports whether a request waits for the diagnostics of a document.
func (p *project) isAwaited(o *open) bool {
	return slices.ContainsFunc(p.waiting, func(w waiter) bool { return w.open == o })
}

// looking is an analysis in the making.
type looking struct {
	*project
	ctx         context.Context
	documents   []*document
	seen        map[string]*document // as they were when last looked at, by URI; nil before
	baseline    []string
	stale, near bool
	disk        []string
	last, whole *analysis
	result      *analysis // nil if ctx ended
}

// look looks at the documents.
func (l *looking) look() {
	saw := map[string]*document{}
	edited := map[string]string{}
	same := len(l.disk) == 0 && l.last != nil && l.last.snapshot != nil && l.last.err == nil && !l.stale && (l.near || !l.last.near)
	for _, d := range l.documents {
		saw[d.uri] = l.parsing(d)
		same = same && l.last.saw[d.uri] == saw[d.uri]
		if l.whole == nil || l.whole.saw[d.uri] != saw[d.uri] {
			edited[d.name] = saw[d.uri].lines.Src
		}
	}
	l.engine.Lock()
	defer l.engine.Unlock()
	if l.ctx.Err() != nil {
		return
	}
	if same {
		again := *l.last
		again.saw = saw
		l.result = &again
		return
	}
	next := l.next(saw, edited)
	var found []lint.Finding
	if next.err == nil {
		found, next.err = next.snapshot.Findings(l.ctx)
	}
	switch {
	case l.ctx.Err() != nil:
	case next.err != nil:
		l.result = &analysis{err: next.err}
	default:
		l.result = next
		l.result.sort(found)
		if next.near {
			l.result.keep(l.whole)
		}
	}
}

// next is an analysis of the documents, without its findings: of what was edited and of
// what changed on disk, if enough is known.
func (l *looking) next(saw map[string]*document, edited map[string]string) *analysis {
	a := &analysis{saw: saw}
	onDisk, kept := l.readChanged()
	if kept = kept && !l.stale && l.whole != nil && l.whole.snapshot != nil; kept {
		a.snapshot, kept = l.whole.snapshot.Opening(edited, onDisk)
	}
	if !kept {
		a.snapshot, a.err = l.read(saw)
	} else if l.near {
		if n, ok := a.snapshot.Near(l.whole.snapshot, slices.Concat(slices.Collect(maps.Keys(edited)), l.disk)); ok {
			a.snapshot, a.near = n, true
		}
	}
	if kept && !a.near {
		a.snapshot.Supersede(l.whole.snapshot)
	}
	return a
}

// readChanged reads what changed on the disk, by name; false if something of it cannot be
// read.
func (l *looking) readChanged() (map[string]string, bool) {
	texts := map[string]string{}
	for _, name := range l.disk {
		if slices.ContainsFunc(l.documents, func(d *document) bool { return d.name == name }) {
			continue
		}
		text, err := files.ReadIn(filepath.FromSlash(l.dir), filepath.FromSlash(name), files.MaxModule)
		if err != nil {
			return nil, false
		}
		texts[name] = text
	}
	return texts, true
}

// keep adds what an analysis of all hosts found and this one does not look for, at the
// places where that is now.
func (a *analysis) keep(whole *analysis) {
	moved := map[string]drift{} // by name of the file
	for uri, d := range a.saw {
		if was := whole.saw[uri]; was != nil && a.snapshot.Tree(d.name) != nil {
			moved[whole.names[uri]] = difference(was.lines.Src, d.lines.Src)
		}
	}
	for uri := range a.saw {
		for _, f := range a.snapshot.Keep(whole.findings[uri]) {
			by, known := moved[f.File.Name]
			if !known || by.removed(f.Span.Start, f.Span.End) {
				continue
			}
			f.File, f.Span = a.snapshot.Tree(f.File.Name), by.moved(f.Span)
			var related []lint.Related
			for _, r := range f.Related {
				if by, known := moved[r.File.Name]; known && by.removed(r.Span.Start, r.Span.End) {
					continue
				} else if known {
					r.File, r.Span = a.snapshot.Tree(r.File.Name), by.moved(r.Span)
				}
				related = append(related, r)
			}
			f.Related = related
			a.findings[uri] = append(a.findings[uri], f)
		}
	}
	maps.Copy(a.paths, whole.paths)
}

// sort puts findings with the documents that they are about.
func (a *analysis) sort(found []lint.Finding) {
	a.names = map[string]string{}
	byName := map[string]string{}
	for uri, d := range a.saw {
		a.names[uri] = d.name
		if tree := a.snapshot.Tree(d.name); tree != nil {
			a.names[uri] = tree.Name
		}
		byName[a.names[uri]] = uri
	}
	a.findings, a.paths = map[string][]lint.Finding{}, map[string]string{}
	for _, f := range found {
		uri, ok := byName[f.File.Name]
		if !ok {
			continue
		}
		a.findings[uri] = append(a.findings[uri], f)
		for _, r := range f.Related {
			a.paths[r.File.Name] = a.snapshot.Path(r.File)
		}
	}
}

// parsing is a document as it last was accepted by Nix; as it is, if it never was since it
// was opened.
func (l *looking) parsing(d *document) *document {
	if good := l.seen[d.uri]; good != nil && d.broken() && !good.broken() {
		return good
	}
	return d
}

// read reads the project from the disk, with the documents in the place of files.
func (l *looking) read(saw map[string]*document) (*workspace.Snapshot, error) {
	opts := workspace.Options{Dir: filepath.FromSlash(l.dir), Overlay: map[string]string{}, ForceExclude: true, Flags: config.Flags{Baseline: l.baseline}}
	if strings.HasPrefix(l.dir, bufferDir) {
		opts.Dir, opts.FS, opts.NoConfig, opts.NoKnown = string(filepath.Separator), nothing{}, true, true
	}
	for _, d := range l.documents {
		opts.Paths = append(opts.Paths, filepath.FromSlash(d.name))
		opts.Overlay[d.name] = saw[d.uri].lines.Src
	}
	w, err := workspace.Open(opts)
	if err != nil {
		return nil, err
	}
	return w.Snapshot(l.ctx)
}

// nothing is a file system without files.
type nothing struct{}

func (nothing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
