// Package rules is the catalogue: what wardnix looks for, and the baselines
// that it compares with. Each rule has a file; [All] lists them.
package rules
