package unitfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Value is an option value as NixOS renders it into a unit: null, a boolean, an
// integer, a float, a string or a list, or a value that is not known. Its zero
// value is null.
type Value struct {
	kind  valueKind
	text  string
	list  []Value
	whole int64
	real  float64
}

type valueKind uint8

const (
	nullValue valueKind = iota
	boolValue
	intValue
	floatValue
	stringValue
	listValue
	unknownValue
)

// Null returns the null value.
func Null() Value { return Value{} }

// Bool returns a boolean.
func Bool(b bool) Value {
	v := Value{kind: boolValue}
	if b {
		v.whole = 1
	}
	return v
}

// Int returns an integer.
func Int(n int64) Value { return Value{kind: intValue, whole: n} }

// Float returns a floating-point number.
func Float(x float64) Value { return Value{kind: floatValue, real: x} }

// String returns a string.
func String(s string) Value { return Value{kind: stringValue, text: s} }

// List returns a list.
func List(values ...Value) Value { return Value{kind: listValue, list: values} }

// Unknown returns a value that is not known.
func Unknown() Value { return Value{kind: unknownValue} }

// IsUnknown reports whether the value, or a part of it, is not known.
func (v Value) IsUnknown() bool {
	return v.kind == unknownValue || v.kind == listValue && slices.ContainsFunc(v.list, Value.IsUnknown)
}

// Line is one rendered line. A line with Unknown set stands for an assignment
// whose text is not known.
type Line struct {
	Key, Text string
	Unknown   bool
}

// String returns the line as it stands in a unit.
func (l Line) String() string {
	if l.Unknown {
		return l.Key + "=?"
	}
	return l.Key + "=" + l.Text
}

// Render returns the lines that NixOS writes for key = value
// (nixos/lib/systemd-lib.nix, attrsToSection; the same from 20.09 to 26.11): a
// list gives a line for each item, a list inside it is joined by blanks, null
// gives an empty assignment, and an empty list gives no line. A line whose text
// holds a newline is one Line here and several in the unit.
func Render(key string, value Value) []Line {
	if value.kind != listValue {
		return []Line{renderLine(key, value)}
	}
	lines := make([]Line, 0, len(value.list))
	for _, item := range value.list {
		lines = append(lines, renderLine(key, item))
	}
	return lines
}

func renderLine(key string, value Value) Line {
	if value.IsUnknown() {
		return Line{Key: key, Unknown: true}
	}
	if value.kind == boolValue { // toOption spells them out; toString would not
		return Line{Key: key, Text: strconv.FormatBool(value.whole == 1)}
	}
	return Line{Key: key, Text: value.toString()}
}

// toString is builtins.toString of Nix: true is "1", false and null are "", and
// the items of a list are joined by blanks, except that an empty list inside a
// list leaves no blank behind it.
func (v Value) toString() string {
	switch v.kind {
	case boolValue:
		if v.whole == 1 {
			return "1"
		}
	case intValue:
		return strconv.FormatInt(v.whole, 10)
	case floatValue:
		return fmt.Sprintf("%f", v.real)
	case stringValue:
		return v.text
	case listValue:
		var b strings.Builder
		for i, item := range v.list {
			b.WriteString(item.toString())
			if i < len(v.list)-1 && (item.kind != listValue || len(item.list) > 0) {
				b.WriteByte(' ')
			}
		}
		return b.String()
	}
	return ""
}

// RenderSection renders a set of options in the order of NixOS: by the bytes of
// the key.
func RenderSection(options map[string]Value) []Line {
	keys := make([]string, 0, len(options))
	for key := range options {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var lines []Line
	for _, key := range keys {
		lines = append(lines, Render(key, options[key])...)
	}
	return lines
}

// Assignments turns rendered lines into assignments of a section, as systemd
// reads them back: a newline in a value starts a new line of the unit, and
// blanks at the ends are dropped.
func Assignments(section string, lines []Line) []Assignment {
	var out []Assignment
	for _, line := range lines {
		if line.Unknown || !strings.ContainsAny(line.Key+line.Text, "\n\r\\\x00#;[=") {
			out = append(out, Assignment{Section: section, Key: strings.TrimSpace(line.Key),
				Value: strings.TrimSpace(line.Text), Unknown: line.Unknown})
			continue
		}
		f := Parse("", []byte("["+section+"]\n"+line.String()+"\n"))
		for _, a := range f.Assignments {
			a.File, a.Line = "", 0
			out = append(out, a)
		}
	}
	return out
}
