package eval

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

// directory imports the files of a directory on disk.
type directory struct {
	root  string
	files map[string]*nixast.File
}

func (d *directory) Import(name string) (*nixast.File, error) {
	for _, n := range []string{name, path.Join(name, "default.nix")} {
		if f := d.load(n); f != nil {
			return f, nil
		}
	}
	return nil, fmt.Errorf("`%s` is not in this project", name)
}

func (d *directory) load(name string) *nixast.File {
	if f, ok := d.files[name]; ok {
		return f
	}
	if !filepath.IsLocal(name) {
		return nil
	}
	src, err := os.ReadFile(filepath.Join(d.root, name))
	if err != nil {
		d.files[name] = nil
		return nil
	}
	d.files[name] = nixast.Parse(name, string(src), nixast.Options{PipeOperators: true})
	return d.files[name]
}

// TestCorpus evaluates every file under WARDNIX_CORPUS as far as it goes, as
// a module where it is a function, and counts how much of it is known and what
// is missing most.
func TestCorpus(t *testing.T) {
	root := testtool.Given(t, "WARDNIX_CORPUS")
	d := &directory{root, map[string]*nixast.File{}}
	var names []string
	size := 0
	filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(p, ".nix") {
			rel, _ := filepath.Rel(root, p)
			if f := d.load(rel); f != nil {
				names = append(names, rel)
				size += len(f.Src)
			}
		}
		return nil
	})
	start := time.Now()
	count := tally{ev: New(Options{Importer: d, Budget: NewBudget(t.Context(), 1<<40, 1<<40)}), reasons: map[string]int{}}
	for _, name := range names {
		ev := count.ev
		v := ev.File(d.files[name])
		if f, ok := ev.Force(v).(*Function); ok {
			if formals, ok := f.Formals(); ok && (slices.Contains(formals, "config") || slices.Contains(formals, "lib") || slices.Contains(formals, "pkgs")) {
				args := map[string]*Thunk{}
				for _, name := range formals {
					args[name] = ev.Select(moduleArgs(ev), name)
				}
				v = ev.Call(v, NewAttrs(args))
			}
		}
		count.walk(v, 12)
	}
	t.Logf("%d files, %d KiB, in %v, %d steps", len(names), size>>10, time.Since(start).Round(time.Millisecond), count.ev.budget.steps)
	t.Logf("leaves: %d known, %d unknown (%d of them packages), %d failures", count.known, count.unknown, count.packages, count.failed)
	type reason struct {
		text string
		n    int
	}
	var rs []reason
	for r, n := range count.reasons {
		rs = append(rs, reason{r, n})
	}
	slices.SortFunc(rs, func(a, b reason) int { return b.n - a.n })
	for _, r := range rs[:min(len(rs), 400)] {
		t.Logf("%6d %s", r.n, r.text)
	}
}

// tally counts what is known in values.
type tally struct {
	ev                               *Evaluator
	known, unknown, packages, failed int
	reasons                          map[string]int
}

func (c *tally) walk(t *Thunk, depth int) {
	if depth == 0 {
		return
	}
	switch v := c.ev.Force(t).(type) {
	case *Unknown:
		c.unknown++
		switch {
		case v.Failure != NoFailure:
			c.failed++
			c.reasons["! "+v.Reason+" at "+place(v.At)]++
		case v.Sort == Package || v.Sort == Packages:
			c.packages++
		case strings.HasPrefix(v.Label, "lib."):
			c.reasons[strings.Join(strings.FieldsFunc(v.Label, func(r rune) bool { return r == ' ' || r == '(' })[:1], "")]++
		case strings.HasPrefix(v.Label, "builtins."):
			c.reasons[shorten(v.Label)]++
		case strings.Contains(v.Reason, "more than"):
			c.reasons[v.Reason+" at "+place(v.At)]++
		default:
			c.reasons[v.Reason]++
		}
	case *Choice:
		for _, k := range c.ev.Cases(t) {
			c.walk(k.Value, depth-1)
		}
	case *List:
		for _, it := range v.Items {
			c.walk(it.Value, depth-1)
		}
	case *Attrs:
		for _, x := range v.All() {
			c.walk(c.ev.Value(x), depth-1)
		}
	default:
		c.known++
	}
}

func place(n nixast.Node) string {
	if n.IsZero() {
		return "?"
	}
	return fmt.Sprintf("%s:%d", n.File().Name, strings.Count(n.File().Src[:n.Span().Start], "\n")+1)
}
