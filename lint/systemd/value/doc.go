// Package value judges values as systemd does: what a line sets, adds, resets,
// whether it is ignored or keeps the whole unit from loading, which valid value
// a misspelled one most likely means, and which of two values is the stricter.
package value
