// Package gen writes NixOS modules from nothing: hardened services by their
// class ([Service]), the modules of the built-in baselines ([Cloudflared],
// [Server]), units of systemd turned into options ([FromUnit]), and what services of
// NixOS lack of their proven baselines ([Harden]).
//
// What is set, and why, is data: the rows of the baselines of package rules, and
// the table of classes here. Text is written by package emit.
package gen
