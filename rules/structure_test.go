package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/rules"
)

// A family is a package that declares rules.
type family struct {
	name  string
	fset  *token.FileSet
	files []*ast.File
	// rules are the names of rules by the file that declares them.
	rules map[string][]string
}

// families reads the packages below this one that declare rules.
func families(t *testing.T) []family {
	t.Helper()
	names, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []family
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if dir := filepath.Dir(name); len(all) == 0 || all[len(all)-1].name != dir {
			all = append(all, family{name: dir, fset: token.NewFileSet(), rules: map[string][]string{}})
		}
		f := &all[len(all)-1]
		file, err := parser.ParseFile(f.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		f.files = append(f.files, file)
		if declared := declaredRules(file); len(declared) > 0 {
			f.rules[name] = declared
		}
	}
	return slices.DeleteFunc(all, func(f family) bool { return len(f.rules) == 0 })
}

// declaredRules are the variables of a file that are initialized with &lint.Rule{…}.
func declaredRules(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR {
			continue
		}
		for _, spec := range d.Specs {
			s := spec.(*ast.ValueSpec)
			for i, value := range s.Values {
				if strings.HasPrefix(types.ExprString(value), "&lint.Rule{") {
					names = append(names, s.Names[i].Name)
				}
			}
		}
	}
	return names
}

// A rule can be read, changed and deleted by itself: what a package shares is in
// files without a rule, and nothing uses what the file of a rule declares.
func TestEachRuleIsByItself(t *testing.T) {
	for _, f := range families(t) {
		for name, declared := range f.rules {
			if len(declared) > 1 {
				t.Errorf("%s declares several rules: %s", name, strings.Join(declared, ", "))
			}
		}
		for id, obj := range uses(f) {
			from, at := f.fset.Position(id.Pos()), f.fset.Position(obj.Pos())
			if from.Filename != at.Filename && f.rules[at.Filename] != nil {
				t.Errorf("%s uses %s of %s, which is the file of a rule; move it to a file without a rule", from, obj.Name(), at.Filename)
			}
		}
	}
}

// The catalog lists what the families declare, and nothing else.
func TestCatalogIsComplete(t *testing.T) {
	var declared, listed []string
	for _, f := range families(t) {
		for _, names := range f.rules {
			for _, name := range names {
				declared = append(declared, f.name+"."+name)
			}
		}
	}
	catalog, err := parser.ParseFile(token.NewFileSet(), "catalog.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(catalog, func(n ast.Node) bool {
		list, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		for _, e := range list.Elts {
			listed = append(listed, types.ExprString(e))
		}
		return false
	})
	slices.Sort(declared)
	slices.Sort(listed)
	if diff := cmp.Diff(declared, listed); diff != "" {
		t.Errorf("(-declared +listed in catalog.go)\n%s", diff)
	}
}

// Every rule has a case, whose name begins with that of the rule; and every case is
// named after a rule.
func TestEachRuleHasACase(t *testing.T) {
	files, err := filepath.Glob("../testdata/rules/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.All() {
		name := r.ID + "-" + r.Name
		rest := slices.DeleteFunc(slices.Clone(files), func(file string) bool {
			after, ok := strings.CutPrefix(strings.TrimSuffix(filepath.Base(file), ".txtar"), name)
			return ok && (after == "" || after[0] == '-')
		})
		if len(rest) == len(files) {
			t.Errorf("testdata/rules/%s.txtar is missing", name)
		}
		files = rest
	}
	for _, file := range files {
		t.Errorf("%s is not named after a rule, such as D001-unknown-directive-sections.txtar", file)
	}
}

// uses are the identifiers of a package that refer to its own declarations. What
// other packages declare is not resolved, which needs no compiled packages.
func uses(f family) map[*ast.Ident]types.Object {
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Error: func(error) {}, Importer: unresolved{}}
	pkg, _ := conf.Check(f.name, f.fset, f.files, &info) // the errors are about other packages
	for id, obj := range info.Uses {
		if obj.Pkg() != pkg || obj.Parent() != pkg.Scope() && !isMember(obj) {
			delete(info.Uses, id)
		}
	}
	return info.Uses
}

// isMember reports whether an object is a method or a field.
func isMember(obj types.Object) bool {
	switch o := obj.(type) {
	case *types.Var:
		return o.IsField()
	case *types.Func:
		return o.Signature().Recv() != nil
	}
	return false
}

// unresolved imports every package as an empty one.
type unresolved struct{}

func (unresolved) Import(path string) (*types.Package, error) {
	pkg := types.NewPackage(path, filepath.Base(path))
	pkg.MarkComplete()
	return pkg, nil
}
