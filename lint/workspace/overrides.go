package workspace

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/audit"
	"wardnix/lint/files"
	"wardnix/nixast"
	"wardnix/rules/gen"
)

// WriteOverrides puts overrides into a module, new or not, and returns what the module
// sets already: that stays. Several systems may have the same override.
func (w *Workspace) WriteOverrides(name string, all []audit.Override) (kept []audit.Override, err error) {
	overrides := distinct(all)
	if len(overrides) == 0 {
		return nil, nil
	}
	file := w.abs(name)
	old, err := files.Read(file, files.MaxModule)
	if errors.Is(err, fs.ErrNotExist) {
		m := &gen.Module{Head: "Overrides that wardnix audit wrote.", Body: nested(overrides)}
		text, err := m.Text()
		if err == nil {
			err = writable(text)
		}
		if err != nil {
			return nil, err
		}
		return nil, emit.WriteNew(file, []byte(text))
	}
	if err != nil {
		return nil, err
	}
	text, kept, err := override(old, overrides)
	if err != nil {
		return nil, err
	}
	return kept, emit.WriteFile(filepath.Dir(file), file, old, text)
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
		if lint.HasSyntaxError(f) {
			return "", nil, errors.New("the file has a syntax error")
		}
		set := moduleSet(f.Expr())
		if set.IsZero() {
			return "", nil, errors.New("the file is not a module written as a set")
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

// writable is an error for a module that may not be written: it has no syntax error, and
// takes lib if it names it.
func writable(text string) error {
	f := nixast.Parse("", text, nixast.Options{})
	if slices.Contains(f.FreeVariables(), "lib") {
		return errors.New("nothing is written: the overrides need lib, which the module does not take as an argument")
	}
	if lint.HasSyntaxError(f) {
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
