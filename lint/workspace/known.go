package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/files"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
)

// knownName is the file in a project's directory that has its known findings.
const knownName = "wardnix-known.json"

// known are the known findings of each project of a run, by its directory.
type known map[string]*lint.Known

// readKnown reads what is known: from the file that the options name, which is about
// what is in no project, too, else from that in the directory of each project.
func (w *Workspace) readKnown() (known, error) {
	k := known{}
	if w.opts.NoKnown {
		return k, nil
	}
	if w.opts.Known != "" {
		file := w.abs(w.opts.Known)
		one, err := parseKnown(files.Read(file, files.MaxList))
		if err != nil {
			return nil, w.named(file, err)
		}
		k[""] = one
	}
	if w.Project == nil {
		return k, nil
	}
	for _, f := range w.Project.Files() {
		root := w.Project.Root(f)
		if !f.Reported || root == "" || k[root] != nil {
			continue
		}
		if k[root] = k[""]; k[root] != nil {
			continue
		}
		one, err := parseKnown(files.ReadIn(filepath.FromSlash(root), knownName, files.MaxList))
		switch {
		case err == nil:
			k[root] = one
		case errors.Is(err, fs.ErrNotExist):
			k[root] = &lint.Known{}
		default:
			return nil, w.named(filepath.Join(filepath.FromSlash(root), knownName), err)
		}
	}
	return k, nil
}

func parseKnown(text string, err error) (*lint.Known, error) {
	if err != nil {
		return nil, err
	}
	return lint.ReadKnown([]byte(text))
}

// known is a filter that drops what is known.
func (l *linter) known(k known) lint.Filter {
	return func(found []lint.Finding) []lint.Finding {
		byRoot := map[string][]lint.Finding{}
		for _, f := range found {
			root := ""
			if file := l.fileOf(f.File); file != nil {
				root = l.Project.Root(file)
			}
			byRoot[root] = append(byRoot[root], f)
		}
		var out []lint.Finding
		l.held.Known = 0
		for _, root := range slices.Sorted(maps.Keys(byRoot)) {
			fresh := byRoot[root]
			if one := k[root]; one != nil {
				var old []lint.Finding
				fresh, old, _ = one.Split(l.Project, fresh)
				l.held.Known += len(old)
			}
			out = append(out, fresh...)
		}
		return out
	}
}

// exposures are the highest exposures that units can have, by host and unit: "9.2".
type exposures map[string]map[string]string

func exposuresOf(hosts []report.Host) exposures {
	e := exposures{}
	for _, h := range hosts {
		for _, u := range h.Units {
			if u.Now == nil {
				continue
			}
			if e[h.Name] == nil {
				e[h.Name] = map[string]string{}
			}
			e[h.Name][u.Shown()] = u.Now.High.String()
		}
	}
	return e
}

