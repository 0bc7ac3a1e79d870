package unit

import (
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

	text string // of String
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
		t.text = textOf(t.Value)
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
	pieces := t.Pieces()
	for i, p := range pieces {
		if p.Unknown == nil {
			continue
		}
		value, shell := u.program(p.Unknown, restOf(pieces[i+1:]), t.Shell && p.Unknown.Sort == eval.FileContent)
		if value == nil || slices.ContainsFunc(found, func(f Text) bool { return f.Program && f.Value == value }) {
			continue
		}
		program := *t
		program.Value, program.text, program.Program, program.Shell = value, textOf(value), true, shell
		found = u.programs(&program, append(found, program), depth+1)
	}
	return found
}

// Pieces are the parts of the text.
func (t *Text) Pieces() []eval.Piece { return piecesOf(t.Value) }

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
func (t *Text) String() string { return t.text }

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
