package nixast

// Dialect is the version of Nix whose language a file is written in.
type Dialect uint8

const (
	// Nix236 is current Nix: 2.34 to 2.36, whose grammar and checks are one.
	Nix236 Dialect = iota
	// Nix28 is Nix 2.8.
	Nix28
)

// Options choose the language that [Parse] reads. The zero value is current
// Nix without experimental features.
type Options struct {
	Dialect Dialect
	// PipeOperators switches on the experimental feature "pipe-operators".
	// Without it the operators are parsed and reported.
	PipeOperators bool
}

// Parse parses src. It always returns a whole tree; what is wrong with the
// source is told by File.Diagnostics.
func Parse(name, src string, opts Options) *File {
	panic("being written")
}
