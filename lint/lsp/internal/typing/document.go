package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A document is an open file.
type document struct {
	*session
	name, uri, text string
}

// open opens a file with a text.
func (s *session) open(name, text string) (*document, error) {
	d := &document{s, name, uriOf(name), text}
	s.version++
	return d, s.spent("open", func() error {
		if err := s.notify("textDocument/didOpen", object{"textDocument": object{"uri": d.uri, "languageId": "nix", "version": s.version, "text": text}}); err != nil {
			return err
		}
		_, err := d.diagnostics()
		return err
	})
}

// typeInto types into a file and reports whether the server agrees with the command
// line in the end.
func (s *session) typeInto(name string, changes int, random *rand.Rand) (bool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return false, err
	}
	d, err := s.open(name, string(text))
	if err != nil {
		return false, err
	}
	at := strings.Index(d.text, "serviceConfig = {") + len("serviceConfig = {")
	for i := range len(line) {
		if err := d.key(at+i, at+i, line[i:i+1]); err != nil {
			return false, err
		}
		if err := d.ask(at + i + 1); err != nil {
			return false, err
		}
	}
	for i := range len(line) {
		if err := d.key(at+len(line)-i-1, at+len(line)-i, ""); err != nil {
			return false, err
		}
	}
	for range changes {
		from, to := d.place(random)
		was := d.text[from:to]
		if err := d.key(from, to, someKey(random)); err != nil {
			return false, err
		}
		if random.IntN(4) > 0 { // most are undone, so that most texts parse
			if err := d.key(from, from+1, was); err != nil {
				return false, err
			}
		}
	}
	want, err := s.linted(strings.NewReader(d.text), "--stdin-filename", name, "-")
	if err != nil {
		return false, err
	}
	return d.agrees(want)
}

// someKey is a letter that may break the text.
func someKey(random *rand.Rand) string { return string(" ;{}\"x1="[random.IntN(8)]) }

// place is some characters of the text, few or none.
func (d *document) place(random *rand.Rand) (from, to int) {
	from = random.IntN(len(d.text) + 1)
	to = min(len(d.text), from+random.IntN(4))
	for d.isWithin(from) {
		from--
	}
	for d.isWithin(to) {
		to++
	}
	return from, to
}

// isWithin reports whether an offset is within a character or the end of a line.
func (d *document) isWithin(offset int) bool {
	if offset == 0 || offset == len(d.text) {
		return false
	}
	return !utf8.RuneStart(d.text[offset]) || d.text[offset-1:offset+1] == "\r\n"
}

// key replaces a part of the text, and waits for the diagnostics.
func (d *document) key(start, end int, text string) error {
	return d.spent("key", func() error {
		if err := d.edit(start, end, text); err != nil {
			return err
		}
		_, err := d.diagnostics()
		return err
	})
}

// edit replaces a part of the text.
func (d *document) edit(start, end int, text string) error {
	at := object{"start": d.position(start), "end": d.position(end)}
	d.text = d.text[:start] + text + d.text[end:]
	return d.change(object{"range": at, "text": text})
}

// change sends a change to the server.
func (d *document) change(what object) error {
	d.version++
	return d.notify("textDocument/didChange", object{"textDocument": object{"uri": d.uri, "version": d.version}, "contentChanges": []object{what}})
}

// A position is a place in a text, as the protocol has it.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

func (d *document) position(offset int) position {
	var p position
	start := 0
	for i := range offset {
		if c := d.text[i]; c == '\n' || c == '\r' && !strings.HasPrefix(d.text[i+1:], "\n") {
			p.Line, start = p.Line+1, i+1
		}
	}
	if p.Character = offset - start; d.utf16 {
		p.Character = len(utf16.Encode([]rune(d.text[start:offset])))
	}
	return p
}

// offset is where a position is, the other way round.
func (d *document) offset(p position) int {
	for i := range len(d.text) + 1 {
		if !d.isWithin(i) && d.position(i) == p {
			return i
		}
	}
	return len(d.text)
}

// ask hovers and completes at a place.
func (d *document) ask(offset int) error {
	params := object{"textDocument": object{"uri": d.uri}, "position": d.position(offset)}
	for _, what := range []string{"hover", "completion"} {
		err := d.spent(what, func() error {
			_, err := d.request("textDocument/"+what, params)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// syntaxError is the rule of texts that do not parse.
const syntaxError = "X001"

// A finding is one of the server, or of the command line.
type finding struct {
	at      position
	rule    string
	message string
}

func (f finding) String() string {
	return fmt.Sprintf("%d:%d %s %s", f.at.Line+1, f.at.Character+1, f.rule, f.message)
}

func isBroken(all []finding) bool {
	return slices.ContainsFunc(all, func(f finding) bool { return f.rule == syntaxError })
}

// diagnostics are those of the newest text. Suggestions, which the command line only
// counts, are left out.
func (d *document) diagnostics() ([]finding, error) {
	result, err := d.request("textDocument/diagnostic", object{"textDocument": object{"uri": d.uri}})
	if err != nil {
		return nil, err
	}
	var report struct {
		Items []struct {
			Range         struct{ Start position }
			Severity      int
			Code, Message string
		}
	}
	if err := json.Unmarshal(result, &report); err != nil {
		return nil, err
	}
	var all []finding
	for _, i := range report.Items {
		message, _, _ := strings.Cut(i.Message, "\n")
		if i.Severity < 4 { // not a hint
			all = append(all, finding{i.Range.Start, i.Code, message})
		}
	}
	return all, d.memory()
}

// A linted finding is one that the command line reports.
type linted struct {
	File, Rule, Message string
	Start               struct{ Offset int }
}

// linted is what the command line reports, by file.
func (s *session) linted(stdin *strings.Reader, args ...string) (map[string][]linted, error) {
	cmd := exec.Command(s.wardnix, append([]string{"lint", "--format", "json", "--force-exclude"}, args...)...)
	cmd.Dir, cmd.Stdin = s.dir, stdin
	out, _ := cmd.Output() // it fails where there are findings
	var report struct{ Findings []linted }
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, fmt.Errorf("wardnix lint reports nothing: %w", err)
	}
	byFile := map[string][]linted{}
	for _, f := range report.Findings {
		name := f.File
		if !filepath.IsAbs(name) {
			name = filepath.Join(s.dir, name)
		}
		byFile[name] = append(byFile[name], f)
	}
	return byFile, nil
}

// agrees compares the server with the command line. While the text does not parse, the
// server reports more than that: only syntax errors are compared.
func (d *document) agrees(byFile map[string][]linted) (bool, error) {
	err := d.spent("rest", func() error { // lenses are those of all hosts
		_, err := d.request("textDocument/codeLens", object{"textDocument": object{"uri": d.uri}})
		return err
	})
	if err != nil {
		return false, err
	}
	got, err := d.diagnostics()
	if err != nil {
		return false, err
	}
	var want []finding
	for _, f := range byFile[d.name] {
		want = append(want, finding{d.position(f.Start.Offset), f.Rule, f.Message})
	}
	if isBroken(want) {
		got = slices.DeleteFunc(got, func(f finding) bool { return f.rule != syntaxError })
	}
	byText := func(a, b finding) int { return strings.Compare(a.String(), b.String()) }
	slices.SortFunc(got, byText)
	slices.SortFunc(want, byText)
	if !slices.Equal(got, want) {
		fmt.Printf("not what the command line reports: %s\n  server: %v\n  command line: %v\n", d.name, got, want)
	}
	return slices.Equal(got, want), nil
}
