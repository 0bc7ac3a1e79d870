package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An endurance is a long session in a copy of a project. Documents are opened, edited,
// saved and closed at random, while files change, vanish and appear on the disk.
type endurance struct {
	*session
	random *rand.Rand
	names  []string          // of the files
	texts  map[string]string // what they were at the beginning
	opened []*edited
	// What was done.
	edits, fixes, closed, onDisk, compared, found, different int
}

// An edited document is one with its last text that is known to parse: at first that of
// the beginning.
type edited struct {
	*document
	good string
}

// mistakes are lines that are typed into the settings of a service.
var mistakes = []string{
	`ProtectSystem = "ful";`, `PrivateTmp = "maybe"; # 😀`, "\tNoNewPrivileges = true;", `MemoryMax = "1X";`,
	`User = "nobody";`, `ExecStart = "/bin/x 😀 --%Q";`, `Restart = "allways";`, `ProtectHom = true;`,
}

const (
	atOnce    = 6  // documents that are open, at most
	betweenOf = 15 // steps between two comparisons with the command line
)

// endure runs until a moment, or until a comparison fails, and reports how many did. The
// copy then is what was compared.
func (s *session) endure(names []string, random *rand.Rand, until time.Time) (int, error) {
	e := &endurance{session: s, random: random, names: names, texts: map[string]string{}}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		e.texts[name] = string(text)
	}
	begun := time.Now()
	for minute := begun; e.different == 0 && time.Now().Before(until); {
		for range betweenOf {
			if err := e.step(); err != nil {
				return e.different, err
			}
		}
		if err := e.rest(); err != nil {
			return e.different, err
		}
		if time.Since(minute) >= time.Minute {
			minute = time.Now()
			fmt.Printf("%3.0f min  %d MB  %d edits  %d fixes  %d closed  %d changes on disk  %d comparisons  %d findings\n",
				minute.Sub(begun).Minutes(), e.rss>>20, e.edits, e.fixes, e.closed, e.onDisk, e.compared, e.found)
		}
	}
	return e.different, nil
}

// step does one thing that people do.
func (e *endurance) step() error {
	switch n := e.random.IntN(20); {
	case len(e.opened) == 0 || n < 3 && len(e.opened) < atOnce:
		return e.openOne()
	case n < 5:
		return e.closeOne()
	case n < 8:
		return e.changeDisk()
	case n < 10:
		return e.fix(e.some())
	default:
		return e.edit(e.some())
	}
}

func (e *endurance) some() *edited { return e.opened[e.random.IntN(len(e.opened))] }

// openOne opens a file that is not open, some with other ends of lines.
func (e *endurance) openOne() error {
	name := e.names[e.random.IntN(len(e.names))]
	if e.isOpen(name) {
		return nil
	}
	text, err := os.ReadFile(name)
	if err != nil { // it is gone: it begins anew
		text = []byte(e.texts[name])
	}
	return e.begin(name, e.withSomeEnds(string(text)))
}

// begin opens a file with a text.
func (e *endurance) begin(name, text string) error {
	d, err := e.open(name, text)
	if err == nil {
		e.opened = append(e.opened, &edited{d, e.texts[name]})
	}
	return err
}

func (e *endurance) withSomeEnds(text string) string {
	if e.random.IntN(4) == 0 {
		return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	}
	return text
}

func (e *endurance) isOpen(name string) bool {
	return slices.ContainsFunc(e.opened, func(d *edited) bool { return d.name == name })
}

// closeOne closes a document, saved or not, and may open it again.
func (e *endurance) closeOne() error {
	i := e.random.IntN(len(e.opened))
	d := e.opened[i]
	if e.random.IntN(2) == 0 {
		if err := e.save(d); err != nil {
			return err
		}
	}
	e.opened = slices.Delete(e.opened, i, i+1)
	e.closed++
	if err := d.notify("textDocument/didClose", object{"textDocument": object{"uri": d.uri}}); err != nil {
		return err
	}
	if e.random.IntN(2) == 0 {
		return e.begin(d.name, d.text)
	}
	return nil
}

// save writes a document to the disk.
func (e *endurance) save(d *edited) error {
	if err := os.WriteFile(d.name, []byte(d.text), 0o644); err != nil {
		return err
	}
	if err := d.notify("textDocument/didSave", object{"textDocument": object{"uri": d.uri}}); err != nil {
		return err
	}
	return e.announce(d.name, 2)
}

// announce sends that a file appeared (1), changed (2) or vanished (3).
func (e *endurance) announce(name string, kind int) error {
	return e.notify("workspace/didChangeWatchedFiles", object{"changes": []object{{"uri": uriOf(name), "type": kind}}})
}

