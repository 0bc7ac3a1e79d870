package lsp

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/lint/config"
	"wardnix/lint/files"
	"wardnix/nixast"
)

// reportMistakes sends the mistakes in the settings of a project as diagnostics of the
// files that have them, and clears those that are gone. No client requests these: the
// files are not documents of the server.
func (s *Server) reportMistakes(p *project, err error) {
	byURI := map[string][]Diagnostic{}
	for _, m := range config.Mistakes(err) {
		file := filepath.ToSlash(m.Name)
		if !path.IsAbs(file) && filepath.VolumeName(m.Name) == "" {
			file = path.Join(p.dir, file)
		}
		uri := uriOf(file)
		byURI[uri] = append(byURI[uri], Diagnostic{Range: s.settingAt(file, m), Severity: severityError, Source: "wardnix", Message: m.Message})
	}
	for _, uri := range p.mistakes {
		if byURI[uri] == nil {
			byURI[uri] = []Diagnostic{}
		}
	}
	p.mistakes = nil
	for _, uri := range slices.Sorted(maps.Keys(byURI)) {
		s.output.notify("textDocument/publishDiagnostics", PublishDiagnosticsParams{URI: uri, Diagnostics: byURI[uri]})
		if len(byURI[uri]) > 0 {
			p.mistakes = append(p.mistakes, uri)
		}
	}
}

// settingAt is the word of a file of settings that a mistake is in; its start, if the file
// cannot be read or the mistake has no place.
func (s *Server) settingAt(file string, m *config.Error) Range {
	text, err := files.Read(filepath.FromSlash(file), files.MaxSettings)
	f := &nixast.File{Src: text}
	if err != nil || m.Line < 1 || m.Line > f.LineCount() {
		return Range{}
	}
	line := f.Line(m.Line)
	start := min(line.Start+max(m.Column-1, 0), line.End)
	word := text[start:line.End]
	if n := strings.IndexAny(word, "=,]}#\r\n"); n >= 0 {
		word = word[:n]
	}
	return s.encoding.span(f, nixast.Span{Start: start, End: start + len(strings.TrimRight(word, " \t"))})
}
