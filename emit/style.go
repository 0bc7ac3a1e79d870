package emit

import "wardnix/nixast"

// Style is how a file is written. The zero Style is RFC 166 with LF.
type Style struct {
	EOL    string // line end; "" means LF
	Indent string // one step of indentation; "" means two spaces
	Width  int    // columns; 0 means 100
	Dotted bool   // parents are written a.b = …; rather than a = { b = …; };
}

// Learn reads the style of f: what most of it does.
func Learn(f *nixast.File) Style { return Style{} }
