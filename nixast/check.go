package nixast

import (
	"slices"
	"strconv"
	"strings"
)

// maxFormals is how many arguments a set of formals may have (Nix 2.33).
const maxFormals = 65535

// symbol is a name in the file being checked.
type symbol struct {
	text   string
	hash   uint32
	bound  int32  // how many scopes around the current node bind it
	seen   uint32 // the last set or formals that has it
	global int8   // 1: bound by Nix itself; -1: not; 0: not yet known
}

// scopeKind says what happens where the checker reaches a scope's mark.
type scopeKind uint8

const (
	namesEnd  scopeKind = iota // names leave the scope
	withBegin                  // the body of a with begins
	withEnd
)

// scope is something that happens at a node further on.
type scope struct {
	at    uint32
	end   uint32 // of a with
	names int    // the length of checker.names outside
	kind  scopeKind
}

// checker finds duplicates, dynamic attributes where there must be none, and
// undefined variables, in one pass over the nodes in preorder. Its memory is
// reused from file to file.
type checker struct {
	f       *File
	opts    Options
	symbols []symbol
	slots   []uint32 // a hash table of indices into symbols, plus 1
	names   []uint32 // symbols bound by the scopes around, innermost last
	scopes  []scope
	withs   int
	set     uint32 // counts sets and formals, for symbol.seen

	diags     *report
	undefined report
	free      []string        // names of undefined variables, each once
	merged    map[uint32]bool // sets that a desugarer has looked at with the one around them
	desugared bool            // scopes are not what the tree shows: see scopeCheck
}

// run checks f and adds what it finds to diags. A file with syntax errors is not
// checked: what its sets and scopes hold is not known.
func (c *checker) run(f *File, opts Options, diags *report) {
	if diags.count[SyntaxError]+diags.count[TooDeep] > 0 {
		return
	}
	c.diags, c.merged = diags, nil
	c.start(f, opts)
	c.scan()
	if c.desugared {
		c.diags = &report{} // the first scan has reported all but undefined variables
		c.start(f, opts)
		c.scopeCheck(f.Expr())
	}
	diags.addAll(&c.undefined)
	f.free = c.free
	clear(c.symbols)
	c.f, c.free = nil, nil
}

func (c *checker) start(f *File, opts Options) {
	c.f, c.opts = f, opts
	c.symbols, c.names, c.scopes = c.symbols[:0], c.names[:0], c.scopes[:0]
	c.withs, c.set = 0, 0
	c.undefined.reset()
	c.free = nil
	c.desugared = false
	if cap(c.slots) < minSlots {
		c.slots = make([]uint32, minSlots)
	}
	c.slots = c.slots[:minSlots]
	clear(c.slots)
}

// scan visits the nodes.
func (c *checker) scan() {
	f := c.f
	c.scopes = append(c.scopes, scope{at: uint32(len(f.kind))})
	for i := uint32(1); i < uint32(len(f.kind)); i++ {
		for c.scopes[len(c.scopes)-1].at <= i {
			c.event()
		}
		switch f.kind[i] {
		case Ident:
			if c.withs == 0 && c.isVariable(i) { // under a with anything goes
				c.use(c.token(f.node[i].first), i)
			}
		case LambdaNode:
			c.lambda(i)
		case AttrSet, Let, LegacyLet:
			c.bindings(i)
		case With:
			c.scopes = append(c.scopes, scope{at: f.node[i+1].next, end: f.node[i].next, kind: withBegin})
		}
	}
}

// event does what is due at the innermost scope's mark.
func (c *checker) event() {
	s := &c.scopes[len(c.scopes)-1]
	if s.kind == withBegin {
		c.withs++
		s.at, s.kind = s.end, withEnd
		return
	}
	if s.kind == withEnd {
		c.withs--
	} else {
		c.unbind(s.names)
	}
	c.scopes = c.scopes[:len(c.scopes)-1]
}

// isVariable reports whether the Ident i is a variable, not a name in a path,
// an inherit or the arguments of a function.
func (c *checker) isVariable(i uint32) bool {
	f := c.f
	parent := f.node[i].parent
	switch f.kind[parent] {
	case AttrPathNode, InheritNode:
		return false
	case FormalNode:
		return i != parent+1
	case LambdaNode:
		return f.node[i].next == f.node[parent].next
	}
	return true
}

