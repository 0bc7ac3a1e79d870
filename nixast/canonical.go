package nixast

import (
	"slices"
	"strconv"
	"strings"
)

// CanonicalOptions say what paths in a file lead to.
type CanonicalOptions struct {
	// Dir is the absolute path of the directory that relative paths start from.
	Dir string
	// Home is the directory that "~" means.
	Home string
}

// Canonical is what `nix-instantiate --parse` of f's dialect prints for it,
// with the newline at the end. In the text of Nix 2.8, whose order of let
// bindings and of formals is an accident of memory, both are sorted by name.
// The text means something only for a file without diagnostics.
//
// The forms are those of the show methods in Nix's nixexpr.cc.
func Canonical(f *File, o CanonicalOptions) []byte {
	p := printer{opts: o, dialect: f.opts.Dialect, b: make([]byte, 0, 2*len(f.Src))}
	p.expr(f.Expr())
	return append(p.b, '\n')
}

// Accepts reports whether `nix-instantiate --parse` of f's dialect, and with
// the features of f's options, accepts it.
func (f *File) Accepts() bool { return len(f.Diagnostics) == 0 }

type printer struct {
	opts    CanonicalOptions
	dialect Dialect
	b       []byte
	// noString are the nodes after from up to to of a chain of indented strings
	// that is not a string without parts: following it from each would be quadratic.
	noString struct{ from, to uint32 }
}

func (p *printer) str(s string) { p.b = append(p.b, s...) }

func (p *printer) operand(v operand) {
	if v.set != nil {
		p.set(v.set)
	} else {
		p.expr(v.node)
	}
}

// expr prints an expression. Chains of operators, which may be long, are
// followed in a loop.
func (p *printer) expr(n Node) {
	var chain []Node
	for n = n.Unparen(); ; n = n.Child(0).Unparen() {
		before := p.chainLink(n)
		if before == "" {
			break
		}
		p.str(before)
		chain = append(chain, n)
	}
	p.simple(n)
	for _, n := range slices.Backward(chain) {
		p.chainEnd(n)
	}
}

// infix are the operators that are printed between their operands.
var infix = [256]string{
	EqEq: " == ", NotEq: " != ", And: " && ", Or: " || ", Implies: " -> ",
	Update: " // ", Concat: " ++ ", Plus: " + ",
}

// calls are the operators that are printed as calls of a function.
var calls = [256]string{Minus: "__sub", Star: "__mul", Slash: "__div", Less: "__lessThan"}

// chainLink is what is printed before the first operand of n; "" if n is not
// printed with it at the start.
func (p *printer) chainLink(n Node) string {
	switch n.Kind() {
	case HasAttr:
		return "(("
	case Select:
		return "("
	case Apply:
		if n.isCursedOr() || !isCall(n.Child(0).Unparen()) {
			return "("
		}
		return ""
	case Binary:
		switch op := (BinaryView{n}).Op(); {
		case infix[op] != "":
			return "("
		case calls[op] != "":
			return "(" + calls[op] + " "
		case op == GreaterEq:
			return "(! (__lessThan "
		}
	}
	return ""
}

// chainEnd prints the rest of n after its first operand.
func (p *printer) chainEnd(n Node) {
	switch n.Kind() {
	case HasAttr:
		p.str(") ? ")
		p.attrPath(HasAttrView{n}.Path())
	case Select:
		s := SelectView{n}
		p.str(").")
		p.attrPath(s.Path())
		if d := s.Default(); !d.IsZero() {
			p.str(" or (")
			p.expr(d)
			p.str(")")
		}
		return
	case Apply:
		p.str(" ")
		p.expr(n.Child(1))
	case Binary:
		b := BinaryView{n}
		if s := infix[b.Op()]; s != "" {
			p.str(s)
		} else {
			p.str(" ")
		}
		p.expr(b.Right())
		if b.Op() == GreaterEq {
			p.str(")")
		}
	}
	p.str(")")
}

