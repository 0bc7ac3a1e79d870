package eval

import (
	"path"
	"strings"
	"sync"
	"unicode/utf8"

	"wardnix/nixast"
)

// fileBuiltins are the builtins that read. What a file holds stays unknown, since it may
// be a secret, but it is known from where: see [FileContent] and [Evaluator.Content]. What
// a directory holds is known if the importer is a [Lister].
func fileBuiltins() family {
	return family{
		{"import", 1, func(c call, a []*Thunk) Value { return c.importPath(a[0]) }},
		{"scopedImport", 2, func(c call, _ []*Thunk) Value { return c.cannot("`scopedImport` is not followed") }},
		{"readFile", 1, func(c call, a []*Thunk) Value { return c.contentOf(a[0]) }},
		{"readDir", 1, func(c call, a []*Thunk) Value { return c.readDir(a[0]) }},
		reads("hashFile", FileContent),
		reads("readFileType", Anything),
		{"pathExists", 1, func(c call, a []*Thunk) Value { return c.pathExists(a[0]) }},
		{"path", 1, func(c call, a []*Thunk) Value {
			set, v := c.attrsArg(a[0])
			if v != nil {
				return v
			}
			return c.fromFile(c.value(c.site, set.Lookup("path"), nil), StorePath)
		}},
		{"filterSource", 2, func(c call, a []*Thunk) Value { return c.fromFile(a[1], StorePath) }},
		{"storePath", 1, func(c call, a []*Thunk) Value { return c.fromFile(a[0], StorePath) }},
		{"toPath", 1, func(c call, a []*Thunk) Value {
			v := c.force(a[0])
			if p, ok := v.(*Path); ok && p.Source {
				return c.fromFile(a[0], SourcePath)
			}
			return c.cannot("`toPath` is not followed")
		}},
		strictly("baseNameOf", 1, func(c call, a []Value) Value {
			ps, u := c.pathText(a[0])
			if u != nil {
				return u
			}
			return c.baseName(ps)
		}),
		strictly("dirOf", 1, func(c call, a []Value) Value {
			if p, ok := a[0].(*Path); ok {
				if text, ok := p.Text(); ok {
					return &Path{origin{c.site}, p.Source, []Piece{{Text: path.Dir(text)}}}
				}
				return c.lost(firstUnknown(p.Pieces))
			}
			s, ok := a[0].(*String)
			if !ok {
				return c.wrong(a[0], "string")
			}
			text, u := c.knownText(c.site, s)
			if u != nil {
				return u
			}
			return c.text(dirOf(text))
		}),
		{"toFile", 2, func(c call, a []*Thunk) Value {
			u := c.unknown(c.site, "the path in the Nix store is not known")
			u.Sort, u.Func, u.Args, u.Label = StorePath, "builtins.toFile", a, "builtins.toFile …"
			return &String{origin{c.site}, []Piece{{Unknown: u}}}
		}},
	}
}

// reads makes a primitive whose result comes from the path in its last argument.
func reads(name string, sort Sort) primitive {
	arity := 1
	if name == "hashFile" {
		arity = 2
	}
	return primitive{name, arity, func(c call, a []*Thunk) Value { return c.fromFile(a[len(a)-1], sort) }}
}

// fromFile is what is not known, but comes from a file.
func (c call) fromFile(t *Thunk, sort Sort) Value {
	v := c.force(t)
	if fails(v) {
		return v
	}
	u := c.unknown(c.site, "what is read from files is not evaluated")
	u.Sort, u.Label = sort, shorten(c.source())
	if file, _, ok := sourceFile(v); ok {
		u.File = file
		u.Reason = "what is read from `" + file + "` is not evaluated"
		u.key = joinKey("file", c.source(), file)
		c.identify(u)
	}
	return u
}

// contentOf is the text of the file t.
func (c call) contentOf(t *Thunk) Value {
	v := c.fromFile(t, FileContent)
	if u, ok := v.(*Unknown); ok && !fails(v) && u.File != "" {
		u.whole = true
	}
	return v
}

// Content is the text of the file that u is the content of, or the copy in the store. Below
// is what follows the path of a copied directory. It is false if the importer is not a
// [Reader], or does not read the file.
func (ev *Evaluator) Content(u *Unknown, below string) (string, bool) {
	r, ok := ev.importer.(Reader)
	if !ok || u.File == "" || u.Sort != StorePath && !u.whole {
		return "", false
	}
	text, err := r.Read(path.Clean(u.File + below))
	if err != nil || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", false
	}
	return text, true
}

