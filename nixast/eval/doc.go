// Package eval computes what a Nix expression is, as far as its source says.
//
// It evaluates without running anything: no derivation, no network, no
// environment, and no file but those that the caller's [Importer] hands out.
// What the source does not say is [Unknown], with the reason in a user's
// words; what depends on a condition that is not known is kept with the
// condition. Evaluation is lazy: a [Thunk] is computed when it is first asked
// for, once, and within [Limits].
//
// # What a value can be
//
// [Null], [Bool], [Int], [Float], [String], [Path], [List], [Attrs] and
// [Function] are Nix's own. [Unknown] may be any of them. [Choice] is one of
// several cases, in order: the first whose condition is true.
//
// Conditions sit as deep as they can: a list has elements that are there only
// when a [Cond] holds, a string has pieces, and a set has attributes. So a
// hundred a // optionalAttrs c b in a row are one set with a hundred
// attributes, not 2^100 sets.
//
// # What an answer means
//
// An answer is what Nix gives if Nix gives a value at all. An assertion that
// cannot be decided is taken to hold; an expression that certainly fails is
// Unknown with [Unknown.Failure].
package eval
