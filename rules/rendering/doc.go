// Package rendering has the rules about settings that NixOS writes into the unit
// file otherwise than they read in Nix, or not at all.
package rendering