// isCursedOr reports whether n is e or, which Nix always makes a new call.
func (n Node) isCursedOr() bool {
	return n.Kind() == Apply && n.Child(1).First().Kind() == KwOr
}

// isCall reports whether Nix's parser makes n a call, to which further
// arguments are added instead of making another one.
func isCall(n Node) bool {
	switch n.Kind() {
	case Apply, SearchPath:
		return true
	case Unary:
		return UnaryView{n}.Op() == Minus
	case Binary:
		switch (BinaryView{n}).Op() {
		case Minus, Star, Slash, Less, Greater, PipeInto, PipeFrom:
			return true
		}
	}
	return false
}

// call prints a call without its parentheses, the arguments that are added to
// it last.
func (p *printer) call(n Node) {
	var args []Node
	for !n.isCursedOr() {
		f, arg, ok := application(n)
		if !ok {
			break
		}
		if !isCall(f.Unparen()) {
			p.expr(f)
			args = append(args, arg)
			n = Node{}
			break
		}
		args = append(args, arg)
		n = f.Unparen()
	}
	if !n.IsZero() {
		p.primitive(n)
	}
	for _, a := range slices.Backward(args) {
		p.str(" ")
		p.expr(a)
	}
}

// application splits an application or a pipe into function and argument.
func application(n Node) (f, arg Node, ok bool) {
	switch n.Kind() {
	case Apply:
		return n.Child(0), n.Child(1), true
	case Binary:
		switch (BinaryView{n}).Op() {
		case PipeFrom:
			return n.Child(0), n.Child(1), true
		case PipeInto:
			return n.Child(1), n.Child(0), true
		}
	}
	return Node{}, Node{}, false
}

// primitive prints a call that is not written as an application.
func (p *printer) primitive(n Node) {
	switch n.Kind() {
	case Apply:
		p.expr(n.Child(0))
		p.str(" or")
	case SearchPath:
		name, _ := n.searchPathValue()
		p.str("__findFile __nixPath ")
		p.literal(name)
	case Unary:
		p.str("__sub 0 ")
		p.expr(n.Child(0))
	case Binary:
		b := BinaryView{n}
		left, right := b.Left(), b.Right()
		name := calls[b.Op()]
		if b.Op() == Greater {
			left, right, name = right, left, calls[Less]
		}
		p.str(name + " ")
		p.expr(left)
		p.str(" ")
		p.expr(right)
	}
}

// simple prints an expression that chainLink does not begin.
func (p *printer) simple(n Node) {
	switch n.Kind() {
	case Ident:
		p.identifier(n.Text())
	case Int:
		v, _ := n.IntValue()
		p.b = strconv.AppendInt(p.b, v, 10)
	case Float:
		v, _ := n.FloatValue()
		p.b = strconv.AppendFloat(p.b, v, 'g', 6, 64) // as a C++ stream does
	case URI:
		p.literal(n.Text())
	case String, IndString:
		p.string(n)
	case Path:
		p.path(n)
	case List:
		p.str("[ ")
		for c := range n.Children() {
			p.str("(")
			p.expr(c)
			p.str(") ")
		}
		p.str("]")
	case AttrSet, LegacyLet, Let:
		p.bindingsOf(n)
	case LambdaNode:
		p.lambda(Lambda{n})
	case Unary:
		p.unary(UnaryView{n})
	case Apply, SearchPath:
		p.str("(")
		p.call(n)
		p.str(")")
	case Binary:
		p.reversed(BinaryView{n})
	case If:
		i := IfView{n}
		p.sequence("(if ", i.Cond(), " then ", i.Then(), " else ", i.Else(), ")")
	case With:
		w := ScopeView{n}
		p.sequence("(with ", w.Subject(), "; ", w.Body(), ")")
	case Assert:
		a := ScopeView{n}
		p.sequence("assert ", a.Subject(), "; ", a.Body())
	}
}

