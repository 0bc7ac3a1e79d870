// Package emit changes Nix files by text edits, and writes new Nix text in the
// style of what is around it.
//
// An [Editor] belongs to one parsed file. Its methods look at the tree and
// return edits; they change nothing themselves. [Apply] turns source and edits
// into new source, [Diff] shows the difference, [WriteFile] brings it to disk.
//
// The rules that every operation keeps:
//
//   - bytes outside the edits stay as they are;
//   - no comment is lost, and comments stay next to what they were next to; an
//     operation that could not keep that returns an error and no edits;
//   - new text has the indentation, the newlines, the nested or dotted form
//     and the list layout of its neighbors, and where they show nothing, the
//     layout of RFC 166 (what nixfmt prints), 100 columns wide without the
//     indentation.
//
// The package knows the language Nix, but nothing of NixOS or systemd: which
// attributes belong together is given by the caller, in [Where].
package emit
