package workspace

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/lint/nixos"
)

// foreign reports whether a name is that of a directory for code of others, or a
// hidden one.
func foreign(name string) bool {
	hidden := strings.HasPrefix(name, ".") && name != "." && name != ".."
	return path.Ext(name) != ".nix" && (hidden || strings.HasPrefix(name, "vendor") || name == "third_party")
}

// isVendored reports whether a path that is named lies in such a directory, as seen
// from the working directory.
func (w *Workspace) isVendored(name string) bool {
	return !w.opts.NoSilencing && slices.ContainsFunc(strings.Split(w.shown(name), "/"), foreign)
}

// leavesOut reports whether something in a directory that is linted is left out: by
// the settings, or since it is a directory for code of others.
func (w *Workspace) leavesOut(abs string) bool {
	if w.excludes(abs) {
		if !w.exclude.Excludes(abs) && holdsNix(filepath.FromSlash(abs)) {
			w.excluded[abs] = true
		}
		return true
	}
	if base := path.Base(abs); w.opts.NoSilencing || !foreign(base) || nixos.HoldsNoSources(base) {
		return false
	}
	if holdsNix(filepath.FromSlash(abs)) {
		w.leftOut[abs] = true
	}
	return true
}

// maxEntries is the number of entries of a directory that are looked at for files of
// Nix.
const maxEntries = 10_000

// holdsNix reports whether a directory has files of Nix in it.
func holdsNix(dir string) bool {
	found, n := false, 0
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		n++
		if found = err == nil && d.Type().IsRegular() && filepath.Ext(name) == ".nix"; found || n > maxEntries {
			return fs.SkipAll
		}
		return nil
	})
	return found
}
