package lsp

import (
	"fmt"
	"path"
	"strings"
	"sync"

	"wardnix/lint"
	"wardnix/lint/workspace"
	"wardnix/nixast"
)

// A document is the text of a document at one version. It does not change.
type document struct {
	uri     string
	name    string // of the file in its project
	version int
	// lines has the text, and where its lines are.
	lines *nixast.File
	// tree parses the text, once.
	tree func() *nixast.File
}

func newDocument(uri, name string, version int, text string) *document {
	return &document{uri: uri, name: name, version: version, lines: &nixast.File{Name: name, Src: text}, tree: sync.OnceValue(func() *nixast.File {
		return nixast.Parse(name, text, nixast.Options{PipeOperators: true})
	})}
}

// broken reports whether Nix does not accept the text.
func (d *document) broken() bool { return lint.HasSyntaxError(d.tree()) }

// open is a document that the client has open.
type open struct {
	*document
	project *project
	// seen is the state whose findings are known, and drift what changed since; nil
	// before the first.
	seen  *document
	drift drift
	// shown are the diagnostics that the client has, as JSON; resultID counts them.
	shown    string
	resultID int
}

// didOpen takes a document.
func (s *Server) didOpen(p *DidOpenParams) error {
	d := p.TextDocument
	if d.URI == "" {
		return fmt.Errorf("no URI")
	}
	if d.LanguageID != "nix" && !strings.HasSuffix(d.URI, ".nix") {
		return nil
	}
	if was := s.open[d.URI]; was != nil {
		s.close(was)
	}
	dir, name := s.place(d.URI)
	at := s.projects[dir]
	if at == nil {
		at = &project{server: s, dir: dir, disk: map[string]bool{}}
		s.projects[dir] = at
	}
	o := &open{document: newDocument(d.URI, name, d.Version, d.Text), project: at}
	s.open[d.URI] = o
	s.touch(at)
	return nil
}

// place is the project of a document, and its name there: a buffer without a file is
// one of its own.
func (s *Server) place(uri string) (dir, name string) {
	file, ok := pathOf(uri)
	if !ok {
		return bufferDir + uri, "buffer.nix"
	}
	dir = workspace.RootOf(path.Dir(file))
	return dir, strings.TrimPrefix(strings.TrimPrefix(file, dir), "/")
}

// didChange edits a document.
func (s *Server) didChange(p *DidChangeParams) error {
	o := s.open[p.TextDocument.URI]
	if o == nil {
		return nil // of another language
	}
	if p.TextDocument.Version <= o.version {
		return fmt.Errorf("version %d of %s is not newer than %d", p.TextDocument.Version, o.uri, o.version)
	}
	lines := o.lines
	for _, c := range p.ContentChanges {
		start, end := 0, len(lines.Src)
		if c.Range != nil {
			start, end = s.encoding.offsets(lines, *c.Range)
		}
		lines = &nixast.File{Name: o.name, Src: lines.Src[:start] + c.Text + lines.Src[end:]}
		o.drift.edit(start, end, len(c.Text))
	}
	o.document = newDocument(o.uri, o.name, p.TextDocument.Version, lines.Src)
	s.touch(o.project)
	return nil
}

// didSave looks again where the client does not say which files change.
func (s *Server) didSave(p *DocumentParams) error {
	if o := s.open[p.TextDocument.URI]; o != nil && !s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		s.reload(func(p *project) bool { return p == o.project })
	}
	return nil
}

func (s *Server) didClose(p *DocumentParams) error {
	if o := s.open[p.TextDocument.URI]; o != nil {
		s.close(o)
	}
	return nil
}

// close forgets a document: what is on the disk counts from then on.
func (s *Server) close(o *open) {
	delete(s.open, o.uri)
	if !s.pulls() {
		s.output.notify("textDocument/publishDiagnostics", PublishDiagnosticsParams{URI: o.uri, Diagnostics: []Diagnostic{}})
	}
	if len(s.documentsOf(o.project)) == 0 {
		o.project.cancel()
		s.reportMistakes(o.project, nil)
		delete(s.projects, o.project.dir)
		return
	}
	o.project.disk[o.name] = true
	s.touch(o.project)
}

// documentsOf are the open documents of a project.
func (s *Server) documentsOf(p *project) []*open {
	var all []*open
	for _, o := range s.open {
		if o.project == p {
			all = append(all, o)
		}
	}
	return all
}

// didChangeWatchedFiles looks again at projects whose files on the disk changed.
func (s *Server) didChangeWatchedFiles(p *WatchedFilesParams) error {
	for _, at := range s.projects {
		touched := false
		for _, c := range p.Changes {
			file, ok := pathOf(c.URI)
			name, within := strings.CutPrefix(file, strings.TrimSuffix(at.dir, "/")+"/")
			if !ok || !within || s.open[c.URI] != nil {
				continue
			}
			touched = true
			if ext := path.Ext(name); c.Type == changed && (ext == ".nix" || ext == ".lock") {
				at.disk[name] = true
			} else {
				at.stale = true
			}
		}
		if touched {
			s.touch(at)
		}
	}
	return nil
}

// reload has projects read anew.
func (s *Server) reload(which func(*project) bool) {
	for _, p := range s.projects {
		if which(p) {
			p.stale = true
			s.touch(p)
		}
	}
}

// bufferDir is what the directories of buffers without a file begin with.
const bufferDir = "buffer "
