// Package directive has the tables of systemd by version: the directives of
// units and configuration files with the kind of their values, the values of
// enums, capabilities, address families, namespaces, and groups of system calls.
//
// The tables are generated from the data files of ../internal/gen, whose facts
// come from the sources and manual pages of the releases in its
// versions.tsv; each table was compared with real binaries of these versions.
package directive

//go:generate go run ../internal/gen -data ../internal/gen/data -out ..
