// Package security computes what a unit leaves allowed: the effective value of a
// directive, whether one unit is at least as strict as another, and the exposure
// that systemd-analyze security prints.
//
// For what is not known it answers with an interval or with CannotTell.
package security