// worse are the units that are more exposed than they were, a line each. Units that
// were not known are not worse.
func (e exposures) worse(was exposures) []string {
	var lines []string
	for _, host := range slices.Sorted(maps.Keys(was)) {
		for _, unit := range slices.Sorted(maps.Keys(was[host])) {
			then, now := was[host][unit], e[host][unit]
			if now == "" || exposure(now) <= exposure(then) {
				continue
			}
			line := fmt.Sprintf("%s got worse: its exposure was %s and is %s", unit, then, now)
			if host != "" {
				line = host + ": " + line
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// tightened are the lower ones of the exposures that were and that are, of the
// units that are still there and of those that are new.
func (e exposures) tightened(was exposures) exposures {
	out := exposures{}
	for host, units := range e {
		out[host] = map[string]string{}
		for unit, now := range units {
			if then := was[host][unit]; then != "" && exposure(then) < exposure(now) {
				now = then
			}
			out[host][unit] = now
		}
	}
	return out
}

// exposure reads an exposure; what is none counts as the lowest.
func exposure(text string) security.Exposure {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return security.Exposure(n*10 + 0.5)
}

// Worse are the units of the hosts that are more exposed than a list of known
// findings has them.
func (w *Workspace) Worse(list string, hosts []report.Host) ([]string, error) {
	k, err := parseKnown(files.Read(w.abs(list), files.MaxList))
	if err != nil {
		return nil, w.named(list, err)
	}
	return exposuresOf(hosts).worse(k.Exposure), nil
}

// KnownList is a list of known findings, and the project as it is now.
type KnownList struct {
	*Workspace
	file     string // absolute
	found    []lint.Finding
	exposure exposures
}

// OpenKnown looks at the whole project around Options.Dir, for the list in a file;
// "" means that of the project. A project that cannot be read in full is an error.
func OpenKnown(ctx context.Context, opts Options, file string) (*KnownList, error) {
	w, err := openRoot(ctx, opts)
	if err != nil {
		return nil, err
	}
	for _, f := range lint.SourceFindings(w.Project) {
		if f.Severity == lint.Error {
			p := f.File.Position(f.Span.Start)
			return nil, fmt.Errorf("%s:%d:%d: %s; a list needs a project that can be read in full", f.File.Name, p.Line, p.Column, f.Message)
		}
	}
	k := &KnownList{Workspace: w, file: w.abs(file)}
	l := w.newLinter()
	l.Filters = append(l.Filters, func(found []lint.Finding) []lint.Finding {
		k.found = slices.Clone(found) // a list is compared with findings before those of one text become one
		return found
	})
	if _, err := l.Run(ctx, w.Project); err != nil {
		return nil, err
	}
	k.exposure = exposuresOf(newAssessor(false).exposed(w.Project, true))
	if file == "" {
		k.file = filepath.Join(filepath.FromSlash(w.root()), knownName)
	}
	return k, nil
}

// OpenKnownSystems looks at systems, which are named as [Workspace.Targets] takes them,
// for the list in a file. A system that cannot be read is an error.
func OpenKnownSystems(ctx context.Context, opts Options, file string, names []string) (*KnownList, error) {
	if file == "" {
		return nil, errors.New("name the file for the list of these systems with --file")
	}
	opts.NoKnown = true
	w, err := Open(opts)
	if err != nil {
		return nil, err
	}
	targets, err := w.Targets(ctx, names)
	if err != nil {
		return nil, err
	}
	a, err := w.Audit(ctx, targets, AuditTask{})
	if err != nil {
		return nil, err
	}
	for _, f := range a.Unread {
		return nil, fmt.Errorf("%s: %w", f.Name, f.Err)
	}
	return &KnownList{Workspace: w, file: w.abs(file), found: a.distinct, exposure: exposuresOf(a.Hosts)}, nil
}

// openRoot loads the whole project around Options.Dir.
func openRoot(ctx context.Context, opts Options) (*Workspace, error) {
	opts.Paths = nil
	for {
		w, err := Open(opts)
		if err == nil {
			err = w.Load(ctx)
		}
		if err != nil {
			return nil, err
		}
		root := w.root()
		if root == w.base || opts.Paths != nil {
			return w, nil
		}
		opts.Paths = []string{root}
	}
}

// root is the directory of the first project of the workspace.
func (w *Workspace) root() string {
	for _, f := range w.Project.Files() {
		if f.Reported {
			if root := w.Project.Root(f); root != "" {
				return root
			}
		}
	}
	return w.base
}

// Name is the name of the list's file from the working directory.
func (k *KnownList) Name() string { return k.shown(k.file) }

// errExists is the error of a list that is there already.
var errExists = errors.New("the file exists; use --force to replace it, or `wardnix known prune` to update it")

// Create writes a list of all findings and says how many they are. A list that is
// there is replaced only by force.
func (k *KnownList) Create(force bool) (int, error) {
	if _, err := os.Lstat(k.file); err == nil && !force {
		return 0, k.named(k.file, errExists)
	}
	list := &lint.Known{Exposure: k.exposure}
	list.Learn(k.Project, k.found)
	return len(k.found), k.save(list)
}

func (k *KnownList) save(list *lint.Known) error {
	if err := emit.WriteNew(k.file, list.Text()); err != nil {
		return k.named(k.file, err)
	}
	return nil
}

// Changes are how a project differs from its list.
type Changes struct {
	New   []lint.Finding
	Gone  []string // what is known of findings that are gone, a line each
	Worse []string // units that are more exposed, a line each
}

// None reports whether nothing differs.
func (c *Changes) None() bool { return len(c.New)+len(c.Gone)+len(c.Worse) == 0 }

// Check compares the project with its list.
func (k *KnownList) Check() (*Changes, error) {
	list, err := parseKnown(files.Read(k.file, files.MaxList))
	if err != nil {
		return nil, k.named(k.file, err)
	}
	fresh, _, gone := list.Split(k.Project, k.found)
	return &Changes{New: fresh, Gone: gone.Lines(), Worse: k.exposure.worse(list.Exposure)}, nil
}

// Prune removes from the list what is gone, which it returns, and takes down
// exposures that are lower now. left is the number of known findings.
func (k *KnownList) Prune() (gone []string, left int, err error) {
	list, err := parseKnown(files.Read(k.file, files.MaxList))
	if err != nil {
		return nil, 0, k.named(k.file, err)
	}
	_, known, lost := list.Split(k.Project, k.found)
	pruned := &lint.Known{Exposure: k.exposure.tightened(list.Exposure)}
	pruned.Learn(k.Project, known)
	return lost.Lines(), len(known), k.save(pruned)
}
