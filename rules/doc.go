// Package rules is the catalog: what wardnix looks for, and the baselines
// that it compares with. Each rule has a file; [All] lists them.
package rules
