package nixast

// Kind says what a token or a node is. Trivia come first, then the other
// tokens, then the nodes.
type Kind uint8

// None is the zero Kind: that of the zero [Token] and the zero [Node].
const None Kind = 0

// Trivia: tokens that mean nothing to Nix.
const (
	Whitespace   Kind = iota + 1 // [ \t\r\n]+
	LineComment                  // "#" to the end of the line
	BlockComment                 // "/* … */"
)

// Tokens.
const (
	EOF         Kind = iota + 16 // the empty token at the end; its text is the tail after a NUL byte, if any
	Invalid                      // a byte that starts no token
	IdentTok                     // a name
	IntTok                       // 42
	FloatTok                     // 1.5
	URITok                       // x:y
	SearchTok                    // <nixpkgs>
	PathTok                      // a piece of a path between interpolations
	HomeTok                      // the first piece of a path that begins with "~/"
	Quote                        // the '"' that opens or closes a string
	StringText                   // the text between quotes and interpolations, escapes included
	IndOpen                      // the "''" that opens an indented string, with the spaces and the newline that it swallows
	IndClose                     // the "''" that closes it
	IndText                      // the text between
	DollarCurly                  // ${
	LCurly                       // {
	RCurly                       // }
	LBracket                     // [
	RBracket                     // ]
	LParen                       // (
	RParen                       // )
	Semicolon                    // ;
	Colon                        // :
	Comma                        // ,
	Dot                          // .
	Ellipsis                     // ...
	At                           // @
	Question                     // ?
	Assign                       // =
	EqEq                         // ==
	NotEq                        // !=
	Less                         // <
	LessEq                       // <=
	Greater                      // >
	GreaterEq                    // >=
	And                          // &&
	Or                           // ||
	Implies                      // ->
	Update                       // //
	Concat                       // ++
	Plus                         // +
	Minus                        // -
	Star                         // *
	Slash                        // /
	Not                          // !
	PipeInto                     // |>
	PipeFrom                     // <|
	KwIf
	KwThen
	KwElse
	KwAssert
	KwWith
	KwLet
	KwIn
	KwRec
	KwInherit
	KwOr
)

// Nodes.
const (
	Root          Kind = iota + 96 // the file: one expression
	Missing                        // a part that the source lacks; no width
	Error                          // tokens that the parser skipped
	Ident                          // a variable; also a name in an attribute path, a formal or an inherit
	Int                            // 42
	Float                          // 1.5
	URI                            // x:y
	SearchPath                     // <nixpkgs>
	Path                           // ./a, ~/a, ./${a}/b
	String                         // "…"
	IndString                      // ''…''
	Interpolation                  // ${…}: in strings and paths, and as a dynamic attribute
	List                           // [ … ]
	AttrSet                        // { … }, rec { … }
	LegacyLet                      // let { … }
	Let                            // let … in …
	BindingNode                    // a.b = c;
	InheritNode                    // inherit (a) b c;
	AttrPathNode                   // a.b."c".${d}
	LambdaNode                     // a: …, { a, b ? c, ... }@d: …
	FormalsNode                    // { a, b ? c, ... }
	FormalNode                     // a, b ? c
	Apply                          // f a
	Select                         // a.b, a.b or c
	HasAttr                        // a ? b
	Unary                          // -a, !a
	Binary                         // a + b, and every other operator, pipes included
	If                             // if a then b else c
	Assert                         // assert a; b
	With                           // with a; b
	Paren                          // ( a )
)

// IsTrivia reports whether k is white space or a comment.
func (k Kind) IsTrivia() bool { return k >= Whitespace && k <= BlockComment }

// IsComment reports whether k is a comment.
func (k Kind) IsComment() bool { return k == LineComment || k == BlockComment }

// IsKeyword reports whether k is a keyword, "or" included.
func (k Kind) IsKeyword() bool { return k >= KwIf && k <= KwOr }