// token interns the text of a token.
func (c *checker) token(i uint32) uint32 {
	return c.intern(c.f.Src[c.f.tokOff[i]:c.f.tokOff[i+1]])
}

// intern is the index of the symbol with that text.
func (c *checker) intern(text string) uint32 {
	h := hash(text)
	mask := uint32(len(c.slots) - 1)
	at := h & mask
	for ; c.slots[at] != 0; at = (at + 1) & mask {
		if s := &c.symbols[c.slots[at]-1]; s.hash == h && s.text == text {
			return c.slots[at] - 1
		}
	}
	c.symbols = append(c.symbols, symbol{text: text, hash: h})
	n := uint32(len(c.symbols))
	c.slots[at] = n
	if int(n)*2 > len(c.slots) {
		c.grow()
	}
	return n - 1
}

// minSlots is the size of the hash table of a file with few names.
const minSlots = 256

func (c *checker) grow() {
	n := 4 * len(c.slots)
	c.slots = slices.Grow(c.slots[:0], n)[:n]
	clear(c.slots)
	mask := uint32(len(c.slots) - 1)
	for i, s := range c.symbols {
		at := s.hash & mask
		for c.slots[at] != 0 {
			at = (at + 1) & mask
		}
		c.slots[at] = uint32(i) + 1
	}
}

// hash mixes eight bytes at a time.
func hash(s string) uint32 {
	const k = 0x9E3779B97F4A7C15
	h := uint64(len(s)) * k
	for ; len(s) >= 8; s = s[8:] {
		h = (h ^ word(s)) * k
		h ^= h >> 32
	}
	for i := 0; i < len(s); i++ {
		h = h<<8 ^ h>>56 ^ uint64(s[i])
	}
	h *= k
	return uint32(h >> 32)
}

func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// use checks that the variable s, at node i, is bound.
func (c *checker) use(s, i uint32) {
	if c.symbols[s].bound == 0 && !c.isBound(s) {
		c.unbound(s, Node{c.f, i}.Span())
	}
}

// isBound reports whether the scopes around, or Nix itself, bind the symbol s.
func (c *checker) isBound(s uint32) bool {
	sym := &c.symbols[s]
	if sym.bound > 0 || c.withs > 0 || sym.global > 0 {
		return true
	}
	if sym.global < 0 {
		return false
	}
	if sym.text == "__curPos" || isGlobal(sym.text, c.opts.Dialect) {
		sym.global = 1
		return true
	}
	sym.global = -1
	c.free = append(c.free, sym.text)
	return false
}

// unbound reports that nothing binds the variable s.
func (c *checker) unbound(s uint32, at Span) {
	if c.undefined.full(UndefinedVariable) {
		c.undefined.omit(UndefinedVariable, at)
		return
	}
	c.undefined.add(Diagnostic{Code: UndefinedVariable, Span: at, Message: "undefined variable '" + clip(c.symbols[s].text) + "'"})
}

// bind brings names[from:] into scope up to node end.
func (c *checker) bind(from int, end uint32) {
	for _, s := range c.names[from:] {
		c.symbols[s].bound++
	}
	c.scopes = append(c.scopes, scope{at: end, names: from})
}

// unbind takes names[from:] out of scope.
func (c *checker) unbind(from int) {
	for _, s := range c.names[from:] {
		c.symbols[s].bound--
	}
	c.names = c.names[:from]
}

// lambda checks the arguments of the function i and brings them into scope.
// Their symbols begin at the index of names that is returned.
func (c *checker) lambda(i uint32) int {
	f := c.f
	from := len(c.names)
	c.set++
	formals := uint32(0)
	for j := i + 1; f.node[j].next != f.node[i].next; j = f.node[j].next {
		if f.kind[j] == FormalsNode {
			formals = j
			continue
		}
		s := c.token(f.node[j].first)
		c.symbols[s].seen = c.set
		c.names = append(c.names, s)
	}
	if formals != 0 {
		c.formals(formals)
	}
	c.bind(from, f.node[i].next)
	return from
}

