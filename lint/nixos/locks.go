package nixos

import (
	"encoding/json"
	"path"
	"strings"

	"wardnix/nixast"
)

// pins are the releases that the lock files of one folder tell, by the name of
// the input, source or channel.
type pins map[string]Release

// of is the release of a pin of that name; if there is none, that of the pin
// called nixpkgs, or of the only one.
func (p pins) of(name string) (Release, bool) {
	for _, n := range []string{name, "nixpkgs", "nixos", "nixpkgs-unstable", "nixpkgs-stable"} {
		if r, ok := p[n]; ok && n != "" {
			return r, true
		}
	}
	if len(p) == 1 {
		for _, r := range p {
			return r, true
		}
	}
	return Release{}, false
}

// readPins reads what flake.lock, npins and niv tell of nixpkgs in the folder
// of a root. The first of them that tells anything counts.
func readPins(r *root) pins {
	for _, lock := range []struct {
		name  string
		parse func([]byte) pins
	}{
		{"flake.lock", parseFlakeLock},
		{"npins/sources.json", parseNpins},
		{"nix/sources.json", parseNiv},
		{"lon.lock", parseNiv},
	} {
		text, err := readText(r.fsys, lock.name, 16<<20)
		if err != nil {
			continue
		}
		if p := lock.parse([]byte(text)); len(p) > 0 {
			return p
		}
	}
	return nil
}

// parseFlakeLock reads the inputs of the root node of a flake.lock, version 7
// and before (Nix: src/libflake/flake/lockfile.cc).
func parseFlakeLock(text []byte) pins {
	var lock struct {
		Root  string
		Nodes map[string]struct {
			Inputs   map[string]json.RawMessage
			Original struct{ Owner, Repo, Ref, ID, URL string }
			Locked   struct {
				LastModified int64
				Owner, Repo  string
				URL          string
			}
		}
	}
	if json.Unmarshal(text, &lock) != nil {
		return nil
	}
	found := pins{}
	for input, target := range lock.Nodes[lock.Root].Inputs {
		var node string
		if json.Unmarshal(target, &node) != nil {
			var follows []string
			if json.Unmarshal(target, &follows) != nil || len(follows) == 0 {
				continue
			}
			node = lock.Root
			for _, step := range follows {
				var next string
				if json.Unmarshal(lock.Nodes[node].Inputs[step], &next) != nil {
					node = ""
					break
				}
				node = next
			}
		}
		n, ok := lock.Nodes[node]
		if !ok || !isNixpkgs(n.Original.Owner+"/"+n.Original.Repo, n.Original.ID, n.Original.URL+n.Locked.URL) {
			continue
		}
		ref := n.Original.Ref
		if r, ok := releaseIn(ref); ok {
			found[input] = r
			continue
		}
		if n.Original.URL != "" {
			ref = n.Original.URL
		}
		if n.Locked.URL != "" {
			if r, ok := releaseIn(n.Locked.URL); ok {
				found[input] = r
				continue
			}
			if ref == n.Original.URL {
				ref = "" // a tarball of no named release
			}
		}
		if r, ok := releaseOfRef(ref, n.Locked.LastModified); ok {
			found[input] = r
		}
	}
	return found
}

// isNixpkgs reports whether an input is nixpkgs, or a copy of it by that name.
func isNixpkgs(repo, id, url string) bool {
	repo = strings.ToLower(repo)
	return strings.HasSuffix(repo, "/nixpkgs") || id == "nixpkgs" ||
		strings.Contains(strings.ToLower(url), "nixpkgs") || strings.Contains(url, "channels.nixos.org") ||
		strings.Contains(url, "nixos.org/channels")
}

// parseNpins reads npins/sources.json, version 3 to 7.
func parseNpins(text []byte) pins {
	var sources struct {
		Pins map[string]struct {
			Type, Name, Branch, URL string
			Repository              struct{ Owner, Repo, URL string }
		}
	}
	if json.Unmarshal(text, &sources) != nil {
		return nil
	}
	found := pins{}
	for name, pin := range sources.Pins {
		repo := pin.Repository.Owner + "/" + pin.Repository.Repo
		if pin.Type != "Channel" && !isNixpkgs(repo, "", pin.Repository.URL) {
			continue
		}
		for _, ref := range []string{pin.Name, pin.Branch, pin.URL} {
			if r, ok := releaseIn(ref); ok {
				found[name] = r
				break
			}
		}
	}
	return found
}

// parseNiv reads the sources.json of niv.
func parseNiv(text []byte) pins {
	var sources map[string]json.RawMessage
	if json.Unmarshal(text, &sources) != nil {
		return nil
	}
	if nested, ok := sources["sources"]; ok { // lon.lock
		if json.Unmarshal(nested, &sources) != nil {
			return nil
		}
	}
	found := pins{}
	for name, raw := range sources {
		var source struct{ Branch, Owner, Repo, URL string }
		if json.Unmarshal(raw, &source) != nil || !isNixpkgs(source.Owner+"/"+source.Repo, "", source.URL) {
			continue
		}
		if r, ok := releaseIn(source.Branch); ok {
			found[name] = r
		}
	}
	return found
}

// pinsIn reads what a Nix file itself tells: the urls of the inputs of a
// flake, and the tarballs it fetches.
func pinsIn(f *File) pins {
	found := pins{}
	if f == nil || f.Tree == nil {
		return found
	}
	for n := range f.Tree.Root().Descendants() {
		if n.Kind() != nixast.String && n.Kind() != nixast.URI {
			continue
		}
		text := n.Text()
		if !strings.Contains(text, "nixpkgs") && !strings.Contains(text, "channels") {
			continue
		}
		r, ok := releaseIn(text)
		if !ok {
			continue
		}
		name := boundName(n)
		if _, known := found[name]; !known {
			found[name] = r
		}
	}
	return found
}

// boundName is the name that a literal is bound to: nixpkgs for
// inputs.nixpkgs.url = "…", and for nixpkgs = fetchTarball "…".
func boundName(n nixast.Node) string {
	for a := range n.Ancestors() {
		b, ok := a.AsBinding()
		if !ok {
			continue
		}
		name := ""
		for attr := range b.Path().Attrs() {
			if s, ok := attr.AttrName(); ok && s != "url" && s != "inputs" && s != "outPath" {
				name = s
			}
		}
		if name != "" {
			return name
		}
	}
	return ""
}

// pinsOf are the pins of a project: its lock files, else what flake.nix or
// default.nix themselves say.
func pinsOf(p *Project, r *root) pins {
	if found := readPins(r); len(found) > 0 {
		return found
	}
	for _, name := range []string{"flake.nix", "npins/default.nix", "default.nix", "shell.nix", "configuration.nix"} {
		if found := pinsIn(p.File(p.name(path.Join(r.dir, name)))); len(found) > 0 {
			return found
		}
	}
	return nil
}
