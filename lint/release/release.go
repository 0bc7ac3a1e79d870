// Package release says which version of wardnix this is, and where it is published.
// Everything else that shows one of them takes it from here: README, recipes,
// templates, package.nix and the links in findings. A test compares them, and
// writes them with -update.
package release

import "runtime/debug"

// Version is the version of this source.
const Version = "0.1.0"

// Repository is where the source is published, as "owner/name" on GitHub; "" as long
// as it is not. Recipes then work from a clone.
const Repository = ""

// Documentation is the address of the directory that wardnix docs writes, with "/"
// at its end; "" as long as it is not published.
const Documentation = ""

// Full is the version, with the commit where the build knows it.
func Full() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return Version + " (" + s.Value[:12] + ")"
		}
	}
	return Version
}