func (c *checker) formals(i uint32) {
	f := c.f
	n := 0
	for j := i + 1; j < f.node[i].next; j = f.node[j].next {
		s := c.token(f.node[j+1].first)
		if sym := &c.symbols[s]; sym.seen == c.set {
			c.duplicateFormal(i, j)
			continue
		}
		c.symbols[s].seen = c.set
		c.names = append(c.names, s)
		if n++; n == maxFormals+1 && c.opts.Dialect != Nix28 {
			c.diags.add(Diagnostic{
				Code: SyntaxError, Span: Node{f, j}.Span(), Message: "too many formal arguments: Nix allows " + strconv.Itoa(maxFormals),
			})
		}
	}
}

// duplicateFormal reports that the formal j of formals i repeats an argument.
func (c *checker) duplicateFormal(i, j uint32) {
	f := c.f
	name := Node{f, j + 1}
	if c.diags.full(DuplicateAttr) {
		c.diags.omit(DuplicateAttr, name.Span())
		return
	}
	d := Diagnostic{
		Code: DuplicateAttr, Span: name.Span(), Message: "duplicate formal function argument '" + clip(name.Text()) + "'",
	}
	lambda := Lambda{Node{f, f.node[i].parent}}
	if p := lambda.Param(); p.Text() == name.Text() {
		d.Related = []Related{{p.Span(), "first defined here"}}
	}
	for item := range lambda.Formals().Items() {
		if item.index < j && item.Name().Text() == name.Text() {
			d.Related = []Related{{item.Name().Span(), "first defined here"}}
			break
		}
	}
	c.diags.add(d)
}

// bindings checks the names of the set or let i. If it is recursive it brings
// them into scope.
func (c *checker) bindings(i uint32) {
	f := c.f
	c.set++
	from := len(c.names)
	repeated := false
	for j := i + 1; j < f.node[i].next; j = f.node[j].next {
		switch f.kind[j] {
		case BindingNode:
			repeated = c.name(j+2, f.kind[i] == Let, "let") || repeated
		case InheritNode:
			repeated = c.inherit(j) || repeated
		}
	}
	if repeated {
		c.merge(Node{f, i})
	}
	if f.kind[i] != AttrSet || f.tokKind[f.node[i].first] == KwRec {
		c.bind(from, f.node[i].next)
	} else {
		c.names = c.names[:from]
	}
}

// name notes the name of the path component i in the current set. It reports
// whether the set has it already. Where a dynamic name is not allowed, it
// reports one.
func (c *checker) name(i uint32, static bool, where string) bool {
	f := c.f
	var s uint32
	if f.kind[i] == Ident {
		s = c.token(f.node[i].first)
	} else if name, ok := (Node{f, i}).AttrName(); ok {
		s = c.intern(name)
	} else {
		if static {
			c.diags.add(Diagnostic{
				Code: DynamicAttr, Span: Node{f, i}.Span(), Message: "dynamic attributes not allowed in " + where,
			})
		}
		return false
	}
	sym := &c.symbols[s]
	if sym.seen == c.set {
		return true
	}
	sym.seen = c.set
	c.names = append(c.names, s)
	return false
}

// inherit notes the names of the inherit i, and checks that those without a
// source are bound outside of the set.
func (c *checker) inherit(i uint32) bool {
	f := c.f
	repeated, names := false, 0
	j := i + 1
	from := j < f.node[i].next && f.kind[j] == Paren
	if from {
		j = f.node[j].next
	}
	for ; j < f.node[i].next; j = f.node[j].next {
		before := len(c.names)
		repeated = c.name(j, true, "inherit") || repeated
		if !from && len(c.names) > before {
			c.use(c.names[before], j)
		}
		names++
	}
	if from && names == 0 && c.opts.Dialect == Nix28 {
		c.desugared = true // Nix 2.8 never looks at the source
	}
	return repeated
}

// merge looks closer at a set in which a name occurs twice.
func (c *checker) merge(n Node) {
	if c.merged[n.index] {
		return
	}
	if c.merged == nil {
		c.merged = map[uint32]bool{}
	}
	d := desugarer{dialect: c.opts.Dialect, merged: c.merged, diags: c.diags}
	d.set(n)
	c.desugared = c.desugared || d.scopes
}

