package unit

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// A Text is a text of a unit: a value of one of its settings, or the text of a
// program that the project itself writes and that the unit runs.
type Text struct {
	// Setting is the setting that the text is of, or by which the unit runs the
	// program. Its key is a directive, "Environment", or the option of a script.
	Setting
	// Variable is the name of the variable of the environment that has an option
	// of its own.
	Variable string
	// Value is a string, a path or something unknown.
	Value eval.Value
	// Program reports that it is the text of a program.
	Program bool
	// Shell reports that a shell reads it.
	Shell bool
}

// scriptOptions are the options of a service whose text NixOS writes to a file in
// the store.
var scriptOptions = []string{"script", "preStart", "postStart", "reload", "preStop", "postStop"}

// Texts are the texts of the unit, in the order of its sections. The caller must
// not change them.
func (u *Unit) Texts() []Text {
	if u.texts == nil {
		u.texts = u.findTexts()
	}
	return u.texts
}

func (u *Unit) findTexts() []Text {
	found := []Text{}
	add := func(section, key, variable string, o *nixos.Option) {
		for _, d := range o.Defs {
			found = append(found, u.textsOf(d, section, key, variable)...)
		}
	}
	for _, section := range u.Sections() {
		for _, o := range u.Directives(section) {
			add(section, o.Name(), "", o)
		}
	}
	if u.Type() == "service" && u.Style == nixos.NixOSStyle {
		for _, o := range u.Option("environment").Attrs() {
			add("Service", "Environment", o.Name(), o)
		}
		for _, name := range scriptOptions {
			add("Service", name, "", u.Option(name))
		}
	}
	return found
}

// textsOf are the texts of a definition, and of the programs in them.
func (u *Unit) textsOf(d *nixos.Def, section, key, variable string) []Text {
	ev := u.Host.Evaluator()
	var found []Text
	add := func(value *eval.Thunk, when *eval.Cond) {
		at := Setting{nixos.Line{Section: section, Key: key, Def: d, Origin: d.Binding, Value: value, When: when}}
		t := Text{Setting: at, Variable: variable, Value: ev.Force(value), Shell: slices.Contains(scriptOptions, key)}
		found = append(found, t)
		if t.Shell || strings.HasPrefix(key, "Exec") {
			found = u.programs(&t, found, 0)
		}
	}
	for when, value := range u.valuesOf(d) {
		list, isList := ev.Force(value).(*eval.List)
		if !isList {
			add(value, when)
			continue
		}
		for _, item := range list.Items {
			if both, truth := ev.And(when, item.When); truth != eval.No {
				add(item.Value, both)
			}
		}
	}
	return found
}

// valuesOf are the values that a definition may have, each with its condition.
func (u *Unit) valuesOf(d *nixos.Def) func(yield func(*eval.Cond, *eval.Thunk) bool) {
	return func(yield func(*eval.Cond, *eval.Thunk) bool) {
		ev := u.Host.Evaluator()
		for _, c := range ev.Cases(d.Value) {
			when, truth := ev.And(d.When, c.When)
			if truth != eval.No && !yield(when, c.Value) {
				return
			}
		}
	}
}

// Programs that run others are followed this far.
const maxPrograms = 4

// programs adds the texts of the programs that a text names.
func (u *Unit) programs(t *Text, found []Text, depth int) []Text {
	if depth == maxPrograms {
		return found
	}
	for _, p := range t.pieces() {
		if p.Unknown == nil {
			continue
		}
		value, shell := u.written(p.Unknown)
		if value == nil || slices.ContainsFunc(found, func(f Text) bool { return f.Program && f.Value == value }) {
			continue
		}
		program := *t
		program.Value, program.Program, program.Shell = value, true, shell
		found = u.programs(&program, append(found, program), depth+1)
	}
	return found
}

// writers are the functions of nixpkgs that make a program of a text, and whether
// the text is a shell's; of the others its first line says so
// (pkgs/build-support/trivial-builders, pkgs/build-support/writers, NixOS 26.11).
var writers = map[string]bool{
	"writeShellScript": true, "writeShellScriptBin": true, "writeShellApplication": true,
	"writeBash": true, "writeBashBin": true, "writeDash": true, "writeDashBin": true,
	"writeScript": false, "writeScriptBin": false, "writeTextFile": false,
	"writePython3": false, "writePython3Bin": false, "writePerl": false, "writePerlBin": false,
}

// shebang matches a first line that has a shell read the text.
var shebang = regexp.MustCompile(`^#! ?\S*(?:sh|runtimeShell\}|stdenv\.shell\})(?: -\S+)*\s*$`)

// written is the text of a program that the project writes, and whether a shell
// reads it; nil for anything else.
func (u *Unit) written(file *eval.Unknown) (text eval.Value, shell bool) {
	shell, ok := writers[writerOf(file)]
	if !ok {
		return nil, false
	}
	text = u.content(file)
	if s, ok := text.(*eval.String); ok && !shell {
		head, _, _ := strings.Cut(s.Pattern(), "\n")
		shell = shebang.MatchString(head)
	}
	return text, shell
}

// writerOf is the function that a file is the result of.
func writerOf(file *eval.Unknown) string { return file.Func[strings.LastIndexByte(file.Func, '.')+1:] }

// content is the text that a function writes to a file: its last argument, or the
// attribute "text" of that; nil if it has none.
func (u *Unit) content(file *eval.Unknown) eval.Value {
	if len(file.Args) == 0 {
		return nil
	}
	return u.argument(file.Args[len(file.Args)-1], "text")
}

// argument is an argument that is a string, or an attribute of one that is a set.
func (u *Unit) argument(t *eval.Thunk, name string) eval.Value {
	ev := u.Host.Evaluator()
	switch v := ev.Force(t).(type) {
	case *eval.String:
		return v
	case *eval.Attrs:
		if defs := v.Lookup(name).Defs; len(defs) == 1 && defs[0].When == nil {
			return ev.Force(defs[0].Value)
		}
	}
	return nil
}

// inPath is the shell script that the unit has in its path under a name, if the
// project writes it.
func (u *Unit) inPath(name string) eval.Value {
	for _, e := range u.Option("path").List() {
		if e.When != nil || e.Value == nil {
			continue
		}
		file, ok := u.Host.Evaluator().Force(e.Value).(*eval.Unknown)
		if !ok || len(file.Args) == 0 {
			continue
		}
		text, shell := u.written(file)
		if s, ok := u.argument(file.Args[0], "name").(*eval.String); ok && shell {
			if its, known := s.Text(); known && its == name {
				return text
			}
		}
	}
	return nil
}

// pieces are the parts of the text.
func (t *Text) pieces() []eval.Piece { return piecesOf(t.Value) }

func piecesOf(v eval.Value) []eval.Piece {
	switch v := v.(type) {
	case *eval.String:
		return v.Pieces
	case *eval.Path:
		return v.Pieces
	case *eval.Unknown:
		return []eval.Piece{{Unknown: v}}
	}
	return nil
}

// String is the text with what is there only under a condition, and with
// [UnknownText] for each part that is not known.
func (t *Text) String() string { return textOf(t.Value) }

func textOf(v eval.Value) string {
	pieces := piecesOf(v)
	if len(pieces) == 1 && pieces[0].Unknown == nil && pieces[0].When == nil {
		return pieces[0].Text
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.Unknown != nil {
			b.WriteString(UnknownText)
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
