package nixos

import (
	"cmp"
	"encoding/json"
	"path"
	"strings"
	"sync"
	"time"

	"wardnix/lint/files"
	"wardnix/nixast"
)

// pins are the releases that the lock files of one directory name, by the name of
// the input, source or channel.
type pins map[string]pin

// A pin is the release that a lock file names.
type pin struct {
	Release
	// unstable reports that the pin is a revision of the unstable branch, which was
	// heading for the release and may lack a part of it.
	unstable bool
	locked   time.Time // when the revision was made; the zero Time if that is not known
}

// of is the release of a pin of that name; if there is none, that of the pin
// called nixpkgs, or of the only one.
func (p pins) of(name string) (pin, bool) {
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
	return pin{}, false
}

// lockPins reads what flake.lock, npins and niv say about nixpkgs in the directory
// of a root. The first of them that says anything counts.
func (v *view) lockPins(r *root) pins {
	for _, lock := range []struct {
		name  string
		parse func([]byte) pins
	}{
		{"flake.lock", parseFlakeLock},
		{"npins/sources.json", parseNpins},
		{"nix/sources.json", parseNiv},
		{"lon.lock", parseNiv},
	} {
		v.noteFile(v.now().name(path.Join(r.dir, lock.name)))
		text, err := files.ReadText(r.fsys, lock.name, 16<<20)
		if err != nil {
			continue
		}
		if p := r.lock.read(lock.name, text, lock.parse); len(p) > 0 {
			return p
		}
	}
	return nil
}

// A lockFile is the lock file of a root that was read last: each host reads it.
type lockFile struct {
	mu         sync.Mutex
	name, text string
	pins       pins
}

// read gives the pins of a lock file, which is parsed if it is not as it was.
func (l *lockFile) read(name, text string, parse func([]byte) pins) pins {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.name != name || l.text != text {
		l.name, l.text, l.pins = name, text, parse([]byte(text))
	}
	return l.pins
}

// A flakeLock is a flake.lock, version 7 and before (Nix:
// src/libflake/flake/lockfile.cc).
type flakeLock struct {
	Root  string
	Nodes map[string]lockNode
}

type lockNode struct {
	Inputs   map[string]json.RawMessage
	Original struct{ Owner, Repo, Ref, ID, URL string }
	Locked   struct {
		LastModified int64
		Owner, Repo  string
		URL          string
	}
}

// parseFlakeLock reads the inputs of the root node of a flake.lock.
func parseFlakeLock(text []byte) pins {
	var lock flakeLock
	if json.Unmarshal(text, &lock) != nil {
		return nil
	}
	found := pins{}
	for input, target := range lock.Nodes[lock.Root].Inputs {
		if n, ok := lock.Nodes[lock.follow(target)]; ok {
			if r, ok := n.release(); ok {
				found[input] = r
			}
		}
	}
	return found
}

// follow is the name of the node that an input is: a name, or the path of inputs that
// it follows, from the root. It is empty if there is none.
func (l *flakeLock) follow(target json.RawMessage) string {
	var node string
	if json.Unmarshal(target, &node) == nil {
		return node
	}
	var follows []string
	if json.Unmarshal(target, &follows) != nil || len(follows) == 0 {
		return ""
	}
	node = l.Root
	for _, step := range follows {
		var next string
		if json.Unmarshal(l.Nodes[node].Inputs[step], &next) != nil {
			return ""
		}
		node = next
	}
	return node
}

// release is the release of nixpkgs that the node is, if it is one.
func (n lockNode) release() (pin, bool) {
	if !isNixpkgs(n.Original.Owner+"/"+n.Original.Repo, n.Original.ID, n.Original.URL+n.Locked.URL) {
		return pin{}, false
	}
	for _, text := range []string{n.Original.Ref, n.Locked.URL} {
		if r, ok := releaseIn(text); ok {
			return pin{Release: r}, true
		}
	}
	ref := cmp.Or(n.Original.URL, n.Original.Ref)
	if n.Locked.URL != "" && ref == n.Original.URL {
		ref = "" // a tarball of no named release
	}
	r, ok := releaseOfRef(ref, n.Locked.LastModified)
	return pin{Release: r, unstable: true, locked: time.Unix(n.Locked.LastModified, 0).UTC()}, ok
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
	for name, source := range sources.Pins {
		repo := source.Repository.Owner + "/" + source.Repository.Repo
		if source.Type != "Channel" && !isNixpkgs(repo, "", source.Repository.URL) {
			continue
		}
		for _, ref := range []string{source.Name, source.Branch, source.URL} {
			if r, ok := releaseIn(ref); ok {
				found[name] = pin{Release: r}
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
			found[name] = pin{Release: r}
		}
	}
	return found
}

// pinsIn reads what a Nix file itself says: the urls of the inputs of a
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
			found[name] = pin{Release: r}
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

// pins are the pins of a project: its lock files, else what flake.nix or
// default.nix themselves say.
func (v *view) pins(r *root) pins {
	if found := v.lockPins(r); len(found) > 0 {
		return found
	}
	for _, name := range []string{"flake.nix", "npins/default.nix", "default.nix", "shell.nix", "configuration.nix"} {
		if found := pinsIn(v.file(v.now().name(path.Join(r.dir, name)))); len(found) > 0 {
			return found
		}
	}
	return nil
}