// parses makes a primitive of a function that reads a text, or the content of a file.
func parses(name string, read func(c call, text string) (Value, error), what string) primitive {
	ofText := onText(name, 1, func(c call, a []string) Value {
		v, err := read(c, a[0])
		if err != nil {
			return c.cannot(what + " is not understood")
		}
		return v
	})
	return primitive{name, 1, func(c call, a []*Thunk) Value {
		if v := c.parsed(c.force(a[0]), read); v != nil {
			return v
		}
		return ofText.run(c, a)
	}}
}

// imports makes a primitive of a function that reads the text of the file at a path.
func imports(name string, read func(c call, text string) (Value, error)) primitive {
	return primitive{name, 1, func(c call, a []*Thunk) Value {
		content := c.contentOf(a[0])
		if v := c.parsed(content, read); v != nil {
			return v
		}
		return content
	}}
}

// parsed is what is read from the content of a file; nil if v is none, or is not read.
func (c call) parsed(v Value, read func(c call, text string) (Value, error)) Value {
	u, ok := v.(*Unknown)
	if !ok || !u.whole {
		return nil
	}
	text, ok := c.Content(u, "")
	if !ok {
		return nil
	}
	v, err := read(c, text)
	if err != nil {
		return nil
	}
	return v
}

// readDir is what is in the directory t.
func (c call) readDir(t *Thunk) Value {
	v := c.fromFile(t, DirEntries)
	lister, ok := c.importer.(Lister)
	u, _ := v.(*Unknown)
	if !ok || u == nil || u.File == "" {
		return v
	}
	entries, err := lister.List(u.File)
	if err != nil {
		return v
	}
	if u := c.step(c.site, len(entries)); u != nil {
		return u
	}
	attrs := make([]member, 0, len(entries))
	for name, kind := range entries {
		attrs = append(attrs, member{name, Known(c.text(kind))})
	}
	return c.set(attrs...)
}

// pathExists reports whether there is something at t.
func (c call) pathExists(t *Thunk) Value {
	v := c.fromFile(t, Anything)
	lister, ok := c.importer.(Lister)
	u, _ := v.(*Unknown)
	if !ok || u == nil || u.File == "" {
		return v
	}
	if exists := lister.Exists(u.File); exists != Maybe {
		return c.bool(exists == Yes)
	}
	return v
}

// sourceFile is the path that v names, as an [Importer] understands it, and
// whether it is relative to the project.
func sourceFile(v Value) (file string, source, ok bool) {
	switch v := v.(type) {
	case *Path:
		file, ok = v.Text()
		return file, v.Source, ok
	case *String:
		if text, ok := v.Text(); ok {
			return text, false, strings.HasPrefix(text, "/")
		}
		// "${./directory}/file": the path of a copy, which reads the same.
		head := v.Pieces[0].Unknown
		if head == nil || v.Pieces[0].When != nil || head.File == "" || head.Sort != StorePath && head.Sort != SourcePath {
			return "", false, false
		}
		if len(v.Pieces) == 1 {
			return head.File, true, true
		}
		if tail, ok := textOf(v.Pieces[1:]); ok && strings.HasPrefix(tail, "/") {
			return path.Clean(head.File + tail), true, true
		}
	case *Unknown:
		return v.File, true, v.File != "" && (v.Sort == StorePath || v.Sort == SourcePath)
	}
	return "", false, false
}

// importPath is import t.
func (c call) importPath(t *Thunk) Value {
	return c.lift(c.site, c.force(t), func(v Value) Value {
		if u, ok := v.(*Unknown); ok && u.File == "" {
			return c.importUnknown(u)
		}
		file, _, ok := sourceFile(v)
		if !ok {
			if p, isPath := v.(*Path); isPath {
				return c.lost(firstUnknown(p.Pieces))
			}
			if s, isString := v.(*String); isString && len(s.Pieces) > 0 {
				return c.importPieces(s)
			}
			return c.wrong(v, "path")
		}
		if c.importer == nil {
			return c.cannot("`" + file + "` is not read")
		}
		f, err := c.importer.Import(file)
		if err != nil {
			return c.cannot(err.Error())
		}
		return c.force(c.File(f))
	})
}

