// Package systemd knows what systemd knows about unit files: the directives of
// each version and their value grammars, what a line of a unit does (set, add,
// reset, be ignored, or keep the whole unit from loading), which of two
// settings is the stricter, and the exposure that systemd-analyze security
// computes. It reads no Nix and runs no systemd.
//
// The tables are generated from the data files of internal/gen, whose facts
// come from the sources and manual pages of systemd 252 to 262; each table was
// compared with real binaries of these versions.
//
// A value that is not known (an assignment with Unknown set, a section listed
// in Unit.Open) is never guessed: Assess answers with an interval, AtLeast with
// CannotTell.
package systemd

//go:generate go run ./internal/gen
