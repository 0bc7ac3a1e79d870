package unit

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"wardnix/lint/nixos"
	"wardnix/lint/shell"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// commandReader reads the commands of a line of a unit. What is not known of a text
// is a rune of a private area while it is read, so that it is a part of a word to
// systemd and to shells.
type commandReader struct {
	u        *Unit
	unknowns []eval.Piece
	found    []Command
	depth    int
}

const firstUnknown = '\U000F0000'

// encode is a text with a rune for each piece that is not known; before goes in
// front of each.
func (r *commandReader) encode(pieces []eval.Piece, before string) string {
	if len(pieces) == 1 && pieces[0].Unknown == nil && pieces[0].When == nil {
		return pieces[0].Text
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.Unknown == nil && p.When == nil {
			b.WriteString(p.Text)
			continue
		}
		if p.Unknown != nil && p.Unknown.Sort == eval.FileContent && p.When == nil {
			if content := r.u.script(p.Unknown, "", true); content != nil {
				b.WriteString(r.encode(piecesOf(content), before))
				continue
			}
		}
		b.WriteString(before)
		b.WriteRune(firstUnknown + rune(len(r.unknowns)))
		r.unknowns = append(r.unknowns, p)
	}
	return b.String()
}

// decode is a text with "${…}" for what is not known.
func (r *commandReader) decode(text string) string {
	if !strings.ContainsFunc(text, isUnknown) {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		if i := int(c - firstUnknown); i >= 0 && i < len(r.unknowns) {
			one := eval.String{Pieces: r.unknowns[i : i+1]}
			b.WriteString(cmp.Or(one.Pattern(), "${…}"))
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func isUnknown(c rune) bool { return c >= firstUnknown }

// line reads a line of a unit.
func (r *commandReader) line(l nixos.Line) {
	if option, ok := r.u.scriptLine(l); ok {
		r.found = append(r.found, Command{Setting: Setting{l}, Words: strings.Fields(l.Shown), Reads: true})
		r.scripts(option)
		return
	}
	text := l.Text
	if !l.Known {
		pieces := []eval.Piece{{Unknown: &eval.Unknown{Label: "…"}}}
		if l.Value != nil {
			switch v := r.u.Host.Evaluator().Force(l.Value).(type) {
			case *eval.Path:
				pieces = []eval.Piece{{Unknown: copyOf(v)}}
			case *eval.String, *eval.Unknown:
				pieces = piecesOf(v)
			}
		}
		text = r.encode(pieces, "/") // whatever it is, it is a valid path then
	}
	commands, verdict := value.ParseExec(firstLine(text), value.Expander{Name: r.u.Name, Version: r.u.Version})
	if verdict.Status != value.Valid {
		return
	}
	for i := range commands {
		words := append([]string{commands[i].Path}, commands[i].Args...)
		if commands[i].Argv0 {
			words = slices.Delete(words, 1, 2)
		}
		for j, w := range words {
			words[j] = withoutSlash(w)
		}
		c := Command{Setting: Setting{l}, Words: words}
		c.prefixed(&commands[i])
		r.add(c)
	}
}

// firstLine is the first line of a text, with those that a backslash joins to it: systemd
// reads what follows as other lines of the unit.
func firstLine(text string) string {
	first, rest, more := strings.Cut(text, "\n")
	for more && strings.HasSuffix(first, "\\") {
		var next string
		next, rest, more = strings.Cut(rest, "\n")
		first = strings.TrimSuffix(first, "\\") + " " + next
	}
	return first
}

// withoutSlash takes out what encode put in front of each unknown piece.
func withoutSlash(word string) string {
	var b strings.Builder
	for i, c := range word {
		if c == '/' {
			if next, _ := utf8.DecodeRuneInString(word[i+1:]); isUnknown(next) {
				continue
			}
		}
		b.WriteRune(c)
	}
	return b.String()
}

// scripts reads the script of an option.
func (r *commandReader) scripts(option string) {
	for _, d := range r.u.Option(option).Defs {
		if d.Maybe != nil {
			continue
		}
		for when, v := range r.u.valuesOf(d) {
			at := Setting{nixos.Line{Section: "Service", Key: option, Def: d, Origin: d.Binding, Value: v, When: when}}
			r.script(r.encode(piecesOf(r.u.Host.Evaluator().Force(v)), ""), Command{Setting: at, Origin: Script}, r.u.Host.Evaluator().Force(v).Origin())
		}
	}
}

// script reads a text that a shell reads. like is what its commands have in common,
// and in the expression that the text is written in.
func (r *commandReader) script(text string, like Command, in nixast.Node) {
	for _, c := range shell.Commands(text) {
		one := like
		one.Words, one.Writes = c.Words, nil
		for _, file := range c.Writes {
			one.Writes = append(one.Writes, r.decode(file))
		}
		one.MayFail = like.MayFail || c.Tolerated
		one.Conditional = like.Conditional || c.Conditional
		if span, ok := r.locate(text[c.Start:c.End], in); ok {
			one.Place = nixos.Place{In: in, Span: span}
		}
		r.add(one)
	}
}

// add adds a command, and those that it has a shell run.
func (r *commandReader) add(c Command) {
	words := unwrapped(c.Words)
	program, script := words[0], ""
	c.Words = make([]string, len(words))
	for i, w := range words {
		c.Words[i] = r.decode(w)
	}
	like := c
	text, isFile, byShell := scriptOf(append([]string{c.Words[0]}, words[1:]...))
	if byShell && isFile {
		program = text
	} else if byShell {
		script, like.Origin, c.Reads = text, max(c.Origin, Shell), true
	}
	if text, ok := r.written(program, byShell, c.Origin); ok && !c.Reads {
		script, like.Origin, c.Reads = text, Script, true
	}
	r.found = append(r.found, c)
	if c.Reads && r.depth < maxPrograms {
		r.depth++
		r.script(script, like, nixast.Node{})
		r.depth--
	}
}

// written is the shell script that a program is, if the project has it; byShell
// reports that a shell is given the file, and origin who starts the program.
func (r *commandReader) written(program string, byShell bool, origin Origin) (script string, ok bool) {
	if file, rest := r.leading(program); file != nil {
		return r.file(file, rest, byShell)
	}
	if origin != Line && !strings.Contains(program, "/") {
		if text := r.u.inPath(program); text != nil {
			return r.encode(piecesOf(text), ""), true
		}
	}
	return "", false
}

// leading is what is not known at the beginning of a word, and the rest of it.
func (r *commandReader) leading(word string) (file *eval.Unknown, rest string) {
	first, size := utf8.DecodeRuneInString(word)
	if i := int(first - firstUnknown); i >= 0 && i < len(r.unknowns) && r.unknowns[i].When == nil {
		return r.unknowns[i].Unknown, word[size:]
	}
	return nil, ""
}

// file is the shell script at a path in a package or a copy of a file.
func (r *commandReader) file(file *eval.Unknown, rest string, byShell bool) (script string, ok bool) {
	if text, shell := r.u.program(file, rest, byShell); shell && text != nil {
		return r.encode(piecesOf(text), ""), true
	}
	return r.built(file, rest, byShell)
}

// locate is where a part of a text is in the string that the text is written in,
// if it is there once and as it is.
func (r *commandReader) locate(text string, in nixast.Node) (nixast.Span, bool) {
	if in.IsZero() || strings.ContainsFunc(text, isUnknown) {
		return nixast.Span{}, false
	}
	span := in.Span()
	source := in.File().Src[span.Start:span.End]
	i := strings.Index(source, text)
	if i < 0 || strings.Contains(source[i+1:], text) {
		return nixast.Span{}, false
	}
	return nixast.Span{Start: span.Start + i, End: span.Start + i + len(text)}, true
}
