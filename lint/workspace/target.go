package workspace

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/lint/audit"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unitfiles"
	"wardnix/nixast"
)

// Target is a system to audit. One of a flake is evaluated only when it is its turn,
// so that one is in memory at a time.
type Target struct {
	// Shown is the target as the user knows it.
	Shown string
	name  string // of the host, if known
	file  string // what to read; "" for a flake
	flake string // the reference to the flake
}

// hostsAttr is the output of a flake that has its systems.
const hostsAttr = "nixosConfigurations"

// Targets are what arguments name: a .drv, a built system, a directory of unit
// files, one unit file, or FLAKE#HOST.
func (w *Workspace) Targets(ctx context.Context, args []string) ([]Target, error) {
	var all []Target
	for _, arg := range args {
		flake, attr, isFlake := strings.Cut(arg, "#")
		switch {
		case !isFlake:
			all = append(all, Target{Shown: arg, file: w.abs(arg)})
		case attr == hostsAttr:
			names, err := w.hostNames(ctx, flake)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", arg, err)
			}
			for _, n := range names {
				all = append(all, flakeHost(flake, n))
			}
		case attr == "":
			return nil, fmt.Errorf("%s: name a host after the #, or %s for all", arg, hostsAttr)
		default:
			all = append(all, flakeHost(flake, strings.Trim(strings.TrimPrefix(attr, hostsAttr+"."), `"`)))
		}
	}
	return all, nil
}

func flakeHost(flake, name string) Target {
	return Target{Shown: flake + "#" + name, name: name, flake: flake}
}

// hostNames are the systems of a flake, by name.
func (w *Workspace) hostNames(ctx context.Context, flake string) ([]string, error) {
	out, err := w.nixEval(ctx, flake, hostsAttr, "--json", "--apply", "builtins.attrNames")
	if err != nil {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal([]byte(out), &names); err != nil {
		return nil, fmt.Errorf("nix eval: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// path is the file or directory that has the system.
func (w *Workspace) path(ctx context.Context, t Target) (string, error) {
	if t.file != "" {
		return t.file, nil
	}
	attr := nixast.QuoteAttrPath(hostsAttr, t.name) + ".config.system.build.toplevel.drvPath"
	drv, err := w.nixEval(ctx, t.flake, attr, "--raw", "--apply", inStore)
	if err != nil {
		return "", err
	}
	if info, err := os.Lstat(drv); err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("nix eval: %q is not a derivation", drv)
	}
	return drv, nil
}

// inStore keeps a flake from naming any other file than a derivation of the store.
const inStore = `path: if builtins.dirOf "${path}" == builtins.storeDir && builtins.match ".*[.]drv" "${path}" != null
  then path else throw "drvPath names no derivation of the store"`

// systems reads a target, with its containers, and what to judge it by.
func (w *Workspace) systems(ctx context.Context, t Target) ([]*audit.System, error) {
	path, err := w.path(ctx, t)
	if err != nil {
		return nil, err
	}
	read, err := unitfiles.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if t.name != "" {
		read.Name = t.name
	}
	for _, sys := range append([]*unitfiles.System{read}, read.Containers...) {
		w.showPaths(path, sys)
	}
	release, err := w.release()
	if err != nil {
		return nil, err
	}
	return audit.WithContainers(read, release, directive.Version(w.Main.SystemdVersion)), nil
}

// showPaths gives the files of a system the paths that the user knows.
func (w *Workspace) showPaths(root string, sys *unitfiles.System) {
	for _, u := range sys.Units {
		for i := range u.Files {
			u.Files[i].Path = w.unitPath(root, u.Files[i].Path)
		}
		w.showMissing(root, u.Missing)
	}
	w.showMissing(root, sys.Missing)
}

// showMissing gives files that could not be read the paths that the user knows.
func (w *Workspace) showMissing(root string, missing []unitfiles.Missing) {
	for i := range missing {
		if strings.HasPrefix(missing[i].What, "/") {
			missing[i].What = w.unitPath(root, missing[i].What)
		}
	}
}

// unitPath is the path of a unit file as the user knows it. It may start from the
// root of the system that was read; what lies below the working directory is shown
// from there.
func (w *Workspace) unitPath(root, path string) string {
	if below := filepath.Join(root, path); !strings.HasSuffix(root, ".drv") {
		if _, err := os.Lstat(below); err == nil {
			path = below
		}
	}
	if rest, ok := strings.CutPrefix(filepath.ToSlash(path), strings.TrimSuffix(w.base, "/")+"/"); ok {
		return rest
	}
	return path
}