// changeDisk changes files without the editor, as git does.
func (e *endurance) changeDisk() error {
	for range 1 + e.random.IntN(4) {
		e.onDisk++
		name, text := filepath.Join(e.dir, "wardnix.toml"), "select = [\"all\"]\n"
		if e.random.IntN(4) > 0 {
			name = e.names[e.random.IntN(len(e.names))]
			text = e.withSomeEnds(e.withMistake(e.texts[name]))
		}
		_, err := os.Stat(name)
		kind := 2
		switch {
		case err != nil:
			kind = 1
		case e.random.IntN(3) == 0:
			if err := os.Remove(name); err != nil {
				return err
			}
			if err := e.announce(name, 3); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
		if err := e.announce(name, kind); err != nil {
			return err
		}
	}
	return nil
}

// withMistake is a text with another line among the settings of a service; the text
// itself now and then.
func (e *endurance) withMistake(text string) string {
	before, after, ok := strings.Cut(text, "serviceConfig = {")
	if !ok || e.random.IntN(3) == 0 {
		return text
	}
	return before + "serviceConfig = {\n" + mistakes[e.random.IntN(len(mistakes))] + after
}

// edit types a line, or changes some places. Some of what is typed is looked at before the next key.
func (e *endurance) edit(d *edited) error {
	if at := strings.Index(d.text, "serviceConfig = {"); at >= 0 && e.random.IntN(3) == 0 {
		at += len("serviceConfig = {")
		for _, r := range "\n      " + mistakes[e.random.IntN(len(mistakes))] {
			if err := e.key(d, at, at, string(r)); err != nil {
				return err
			}
			at += len(string(r))
		}
		return e.look(d)
	}
	for range 1 + e.random.IntN(10) {
		from, to := d.place(e.random)
		was := d.text[from:to]
		if err := e.key(d, from, to, someKey(e.random)); err != nil {
			return err
		}
		if e.random.IntN(8) > 0 { // most are undone, so that most texts parse
			if err := e.key(d, from, from+1, was); err != nil {
				return err
			}
		}
	}
	return e.look(d)
}

// key replaces a part of the text, and now and then waits for the diagnostics or asks.
func (e *endurance) key(d *edited, start, end int, text string) error {
	e.edits++
	if err := d.edit(start, end, text); err != nil {
		return err
	}
	switch e.random.IntN(20) {
	case 0:
		return e.look(d)
	case 1:
		return d.ask(start)
	}
	return nil
}

// look waits for the diagnostics of a document.
func (e *endurance) look(d *edited) error {
	all, err := d.diagnostics()
	if err == nil && !isBroken(all) {
		d.good = d.text
	}
	return err
}

// fix applies an action to a document. A text that parses does so afterwards.
func (e *endurance) fix(d *edited) error {
	if err := e.look(d); err != nil || d.good != d.text {
		return err
	}
	whole := object{"start": position{}, "end": d.position(len(d.text))}
	result, err := d.request("textDocument/codeAction", object{"textDocument": object{"uri": d.uri}, "range": whole, "context": object{"diagnostics": []any{}}})
	if err != nil {
		return err
	}
	type action struct {
		Title string
		Edit  struct {
			Changes map[string][]struct {
				Range   struct{ Start, End position }
				NewText string
			}
		}
	}
	var actions []action
	if err := json.Unmarshal(result, &actions); err != nil || len(actions) == 0 {
		return err
	}
	a := actions[e.random.IntN(len(actions))]
	edits := a.Edit.Changes[d.uri]
	if len(a.Edit.Changes) > 1 || len(edits) == 0 {
		return nil // it changes other files
	}
	e.fixes++
	before := d.text
	for _, x := range slices.Backward(edits) { // they are in order
		if err := d.edit(d.offset(x.Range.Start), d.offset(x.Range.End), x.NewText); err != nil {
			return err
		}
	}
	if err := e.look(d); err != nil || d.good == d.text {
		return err
	}
	e.different++
	fmt.Printf("%s: %q breaks\n%s\n", d.name, a.Title, before)
	return nil
}

// rest saves all documents, those that do not parse as they last did, and compares with
// the command line.
func (e *endurance) rest() error {
	args := []string{}
	for _, d := range e.opened {
		if err := e.look(d); err != nil {
			return err
		}
		if d.text != d.good {
			d.text = d.good
			if err := d.change(object{"text": d.text}); err != nil {
				return err
			}
		}
		if err := e.save(d); err != nil {
			return err
		}
		args = append(args, d.name)
	}
	if len(args) == 0 {
		return nil
	}
	want, err := e.linted(strings.NewReader(""), args...)
	if err != nil {
		return err
	}
	for _, d := range e.opened {
		e.compared++
		e.found += len(want[d.name])
		same, err := d.agrees(want)
		if err != nil {
			return err
		}
		if !same {
			e.different++
		}
	}
	return nil
}