// sequence prints text and expressions in turn.
func (p *printer) sequence(items ...any) {
	for _, item := range items {
		switch item := item.(type) {
		case string:
			p.str(item)
		case Node:
			p.expr(item)
		}
	}
}

func (p *printer) unary(u UnaryView) {
	if u.Op() == Not {
		p.sequence("(! ", u.Operand(), ")")
	} else {
		p.sequence("(__sub 0 ", u.Operand(), ")")
	}
}

// reversed prints the operations whose second operand is printed first.
func (p *printer) reversed(b BinaryView) {
	switch b.Op() {
	case Greater:
		p.sequence("(__lessThan ", b.Right(), " ", b.Left(), ")")
	case LessEq:
		p.sequence("(! (__lessThan ", b.Right(), " ", b.Left(), "))")
	case PipeInto, PipeFrom:
		p.str("(")
		p.call(b.Node)
		p.str(")")
	}
}

// lambda prints a function.
func (p *printer) lambda(l Lambda) {
	p.str("(")
	if f := l.Formals(); !f.IsZero() {
		p.formals(f)
		if !l.Param().IsZero() {
			p.str(" @ ")
		}
	}
	if a := l.Param(); !a.IsZero() {
		p.identifier(a.Text())
	}
	p.str(": ")
	p.expr(l.Body())
	p.str(")")
}

func (p *printer) formals(f Formals) {
	items := slices.Collect(f.Items())
	slices.SortStableFunc(items, func(a, b Formal) int {
		return strings.Compare(a.Name().Text(), b.Name().Text())
	})
	p.str("{ ")
	for i, item := range items {
		if i > 0 {
			p.str(", ")
		}
		p.identifier(item.Name().Text())
		if d := item.Default(); !d.IsZero() {
			p.str(" ? ")
			p.expr(d)
		}
	}
	if !f.Ellipsis().IsZero() {
		if len(items) > 0 {
			p.str(", ")
		}
		p.str("...")
	}
	p.str(" }")
}

// bindingsOf prints a set or a let.
func (p *printer) bindingsOf(n Node) {
	d := desugarer{dialect: p.dialect}
	s := d.set(n)
	switch n.Kind() {
	case Let:
		p.str("(let ")
		p.bindings(s, true)
		p.str("in ")
		p.expr(LetView{n}.Body())
		p.str(")")
	case LegacyLet:
		p.str("(")
		p.set(s)
		p.str(").body")
	default:
		p.set(s)
	}
}

func (p *printer) set(s *setExpr) {
	if s.rec {
		p.str("rec ")
	}
	p.str("{ ")
	p.bindings(s, false)
	p.str("}")
}

func (p *printer) bindings(s *setExpr, let bool) {
	slices.SortFunc(s.defs, func(a, b def) int { return strings.Compare(a.name, b.name) })
	s.index = nil
	if p.dialect != Nix28 {
		p.inherits(s)
	}
	for _, d := range s.defs {
		switch {
		case d.kind == plain:
			p.identifier(d.name)
			p.str(" = ")
			p.operand(d.value)
			p.str("; ")
		case p.dialect != Nix28:
		case d.kind == inherited:
			p.str("inherit ")
			p.identifier(d.name)
			if !let {
				p.str(" ")
			}
			p.str("; ")
		default:
			p.identifier(d.name)
			p.str(" = (")
			p.expr(s.froms[d.from])
			p.str(").")
			p.identifier(d.name)
			p.str("; ")
		}
	}
	for _, d := range s.dynamic {
		p.str(`"${`)
		p.dynamicName(d.name)
		p.str(`}" = `)
		p.operand(d.value)
		p.str("; ")
	}
}

