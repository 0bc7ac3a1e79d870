package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// keptExported are exported names, or packages of them, that no other package uses, with
// the reason why they are exported.
var keptExported = map[string]string{
	"wardnix/lint/lsp.":                        "types of the protocol have the names of its specification",
	"wardnix/lint/report.unitView.":            "templates call the methods",
	"wardnix/lint/report.meansView.":           "likewise",
	"wardnix/nixast/eval.Lister":               "an importer may implement it",
	"wardnix/nixast/eval.Reader":               "likewise",
	"wardnix/cmd/playground/internal/session.": "cmd/playground uses it, which is for js/wasm only",
}

// What is exported is used by another package: by its name; or as a type of what is used,
// a value of such a type, or a method that an interface requires.
func TestExportedNamesAreUsed(t *testing.T) {
	testtool.Long(t)
	m := loadModule(t)
	for key, at := range m.exported {
		kept := false
		for prefix := range keptExported {
			kept = kept || strings.HasPrefix(key, prefix)
		}
		if !m.used[key] && !kept {
			t.Errorf("%s: no other package uses %s", at, key)
		}
	}
}

// A listed package is one as go list prints it.
type listed struct {
	ImportPath, Dir, Export            string
	GoFiles, TestGoFiles, XTestGoFiles []string
	DepOnly                            bool // it is not of the module
}

// moduleNames are the exported names of the module, as path.Name or path.Type.Method.
type moduleNames struct {
	fset       *token.FileSet
	importer   types.Importer
	exported   map[string]token.Position
	used       map[string]bool
	interfaces []*types.Interface
	walked     map[types.Type]bool
	seen       map[*types.Package]bool // by interfacesOf
}

func loadModule(t *testing.T) *moduleNames {
	cmd := exec.Command("go", "list", "-e", "-tags=e2e", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,TestGoFiles,XTestGoFiles,DepOnly", "wardnix/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			packages = append(packages, p)
		}
	}
	m := &moduleNames{
		fset: token.NewFileSet(), exported: map[string]token.Position{}, used: map[string]bool{}, walked: map[types.Type]bool{}, seen: map[*types.Package]bool{},
		interfaces: []*types.Interface{types.Universe.Lookup("error").Type().Underlying().(*types.Interface)},
	}
	m.importer = importer.ForCompiler(m.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var all []*types.Package
	for _, p := range packages {
		all = append(all, m.check(t, p, p.GoFiles, p.TestGoFiles))
		m.check(t, p, nil, p.XTestGoFiles)
	}
	for _, p := range all {
		m.interfacesOf(p)
	}
	for _, p := range all {
		if p.Name() != "main" {
			m.define(p)
		}
	}
	return m
}

// check reads a package, or its external tests, and notes what it uses of others.
func (m *moduleNames) check(t *testing.T, p listed, files, tests []string) *types.Package {
	var parsed []*ast.File
	for _, name := range append(files, tests...) {
		f, err := parser.ParseFile(m.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	path := p.ImportPath
	if files == nil {
		path += "_test"
	}
	config := types.Config{Importer: m.importer, Error: func(error) {}} // tests import what is not listed
	checked, _ := config.Check(path, m.fset, parsed, info)
	for _, o := range info.Uses {
		if o.Pkg() != nil && o.Exported() && o.Pkg().Path() != path && strings.HasPrefix(o.Pkg().Path(), "wardnix/") {
			m.used[keyOf(o)] = true
			m.walk(o.Type())
		}
	}
	return checked
}

// define notes the exported names of a package, but for methods that an interface requires.
func (m *moduleNames) define(p *types.Package) {
	for _, name := range p.Scope().Names() {
		o := p.Scope().Lookup(name)
		at := m.fset.Position(o.Pos())
		if strings.HasSuffix(at.Filename, "_test.go") {
			continue
		}
		if o.Exported() && !m.usedWithType(o) {
			m.exported[keyOf(o)] = at
		}
		named, ok := o.Type().(*types.Named)
		if _, isType := o.(*types.TypeName); !ok || !isType || types.IsInterface(named) {
			continue
		}
		for f := range named.Methods() {
			if at := m.fset.Position(f.Pos()); f.Exported() && !m.required(f) && !strings.HasSuffix(at.Filename, "_test.go") {
				m.exported[keyOf(f)] = at
			}
		}
	}
}

// usedWithType reports whether o is a value of an enum that is used.
func (m *moduleNames) usedWithType(o types.Object) bool {
	named, ok := o.Type().(*types.Named)
	_, isConst := o.(*types.Const)
	return ok && isConst && named.Obj().Pkg() == o.Pkg() && m.used[keyOf(named.Obj())]
}

// required reports whether an interface has such a method.
func (m *moduleNames) required(f *types.Func) bool {
	for _, i := range m.interfaces {
		for of := range i.Methods() {
			if of.Name() == f.Name() && shape(of) == shape(f) {
				return true
			}
		}
	}
	return f.Name() == "Unwrap" || f.Name() == "Is" // which errors.Is looks for
}

// shape is the type of a method without the names of its parameters.
func shape(f *types.Func) string {
	var b strings.Builder
	for _, tuple := range []*types.Tuple{f.Signature().Params(), f.Signature().Results()} {
		for v := range tuple.Variables() {
			b.WriteString(types.TypeString(v.Type(), nil) + ",")
		}
		b.WriteString(";")
	}
	return b.String()
}

// interfacesOf notes the interfaces of a package and of those that it imports.
func (m *moduleNames) interfacesOf(p *types.Package) {
	if m.seen[p] {
		return
	}
	m.seen[p] = true
	for _, imported := range p.Imports() {
		m.interfacesOf(imported)
	}
	for _, name := range p.Scope().Names() {
		if n, ok := p.Scope().Lookup(name).(*types.TypeName); ok {
			if i, ok := n.Type().Underlying().(*types.Interface); ok {
				m.interfaces = append(m.interfaces, i)
			}
		}
	}
}

// walk notes the types that someone meets who uses a value of type t.
func (m *moduleNames) walk(t types.Type) {
	if m.walked[t] {
		return
	}
	m.walked[t] = true
	switch t := t.(type) {
	case *types.Named:
		m.used[keyOf(t.Obj())] = true
		for arg := range t.TypeArgs().Types() {
			m.walk(arg)
		}
		if o := t.Obj(); o.Pkg() != nil && strings.HasPrefix(o.Pkg().Path(), "wardnix/") {
			m.walk(t.Underlying())
		}
	case *types.Alias:
		m.walk(types.Unalias(t))
	case *types.Map:
		m.walk(t.Key())
		m.walk(t.Elem())
	case *types.Signature:
		m.walk(t.Params())
		m.walk(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			m.walk(v.Type())
		}
	case *types.Interface:
		for f := range t.Methods() {
			m.walk(f.Type())
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() {
				m.walk(f.Type())
			}
		}
	case interface{ Elem() types.Type }: // of pointers, slices, arrays and channels
		m.walk(t.Elem())
	}
}

// keyOf names an object of a package, or a method.
func keyOf(o types.Object) string {
	if o.Pkg() == nil {
		return o.Name()
	}
	f, ok := o.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return o.Pkg().Path() + "." + o.Name()
	}
	recv := f.Origin().Signature().Recv().Type()
	if p, ok := recv.(*types.Pointer); ok {
		recv = p.Elem()
	}
	if named, ok := recv.(*types.Named); ok {
		return o.Pkg().Path() + "." + named.Obj().Name() + "." + o.Name()
	}
	return o.Pkg().Path() + "." + o.Name() // of an interface
}