// importUnknown is the import of something from outside.
func (c call) importUnknown(u *Unknown) Value {
	switch {
	case u.Failure != NoFailure:
		return u
	case u.Label == "<nixpkgs/lib>":
		return c.force(c.libThunk())
	case u.Sort == Nixpkgs:
		// import nixpkgs { … } is a package set: see called.
		d := c.derived(c.site, u, "")
		d.Sort, d.Label = Nixpkgs, "import "+u.Label
		return d
	}
	d := c.derived(c.site, u, joinKey("import", u.id()))
	if u.Label != "" {
		d.Label = "import " + u.Label
	}
	return d
}

// importPieces is the import of a path in something from outside:
// "${inputs.nixpkgs}/lib".
func (c call) importPieces(s *String) Value {
	u := firstUnknown(s.Pieces)
	if u == nil {
		return c.wrong(s, "path")
	}
	if tail, ok := textOf(s.Pieces[1:]); ok && u.Sort == Nixpkgs && tail == "/lib" {
		return c.force(c.libThunk())
	}
	d := c.derived(c.site, u, "")
	d.Label = "import " + strings.TrimSpace(s.Pattern())
	return d
}

// pathText is the text of a path or string, for functions that look at the end.
func (c call) pathText(v Value) ([]Piece, *Unknown) {
	if p, ok := v.(*Path); ok {
		return p.Pieces, nil
	}
	return c.coerce(c.site, v, interpolation)
}

// baseName is what is after the last slash.
func (c call) baseName(ps []Piece) Value {
	text, known := textOf(ps)
	if !known {
		if text = suffix(ps); !strings.Contains(strings.TrimSuffix(text, "/"), "/") {
			return c.lost(firstUnknown(ps))
		}
	}
	if text == "" {
		return c.text("")
	}
	if strings.HasSuffix(text, "//") {
		return c.cannot("what `baseNameOf` returns for this depends on Nix's version")
	}
	text = strings.TrimSuffix(text, "/")
	return c.text(text[strings.LastIndexByte(text, '/')+1:])
}

// dirOf is what is before the last slash.
func dirOf(s string) string {
	i := strings.LastIndexByte(s, '/')
	switch i {
	case -1:
		return "."
	case 0:
		return "/"
	}
	return s[:i]
}

// builtinsGiven are the builtins that are evaluated, once they are made. They have nothing
// of an evaluator, so that all share them.
var builtinsGiven struct {
	sync.Once
	scope *env   // by the names that Nix binds around a file
	attrs []Attr // of the set builtins, by name
}

func givenBuiltins() (*env, []Attr) {
	builtinsGiven.Do(func() {
		scope := &env{}
		var attrs []Attr
		add := func(global, name string, t *Thunk) {
			scope.bind(global, t)
			attrs = append(attrs, plain(name, t))
		}
		for _, f := range []family{
			listBuiltins(), attrsBuiltins(), stringBuiltins(), jsonBuiltins(), fileBuiltins(), coreBuiltins(),
		} {
			for i := range f {
				global := f[i].name
				if !isGlobal(global) {
					global = "__" + global
				}
				add(global, f[i].name, Known(&Function{prim: &f[i]}))
			}
		}
		add("true", "true", NewBool(true))
		add("false", "false", NewBool(false))
		add("null", "null", NewNull())
		sortAttrs(attrs)
		builtinsGiven.scope, builtinsGiven.attrs = scope, attrs
	})
	return builtinsGiven.scope, builtinsGiven.attrs
}

// givenBuiltin is a builtin by its name, nil if it is not evaluated.
func givenBuiltin(name string) *Thunk {
	_, attrs := givenBuiltins()
	if i, ok := findAttr(attrs, name); ok {
		return attrs[i].Defs[0].Value
	}
	return nil
}

// baseScope is the scope around a file: the names that Nix binds.
func (ev *Evaluator) baseScope() *env {
	given, attrs := givenBuiltins()
	scope := &env{up: given}
	other := ev.identify(&Unknown{Label: "builtins", key: "builtins", Reason: "this builtin is not evaluated"})
	scope.bind("builtins", Known(&Attrs{attrs: attrs, rest: []Def{{Open: other}}}))
	for _, name := range []string{
		"derivation", "derivationStrict", "fetchGit", "fetchMercurial", "fetchTarball", "fetchTree", "placeholder",
		"break",
	} {
		scope.bind(name, ev.selected(nixast.Node{}, other, name))
	}
	return scope
}

// isGlobal reports whether a builtin can be called without "builtins.".
func isGlobal(name string) bool {
	switch name {
	case "abort", "baseNameOf", "dirOf", "fromTOML", "import", "isNull", "map", "removeAttrs", "scopedImport", "throw", "toString":
		return true
	}
	return false
}
