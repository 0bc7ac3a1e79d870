package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/audit"
	"wardnix/nixast"
	"wardnix/rules/gen"
)

// writeOverrides puts the overrides into the module of --write.
func (a *auditing) writeOverrides() error {
	overrides := distinct(a.overrides)
	if len(overrides) == 0 {
		fmt.Fprintln(a.c.Stderr, "wardnix: there is nothing to override")
		return nil
	}
	name := a.c.abs(a.v.write)
	old, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		m := &gen.Module{Head: "Overrides that wardnix audit wrote.", Body: nested(overrides)}
		text, err := m.Text()
		if err != nil {
			return err
		}
		if err := writable(text); err != nil {
			return err
		}
		return writeNew(name, []byte(text))
	}
	if err != nil {
		return err
	}
	text, kept, err := override(string(old), overrides)
	if err != nil {
		return err
	}
	for _, o := range kept {
		fmt.Fprintf(a.c.Stderr, "wardnix: %s: %s is there already and stays as it is\n", a.v.write, nixast.QuoteAttrPath(o.Path...))
	}
	return emit.WriteFile(filepath.Dir(name), name, string(old), text)
}

// distinct are the overrides, each once: several hosts may need the same.
func distinct(all []audit.Override) []audit.Override {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(all), func(o audit.Override) bool {
		path := strings.Join(o.Path, "\x00")
		was := seen[path]
		seen[path] = true
		return was
	})
}

// nested are the overrides of a new module: a set for each section of a unit.
func nested(overrides []audit.Override) emit.Attrs {
	var out emit.Attrs
	for _, o := range overrides {
		attr, parent := o.Attr(), o.Path[:len(o.Path)-1]
		if n := len(out); n > 0 && slices.Equal(out[n-1].Path, parent) {
			attr.Path = attr.Path[len(parent):]
			out[n-1].Value = append(out[n-1].Value.(emit.Attrs), attr)
			continue
		}
		attr.Path = attr.Path[len(parent):]
		out = append(out, emit.Attr{Path: parent, Value: emit.Attrs{attr}, Blank: len(out) > 0})
	}
	return out
}

// override puts overrides into a module. What it sets already is left alone.
func override(text string, overrides []audit.Override) (changed string, kept []audit.Override, err error) {
	for _, o := range overrides {
		f := nixast.Parse("", text, nixast.Options{})
		if lint.Broken(f) {
			return "", nil, errors.New("the file has a syntax error")
		}
		set := moduleSet(f.Expr())
		if set.IsZero() {
			return "", nil, errors.New("the file is no module that is written as a set")
		}
		edits, err := emit.New(f).Ensure(set, emit.Where{}, o.Attr())
		var refusal *emit.Refusal
		switch {
		case errors.As(err, &refusal):
			return "", nil, err
		case err != nil:
			kept = append(kept, o)
			continue
		}
		if text, err = emit.Apply(text, edits); err != nil {
			return "", nil, err
		}
	}
	return text, kept, writable(text)
}

// writable tells whether a module may be written: it has no syntax error, and
// takes lib if it names it.
func writable(text string) error {
	f := nixast.Parse("", text, nixast.Options{})
	if slices.Contains(f.FreeVariables(), "lib") {
		return errors.New("nothing is written: the overrides need lib, which the module does not take as an argument")
	}
	if lint.Broken(f) {
		return errors.New("nothing is written: the module would have a syntax error")
	}
	return nil
}

// moduleSet is the set of a module's definitions; the zero Node if there is none
// in sight.
func moduleSet(n nixast.Node) nixast.Node {
	for {
		n = n.Unparen()
		if l, ok := n.AsLambda(); ok {
			n = l.Body()
			continue
		}
		if l, ok := n.AsLet(); ok {
			n = l.Body()
			continue
		}
		if w, ok := n.AsWith(); ok {
			n = w.Body()
			continue
		}
		break
	}
	if _, ok := n.AsAttrSet(); !ok {
		return nixast.Node{}
	}
	for b := range n.Bindings() {
		if b.Path().Text() == "config" {
			return moduleSet(b.Value())
		}
	}
	return n
}
