package nixos

import (
	"fmt"
	"maps"
	"path"
	"strings"
	"sync"

	"wardnix/nixast"
)

// A view is a project as one evaluator sees it. It remembers what was read, so that
// it is known which changes concern the result.
type view struct {
	mu       sync.Mutex
	project  *Project
	imported map[string]bool // the files that were imported as expressions
	files    map[string]bool // by name, those that are not there included
	listed   map[string]bool // the directories and paths whose presence matters
	units    bool            // modules look at units
}

func newView(p *Project) *view {
	return &view{project: p, imported: map[string]bool{}, files: map[string]bool{}, listed: map[string]bool{}}
}

// now is the project.
func (v *view) now() *Project {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.project
}

// move lets what is still to be read come from a later state of the project, in
// which all that was read is the same.
func (v *view) move(p *Project) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.project = p
}

// noteFile notes that the result depends on the file of a name.
func (v *view) noteFile(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.files[name] = true
}

// noteListing notes that the result depends on what is in a directory, or on
// whether there is something at a path.
func (v *view) noteListing(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.listed[v.project.clean(name)] = true
}

// noteUnits notes that a unit of the configuration is looked up, so that others may depend
// on it.
func (v *view) noteUnits() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.units = true
}

// file is the file of a name with its tree; nil if there is none.
func (v *view) file(name string) *File {
	name = v.now().clean(name)
	v.noteFile(name)
	if f := v.now().withTree(name); f != nil && f.Tree != nil {
		v.noteFile(f.Name) // which a link may have another name for
		return f
	}
	return nil
}

// of is the file of a node that was read through the view.
func (v *view) of(n nixast.Node) *File {
	if n.IsZero() {
		return nil
	}
	return v.now().File(n.File().Name)
}

// importFile is the file that an import of a path means.
func (v *view) importFile(name string) (*File, error) {
	name = path.Clean(name)
	if f := v.file(name); f != nil {
		return f, nil
	}
	if f := v.file(path.Join(name, "default.nix")); f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("`%s` is not in this project", name)
}

// Import gives the file that an import expression means.
func (v *view) Import(name string) (*nixast.File, error) {
	f, err := v.importFile(name)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.imported[f.Name] = true
	return f.Tree, nil
}

// imports adds the files that were imported as expressions.
func (v *view) imports(to map[string]bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.Copy(to, v.imported)
}

// below are the names of the files that were found below a directory, relative to it.
func (v *view) below(dir string) []string {
	v.noteListing(dir)
	prefix := v.now().clean(dir) + "/"
	if prefix == "./" {
		prefix = ""
	}
	var names []string
	for _, f := range v.now().Files() {
		if rest, ok := strings.CutPrefix(f.Name, prefix); ok && f.Err == nil && !f.late {
			names = append(names, rest)
		}
	}
	return names
}

// changes are the files that differ between two states of a project, by name; true
// for one that appeared or vanished.
type changes map[string]bool

// concern reports whether changes concern what was read.
func (v *view) concern(c changes) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for name, presence := range c {
		if v.files[name] || len(v.listed) > 0 && path.Base(name) == ".gitignore" {
			return true
		}
		for at := name; presence; at = path.Dir(at) {
			if v.listed[at] {
				return true
			}
			if at == path.Dir(at) || at == ".." {
				break
			}
		}
	}
	return false
}
