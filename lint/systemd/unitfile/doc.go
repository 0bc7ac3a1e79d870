// Package unitfile reads unit files as systemd does: lines, drop-ins, and the
// mistakes that systemd reports while it loads a unit.
//
// A value that is not known is an assignment with Unknown set; a section in which
// unseen assignments may exist is listed in Unit.Open. Nothing is guessed of them.
package unitfile
