// Package nixast parses the Nix language into a lossless tree.
//
// A [File] keeps its source and flat arrays without pointers: tokens that tile
// the source, white space and comments included, and nodes in preorder. An
// unchanged file therefore prints as its source, and a [Node] is a small value
// that can be compared and copied. Typed views ([Binding], [Lambda], …) name the
// parts of a node; a part that the source lacks is a node of kind [Missing] with
// no width, and tokens that fit nowhere lie under nodes of kind [Error], which
// count for no part, so that the parts never shift.
//
// A mistake is a [Diagnostic]; the rest of the file is still parsed. The grammar
// and the checks are those of `nix-instantiate --parse` of Nix 2.8 and of Nix
// 2.36, as chosen by [Options], with these exceptions: the parser's stack of Nix
// 2.8, 10,000 symbols, is not imitated; unlike in Nix, expressions are nested at
// most 100,000 levels deep, and at most 1,000,000 operators follow each other;
// sources of 4 GiB are not read. A file that has a syntax error is not checked for
// duplicates and undefined variables.
//
// Values of literals come from [Node.Parts], [Node.StringValue] and so on,
// and go back with [QuoteString], [QuoteIndented] and [QuoteAttr]. Places are
// reported by [File.Position]; which comments belong to a node, by
// [Node.CommentsAbove] and [Node.CommentAfter]. [Canonical] prints what Nix
// prints, [DumpTree] what that does not show.
//
// The package imports the standard library only, opens no file and keeps no
// state.
package nixast