// inherits prints the inherits as current Nix does: grouped.
func (p *printer) inherits(s *setExpr) {
	var names []string
	from := make([][]string, len(s.froms))
	for _, d := range s.defs {
		switch d.kind {
		case inherited:
			names = append(names, d.name)
		case inheritedFrom:
			from[d.from] = append(from[d.from], d.name)
		}
	}
	if len(names) > 0 {
		p.str("inherit")
		p.names(names)
	}
	for i, names := range from {
		if len(names) > 0 {
			p.sequence("inherit (", s.froms[i], ")")
			p.names(names)
		}
	}
}

func (p *printer) names(names []string) {
	for _, n := range names {
		p.str(" ")
		p.identifier(n)
	}
	p.str("; ")
}

func (p *printer) attrPath(path AttrPath) {
	first := true
	for a := range path.Attrs() {
		if !first {
			p.str(".")
		}
		first = false
		if name, ok := a.AttrName(); ok {
			p.identifier(name)
			continue
		}
		p.str(`"${`)
		p.dynamicName(a)
		p.str(`}"`)
	}
}

// dynamicName prints the expression of a component that has no static name.
func (p *printer) dynamicName(n Node) {
	if n.Kind() == Interpolation {
		n = n.Inner()
	}
	p.expr(n)
}

// string prints a string, or the concatenation of its parts.
func (p *printer) string(n Node) {
	if n.index <= p.noString.from || n.index > p.noString.to {
		s, ok, end := n.followString()
		if ok {
			p.literal(s)
			return
		}
		p.noString.from, p.noString.to = n.index, end.index
	}
	p.str("(")
	for i, c := range n.concatChunks() {
		if i > 0 {
			p.str(" + ")
		}
		if c.node.IsZero() {
			p.literal(c.text)
		} else {
			p.expr(c.node.Inner())
		}
	}
	p.str(")")
}

// path prints a path, or the concatenation of its parts.
func (p *printer) path(n Node) {
	if text, ok := n.pathValue(); ok {
		p.str(p.resolve(text))
		return
	}
	p.str("(")
	for i, c := range n.concatChunks() {
		switch {
		case i == 0:
			p.str(p.resolve(c.text))
			continue
		case c.node.IsZero():
			p.str(" + ")
			p.literal(c.text)
		default:
			p.str(" + ")
			p.expr(c.node.Inner())
		}
	}
	p.str(")")
}

// resolve is the absolute path that the start of a path means.
func (p *printer) resolve(text string) string {
	if strings.HasPrefix(text, "~") {
		return p.opts.Home + text[1:]
	}
	path := text
	if !strings.HasPrefix(text, "/") {
		path = p.opts.Dir + "/" + text
	}
	path = cleanPath(path)
	if len(text) > 1 && strings.HasSuffix(text, "/") {
		path += "/"
	}
	return path
}

// cleanPath removes ".", ".." and empty components from an absolute path.
func cleanPath(path string) string {
	var kept []string
	for c := range strings.SplitSeq(path, "/") {
		switch c {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, c)
		}
	}
	return "/" + strings.Join(kept, "/")
}

func (p *printer) identifier(name string) { p.b = appendIdentifier(p.b, name, p.dialect) }

func (p *printer) literal(s string) { p.b = appendLiteral(p.b, s, p.dialect) }

// appendIdentifier writes a name as Nix prints it. Nix 2.8 quotes but one of
// the keywords.
func appendIdentifier(b []byte, name string, d Dialect) []byte {
	k := keyword(name)
	switch {
	case k.IsKeyword() && k != KwOr && (d != Nix28 || k == KwIf):
		b = append(b, '"')
		b = append(b, name...)
		return append(b, '"')
	case isName(name):
		return append(b, name...)
	}
	return appendLiteral(b, name, d)
}

// appendLiteral writes a string as Nix prints it. Nix 2.8 escapes every dollar
// sign.
func appendLiteral(b []byte, s string, d Dialect) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '$' && (d == Nix28 || i+1 < len(s) && s[i+1] == '{'):
			b = append(b, `\$`...)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
