package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/nixast"
)

// auditTarget is a system to audit. Those of a flake are evaluated only when it
// is their turn, so that one is in memory at a time.
type auditTarget struct {
	shown string // as the user knows it
	name  string // of the host, if known
	file  string // what to read; "" for a flake
	flake string // the flake and the attribute of the system
}

// hostsAttr is the output of a flake that holds its systems.
const hostsAttr = "nixosConfigurations"

// targets are what the arguments stand for.
func (c *Command) targets(args []string) ([]auditTarget, error) {
	var all []auditTarget
	for _, arg := range args {
		flake, attr, isFlake := strings.Cut(arg, "#")
		switch {
		case !isFlake:
			all = append(all, auditTarget{shown: arg, file: c.abs(arg)})
		case attr == hostsAttr:
			names, err := c.hostNames(flake)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", arg, err)
			}
			for _, n := range names {
				all = append(all, flakeHost(flake, n))
			}
		case strings.HasPrefix(attr, hostsAttr+"."):
			name := strings.TrimPrefix(attr, hostsAttr+".")
			all = append(all, flakeHost(flake, strings.Trim(name, `"`)))
		case attr == "":
			return nil, fmt.Errorf("%s: name a host behind the #, or %s for all", arg, hostsAttr)
		default:
			all = append(all, flakeHost(flake, strings.Trim(attr, `"`)))
		}
	}
	return all, nil
}

func flakeHost(flake, name string) auditTarget {
	return auditTarget{
		shown: flake + "#" + name, name: name,
		flake: flake + "#" + nixast.QuoteAttrPath(hostsAttr, name),
	}
}

// path is the file or folder that holds the system.
func (t auditTarget) path(c *Command) (string, error) {
	if t.flake == "" {
		return t.file, nil
	}
	return c.nix("eval", "--no-write-lock-file", "--raw", t.flake+".config.system.build.toplevel.drvPath")
}

// hostNames are the systems of a flake, by name.
func (c *Command) hostNames(flake string) ([]string, error) {
	out, err := c.nix("eval", "--no-write-lock-file", "--json", flake+"#"+hostsAttr, "--apply", "builtins.attrNames")
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

// nix runs nix, which evaluates and builds nothing, and returns what it prints.
func (c *Command) nix(args ...string) (string, error) {
	program, err := exec.LookPath("nix")
	if err != nil {
		return "", errors.New("nix is needed to evaluate a flake, and was not found; a .drv, a built system or a folder of unit files needs none")
	}
	cmd := exec.Command(program, append([]string{"--extra-experimental-features", "nix-command flakes"}, args...)...)
	cmd.Dir = filepath.Clean(c.Dir)
	var out, messages strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("nix eval: %w\n%s", err, strings.TrimSpace(messages.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
