package nixast

import (
	"fmt"
	"strconv"
)

// kindNames are the names of the kinds, as constants without the suffixes
// that keep node kinds apart from views.
var kindNames = [256]string{
	None: "None", Whitespace: "Whitespace", LineComment: "LineComment", BlockComment: "BlockComment",
	EOF: "EOF", Invalid: "Invalid", IdentTok: "IdentTok", IntTok: "IntTok", FloatTok: "FloatTok", URITok: "URITok",
	SearchTok: "SearchTok", PathTok: "PathTok", HomeTok: "HomeTok", Quote: "Quote", StringText: "StringText",
	IndOpen: "IndOpen", IndClose: "IndClose", IndText: "IndText", DollarCurly: "DollarCurly", LCurly: "LCurly",
	RCurly: "RCurly", LBracket: "LBracket", RBracket: "RBracket", LParen: "LParen", RParen: "RParen",
	Semicolon: "Semicolon", Colon: "Colon", Comma: "Comma", Dot: "Dot", Ellipsis: "Ellipsis", At: "At",
	Question: "Question", Assign: "Assign", EqEq: "EqEq", NotEq: "NotEq", Less: "Less", LessEq: "LessEq",
	Greater: "Greater", GreaterEq: "GreaterEq", And: "And", Or: "Or", Implies: "Implies", Update: "Update",
	Concat: "Concat", Plus: "Plus", Minus: "Minus", Star: "Star", Slash: "Slash", Not: "Not", PipeInto: "PipeInto",
	PipeFrom: "PipeFrom", KwIf: "KwIf", KwThen: "KwThen", KwElse: "KwElse", KwAssert: "KwAssert", KwWith: "KwWith",
	KwLet: "KwLet", KwIn: "KwIn", KwRec: "KwRec", KwInherit: "KwInherit", KwOr: "KwOr",
	Root: "Root", Missing: "Missing", Error: "Error", Ident: "Ident", Int: "Int", Float: "Float", URI: "URI",
	SearchPath: "SearchPath", Path: "Path", String: "String", IndString: "IndString", Interpolation: "Interpolation",
	List: "List", AttrSet: "AttrSet", LegacyLet: "LegacyLet", Let: "Let", BindingNode: "Binding", InheritNode: "Inherit",
	AttrPathNode: "AttrPath", LambdaNode: "Lambda", FormalsNode: "Formals", FormalNode: "Formal", Apply: "Apply",
	Select: "Select", HasAttr: "HasAttr", Unary: "Unary", Binary: "Binary", If: "If", Assert: "Assert", With: "With",
	Paren: "Paren",
}

// String is the kind's name.
func (k Kind) String() string {
	if s := kindNames[k]; s != "" {
		return s
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// DumpTree writes the tree of f as text, for people and for golden files: a
// line for each node with its place, and its text if it is one token. Indented
// below it are its own tokens that say more than its kind does: text,
// operators, "rec", "or", "..." and comments. Places are line:column in bytes, the end
// exclusive.
func DumpTree(f *File) []byte {
	d := dumper{f: f}
	for i := range f.node {
		n := Node{f, uint32(i)}
		for len(d.open) > 0 && int(d.open[len(d.open)-1].next) <= i {
			d.close()
		}
		if len(d.open) > 0 {
			d.tokens(f.node[i].first)
		}
		at, text := f.node[i].first, ""
		if at+1 == f.node[i].end && int(f.node[i].next) == i+1 {
			at, text = at+1, n.Text()
		}
		d.line(len(d.open), n.Kind(), n.Span(), text)
		d.open = append(d.open, dumped{f.node[i].next, at, f.node[i].end})
	}
	for len(d.open) > 0 {
		d.close()
	}
	d.comments(uint32(len(f.tokKind)))
	return d.b
}

type dumped struct{ next, at, end uint32 }

type dumper struct {
	f    *File
	b    []byte
	open []dumped // the nodes around, and how far their tokens are written
}

// tokens writes the innermost node's own tokens up to token end.
func (d *dumper) tokens(end uint32) {
	top := &d.open[len(d.open)-1]
	for ; top.at < end; top.at++ {
		switch k := d.f.tokKind[top.at]; k {
		case Whitespace, LCurly, RCurly, LParen, RParen, LBracket, RBracket, DollarCurly, Quote, IndOpen, IndClose,
			Semicolon, Colon, Comma, Dot, At, Question, Assign, EOF,
			KwIf, KwThen, KwElse, KwAssert, KwWith, KwLet, KwIn, KwInherit:
		default:
			t := Token{d.f, top.at}
			d.line(len(d.open), k, t.Span(), t.Text())
		}
	}
}

// close writes the rest of the innermost node.
func (d *dumper) close() {
	top := d.open[len(d.open)-1]
	d.tokens(top.end)
	d.open = d.open[:len(d.open)-1]
	if len(d.open) > 0 {
		outer := &d.open[len(d.open)-1]
		outer.at = max(outer.at, top.end)
	}
}

// comments writes the comments outside of the root up to token end.
func (d *dumper) comments(end uint32) {
	root := d.f.node[0]
	for i := range end {
		if d.f.tokKind[i].IsComment() && (i < root.first || i >= root.end) {
			t := Token{d.f, i}
			d.line(0, t.Kind(), t.Span(), t.Text())
		}
	}
}

func (d *dumper) line(depth int, k Kind, s Span, text string) {
	for range depth {
		d.b = append(d.b, "  "...)
	}
	from, to := d.f.Position(s.Start), d.f.Position(s.End)
	d.b = fmt.Appendf(d.b, "%s %d:%d-%d:%d", k, from.Line, from.Byte, to.Line, to.Byte)
	if text != "" {
		d.b = append(d.b, ' ')
		d.b = strconv.AppendQuote(d.b, text)
	}
	d.b = append(d.b, '\n')
}
