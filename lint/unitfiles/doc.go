// Package unitfiles reads the units of a system that was evaluated or built, and
// puts each together from its files as systemd would: which file wins, which
// drop-ins follow it, which names lead to it, and which units are masked.
//
// An evaluated system is a .drv, of which only the derivations that lead to units
// are read; nothing is built. What cannot be read is named as missing, and the
// rest is still reported.
package unitfiles
