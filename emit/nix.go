package emit

// Expr is an expression in Nix source, used as it stands. Its line ends are LF
// and it is indented from column 0; where it is put deeper it is indented,
// strings excepted whose value that would change.
type Expr string

// Attr is a binding to be written.
type Attr struct {
	// Path are the names, not quoted: {"services", "nginx", "enable"}.
	Path []string
	// Value is nil, a bool, an integer, a float, a string, [Expr], a slice of
	// such values, or [Attrs]. A map is refused: it has no order.
	Value any
	// Comment stands above the binding, one "# " line for each of its lines.
	Comment string
	// Blank asks for a blank line above, if something is there.
	Blank bool
}

// Attrs is an attrset to be written, in order.
type Attrs []Attr

// A builds an [Attr] of a single name.
func A(name string, value any) Attr { return Attr{Path: []string{name}, Value: value} }

// Nix writes value as Nix source in the default style, from column 0. See
// [Attr] for the values it takes.
func Nix(value any) (string, error) { return Style{}.Nix(value, Layout{}) }

// Layout says where a text will stand.
type Layout struct {
	// Indent is the white space that begins the line in which the text starts.
	Indent string
	// Column is the number of columns before the text in its first line, and
	// After the number behind it in its last one.
	Column, After int
}

// Nix writes value as Nix source: on one line if it fits into the width, else
// broken as RFC 166 has it.
func (s Style) Nix(value any, at Layout) (string, error) { return "", errNotWritten }
