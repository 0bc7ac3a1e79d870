// Package nixast parses the Nix language into a lossless tree.
//
// A [File] keeps its source and two flat arrays without pointers: tokens that
// tile the source, white space and comments included, and nodes in preorder.
// An unchanged file therefore prints as its source, and a [Node] is a small
// value that can be compared and copied. Typed views ([Binding], [Lambda], …)
// name the parts of a node; a part that the source lacks is a node of kind
// [Missing] with no width, so that the parts never shift.
//
// A syntax error is a [Diagnostic]; the rest of the file is still parsed.
// The grammar and the checks are those of Nix 2.8 and of Nix 2.36, as chosen
// by [Options].
//
// The package imports the standard library only, opens no file and keeps no
// state.
package nixast