// scopeCheck checks the variables below n by the sets as Nix's parser builds
// them. It is needed where merging changes scopes, which is rare.
func (c *checker) scopeCheck(n Node) {
	switch n.Kind() {
	case Ident:
		if c.isVariable(n.index) {
			c.use(c.token(c.f.node[n.index].first), n.index)
		}
	case AttrSet, Let, LegacyLet:
		d := desugarer{dialect: c.opts.Dialect}
		from := c.scopeSet(d.set(n), n.Kind() == Let)
		if n.Kind() == Let {
			c.scopeCheck(LetView{n}.Body())
			c.unbind(from)
		}
	case LambdaNode:
		from := c.lambda(n.index)
		c.scopes = c.scopes[:len(c.scopes)-1]
		for child := range n.Children() {
			c.scopeCheck(child)
		}
		c.unbind(from)
	case With:
		w := ScopeView{n}
		c.scopeCheck(w.Subject())
		c.withs++
		c.scopeCheck(w.Body())
		c.withs--
	default:
		for child := range n.Children() {
			c.scopeCheck(child)
		}
	}
}

// scopeSet checks the values of s. The names of a let stay in scope; they
// begin at the index that is returned.
func (c *checker) scopeSet(s *setExpr, let bool) int {
	for _, d := range s.defs {
		if d.kind == inherited {
			c.scopeName(d)
		}
	}
	from := len(c.names)
	if s.rec {
		for _, d := range s.defs {
			sym := c.intern(d.name)
			c.symbols[sym].bound++
			c.names = append(c.names, sym)
		}
	}
	used := make([]bool, len(s.froms))
	for _, d := range s.defs {
		switch d.kind {
		case plain:
			c.scopeOperand(d.value)
		case inheritedFrom:
			used[d.from] = true
		}
	}
	for i, e := range s.froms {
		if used[i] || c.opts.Dialect != Nix28 {
			c.scopeCheck(e)
		}
	}
	for _, d := range s.dynamic {
		c.scopeCheck(d.name)
		c.scopeOperand(d.value)
	}
	if !let {
		c.unbind(from)
	}
	return from
}

// scopeName checks an inherited name, which is a variable outside of the set.
func (c *checker) scopeName(d def) {
	if s := c.intern(d.name); !c.isBound(s) {
		c.unbound(s, d.at)
	}
}

func (c *checker) scopeOperand(v operand) {
	if v.set != nil {
		c.scopeSet(v.set, false)
	} else {
		c.scopeCheck(v.node)
	}
}

// checkInt reports an integer that does not fit into 64 bits.
func (p *parser) checkInt() {
	text := p.text()
	if len(text) > 18 {
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			p.failCode(InvalidLiteral, p.tokenSpan(p.pos), "invalid integer '"+clip(text)+"'", "integers go up to 9223372036854775807")
		}
	}
}

// checkFloat reports a number that is too large or too near to zero.
func (p *parser) checkFloat() {
	if _, ok := parseFloat(p.text()); !ok {
		p.failCode(InvalidLiteral, p.tokenSpan(p.pos), "invalid float '"+clip(p.text())+"'", "")
	}
}

// checkNUL reports a NUL byte in the text of a string, which current Nix
// does not allow unless a backslash is before it.
func (p *parser) checkNUL() {
	if !p.hasNUL || p.opts.Dialect == Nix28 {
		return
	}
	find := quotedNUL
	if p.cur == IndText {
		find = indentedNUL
	}
	if i := find(p.text()); i >= 0 {
		at := int(p.offs[p.pos]) + i
		p.failCode(InvalidLiteral, Span{at, at + 1}, "the string contains a NUL byte", "")
	}
}

// quotedNUL is the index of the first NUL without a backslash before it in
// text between double quotes; -1 if there is none.
func quotedNUL(text string) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case 0:
			return i
		case '\\':
			i++
		}
	}
	return -1
}

// indentedNUL is the same for text of an indented string.
func indentedNUL(text string) int {
	for i := 0; i < len(text); {
		n := indentedRun(text[i:])
		if at := strings.IndexByte(text[i:i+n], 0); at >= 0 {
			return i + at
		}
		if i += n; i < len(text) {
			_, n = indentedEscape(text[i:])
			i += n
		}
	}
	return -1
}
