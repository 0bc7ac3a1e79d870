// Package nixos reads NixOS configurations without evaluating them: which
// files belong together ([Load]), which systems they describe ([Host]), what
// they set ([Option]), and the systemd units that come of it ([Unit]).
//
// A module is a function or a set, with imports, options and config. Its
// definitions are merged by the rules of the NixOS release: priorities,
// conditions, order. A condition that the source does not decide stays a
// condition, and what cannot be seen is reported with the reason ([Reason]); it is
// never guessed.
//
// Every definition remembers the binding that made it, and every option the
// place where a person would add a line ([Site]). That is all a fix needs.
package nixos
