package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"wardnix/lint"
	"wardnix/lint/systemd/security"
)

// knownName is the file in a project's folder that holds its known findings.
const knownName = "wardnix-baseline.json"

// known are the known findings of each project of a run, by its folder.
type known struct {
	s      *workspace
	byRoot map[string]*lint.Known
	count  int // of the findings that were known when last looked at
}

// known reads what is known: from the file that is named, else from that in
// the folder of each project.
func (s *workspace) known(name string) (*known, error) {
	k := &known{s: s, byRoot: map[string]*lint.Known{}}
	for _, f := range s.project.Files() {
		root := s.project.Root(f)
		if !f.Asked || root == "" || k.byRoot[root] != nil {
			continue
		}
		file, optional := filepath.Join(filepath.FromSlash(root), knownName), true
		if name != "" {
			file, optional = s.abs(name), false
		}
		one, err := readKnown(file)
		switch {
		case err == nil:
			k.byRoot[root] = one
		case optional && errors.Is(err, fs.ErrNotExist):
			k.byRoot[root] = &lint.Known{}
		default:
			return nil, s.named(file, err)
		}
	}
	return k, nil
}

func readKnown(file string) (*lint.Known, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return lint.ReadKnown(text)
}

// named tells an error with the name of a file as users know it.
func (s *workspace) named(file string, err error) error {
	if rel, relErr := filepath.Rel(filepath.FromSlash(s.finder.Base), file); relErr == nil {
		file = filepath.ToSlash(rel)
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", file, err)
}

// filter drops what is known.
func (k *known) filter(found []lint.Finding) []lint.Finding {
	byRoot := map[string][]lint.Finding{}
	for _, f := range found {
		root := ""
		if file := k.s.project.File(f.File.Name); file != nil {
			root = k.s.project.Root(file)
		}
		byRoot[root] = append(byRoot[root], f)
	}
	var out []lint.Finding
	k.count = 0
	for _, root := range slices.Sorted(maps.Keys(byRoot)) {
		fresh := byRoot[root]
		if one := k.byRoot[root]; one != nil {
			var known []lint.Finding
			fresh, known, _ = one.Split(k.s.project, fresh)
			k.count += len(known)
		}
		out = append(out, fresh...)
	}
	return out
}

// worse tells which units are more exposed than the file of --ratchet has it.
func (v *scoreVerb) worse(c *Command, units []scored) (bool, error) {
	if v.ratchet == "" {
		return false, nil
	}
	k, err := readKnown(c.abs(v.ratchet))
	if err != nil {
		return false, fmt.Errorf("%s: %w", v.ratchet, err)
	}
	lines := worseUnits(k, exposures(units))
	for _, l := range lines {
		fmt.Fprintln(c.Stderr, "wardnix: "+l)
	}
	return len(lines) > 0, nil
}

// exposures are the highest exposures that units can have, as [lint.Known] has
// them.
func exposures(units []scored) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, u := range units {
		unit := u.name
		if u.key.scope != "" && u.key.scope != "system" {
			unit += " (" + u.key.scope + ")"
		}
		if out[u.key.host] == nil {
			out[u.key.host] = map[string]string{}
		}
		out[u.key.host][unit] = u.now.High.String()
	}
	return out
}

// worseUnits are the units whose exposure grew, a line each. Units that are not
// known are no worse.
func worseUnits(k *lint.Known, now map[string]map[string]string) []string {
	var lines []string
	for _, host := range slices.Sorted(maps.Keys(k.Exposure)) {
		for _, unit := range slices.Sorted(maps.Keys(k.Exposure[host])) {
			was, is := k.Exposure[host][unit], now[host][unit]
			if is == "" || exposure(is) <= exposure(was) {
				continue
			}
			line := fmt.Sprintf("%s got worse: its exposure was %s and is %s", unit, was, is)
			if host != "" {
				line = host + ": " + line
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// exposure reads an exposure, "9.2"; what is none counts as the lowest.
func exposure(text string) security.Exposure {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return security.Exposure(n*10 + 0.5)
}
