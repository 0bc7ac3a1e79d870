package nixast

import "strings"

// Classes of bytes, as in the definitions of Nix's lexer.l.
const (
	clsSpace  uint8 = 1 << iota // [ \t\r\n]
	clsIdent                    // [a-zA-Z0-9_'-]
	clsPath                     // [a-zA-Z0-9._+-]
	clsURI                      // [a-zA-Z0-9%/?:@&=+$,_.!~*'-]
	clsDigit                    // [0-9]
	clsLetter                   // [a-zA-Z]
	clsQuoted                   // a byte that ends a run of plain text in "…"
	clsInd                      // a byte that ends a run of plain text in ''…''
)

var classes = [256]uint8{
	' ': clsSpace, '\t': clsSpace, '\r': clsSpace, '\n': clsSpace,
	'a': letter, 'b': letter, 'c': letter, 'd': letter, 'e': letter, 'f': letter, 'g': letter,
	'h': letter, 'i': letter, 'j': letter, 'k': letter, 'l': letter, 'm': letter, 'n': letter,
	'o': letter, 'p': letter, 'q': letter, 'r': letter, 's': letter, 't': letter, 'u': letter,
	'v': letter, 'w': letter, 'x': letter, 'y': letter, 'z': letter,
	'A': letter, 'B': letter, 'C': letter, 'D': letter, 'E': letter, 'F': letter, 'G': letter,
	'H': letter, 'I': letter, 'J': letter, 'K': letter, 'L': letter, 'M': letter, 'N': letter,
	'O': letter, 'P': letter, 'Q': letter, 'R': letter, 'S': letter, 'T': letter, 'U': letter,
	'V': letter, 'W': letter, 'X': letter, 'Y': letter, 'Z': letter,
	'0': digit, '1': digit, '2': digit, '3': digit, '4': digit,
	'5': digit, '6': digit, '7': digit, '8': digit, '9': digit,
	'_': clsIdent | clsPath | clsURI, '-': clsIdent | clsPath | clsURI,
	'\'': clsIdent | clsURI | clsInd, '.': clsPath | clsURI, '+': clsPath | clsURI,
	'%': clsURI, '/': clsURI, '?': clsURI, ':': clsURI, '@': clsURI, '&': clsURI, '=': clsURI,
	'$': clsURI | clsQuoted | clsInd, ',': clsURI, '!': clsURI, '~': clsURI, '*': clsURI,
	'"': clsQuoted, '\\': clsQuoted,
}

const (
	letter = clsIdent | clsPath | clsURI | clsLetter
	digit  = clsIdent | clsPath | clsURI | clsDigit
)

// mode is a start condition of the lexer. The token stream of Nix depends on
// the text alone, so the lexer runs over the whole file before the parser.
type mode uint8

const (
	inCode mode = iota
	inString
	inIndString
	inPath
)

type lexer struct {
	src   string
	pos   int
	kind  []Kind
	off   []uint32
	modes []mode // the mode below the current ones is inCode and is never popped

	// The run of path characters looked at last: [runStart, runEnd). Looking
	// ahead for a path or a URI from each name anew would be quadratic.
	runStart, runEnd int
	runUnderscore    int  // the last '_' in the run; no URI scheme reaches over it
	noCommentEnd     bool // there is no "*/" after pos
	openComment      int  // where the first comment begins that has no end, plus 1
	steps            int  // bytes looked at ahead of a token

	// cuts are offsets where a string is taken to end although its closing
	// quotes are missing, in order.
	cuts []int
}

// lex splits src into tokens. It appends to kind and off, which are reused.
func (l *lexer) lex() {
	l.off = append(l.off, 0)
	for l.pos < len(l.src) {
		stop := false
		switch l.mode() {
		case inCode:
			stop = l.code()
		case inString:
			l.quoted()
		case inIndString:
			l.indented()
		case inPath:
			l.pathPiece()
		}
		if stop {
			break
		}
	}
	l.pos = len(l.src)
	l.emit(EOF)
}

func (l *lexer) mode() mode {
	if len(l.modes) == 0 {
		return inCode
	}
	return l.modes[len(l.modes)-1]
}

func (l *lexer) push(m mode) { l.modes = append(l.modes, m) }

func (l *lexer) pop() {
	if len(l.modes) > 0 {
		l.modes = l.modes[:len(l.modes)-1]
	}
}

// emit adds a token of kind k that ends at pos.
func (l *lexer) emit(k Kind) {
	l.kind = append(l.kind, k)
	l.off = append(l.off, uint32(l.pos))
}

// at is the byte at i, or 0 after the end.
func (l *lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

// code reads tokens until the mode changes. It reports true at a NUL, which
// ends the program.
func (l *lexer) code() bool {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch cls := classes[c]; {
		case cls&clsSpace != 0:
			l.space()
			continue // the mode is the same
		case cls&clsLetter != 0 || c == '_':
			l.word()
		case cls&clsPath != 0 || c == '/' || c == '~':
			l.numberOrPath(c)
		case c == 0:
			return true
		default:
			l.bracket(c)
		}
		if l.mode() != inCode {
			return false
		}
	}
	return false
}

func (l *lexer) space() {
	i := l.pos + 1
	for i < len(l.src) && classes[l.src[i]]&clsSpace != 0 {
		i++
	}
	l.pos = i
	l.emit(Whitespace)
}

// bracket reads what begins or ends a mode, or else an operator.
func (l *lexer) bracket(c byte) {
	next := l.at(l.pos + 1)
	switch {
	case c == '{':
		l.push(inCode)
		l.one(LCurly)
	case c == '}':
		l.pop()
		l.one(RCurly)
	case c == '"':
		l.push(inString)
		l.one(Quote)
	case c == '\'' && next == '\'':
		l.push(inIndString)
		l.pos += 2
		l.swallowFirstLine()
		l.emit(IndOpen)
	case c == '$' && next == '{':
		l.push(inCode)
		l.two(DollarCurly)
	default:
		l.operator(c)
	}
}

func (l *lexer) one(k Kind) {
	l.pos++
	l.emit(k)
}

func (l *lexer) two(k Kind) {
	l.pos += 2
	l.emit(k)
}

// swallowFirstLine skips what the quotes that open an indented string take with them: spaces and a newline.
func (l *lexer) swallowFirstLine() {
	i := l.pos
	for l.at(i) == ' ' {
		i++
	}
	if l.at(i) == '\n' {
		l.pos = i + 1
	}
}

// word reads a name, a keyword, or a path or URI that begins like one.
func (l *lexer) word() {
	src, start := l.src, l.pos
	i := start + 1
	for i < len(src) && classes[src[i]]&clsIdent != 0 {
		i++
	}
	if i < len(src) {
		switch src[i] {
		case '.', '+', '/', ':':
			if l.path(start, i) || l.uri(start, i) {
				return
			}
		}
	}
	l.pos = i
	l.emit(keyword(src[start:i]))
}

// keyword is the kind of the name s.
func keyword(s string) Kind {
	if len(s) < 2 || len(s) > 7 {
		return IdentTok
	}
	switch s {
	case "if":
		return KwIf
	case "then":
		return KwThen
	case "else":
		return KwElse
	case "assert":
		return KwAssert
	case "with":
		return KwWith
	case "let":
		return KwLet
	case "in":
		return KwIn
	case "rec":
		return KwRec
	case "inherit":
		return KwInherit
	case "or":
		return KwOr
	}
	return IdentTok
}

// run finds the run of path characters that start lies in.
func (l *lexer) run(start int) {
	if l.runStart <= start && start < l.runEnd {
		return
	}
	i := start
	l.runStart, l.runUnderscore = start, -1
	for i < len(l.src) && classes[l.src[i]]&clsPath != 0 {
		if l.src[i] == '_' {
			l.runUnderscore = i
		}
		i++
	}
	l.runEnd = i
	l.steps += i - start
}

// path reads the path that begins at start, if one longer than end does.
func (l *lexer) path(start, end int) bool {
	i := start
	if l.src[i] != '/' {
		l.run(start)
		if i = l.runEnd; i < end || l.at(i) != '/' {
			return false
		}
	}
	switch {
	case classes[l.at(i+1)]&clsPath != 0:
		l.pos = l.pathEnd(i)
	case l.at(i+1) == '$' && l.at(i+2) == '{':
		l.pos = i + 1
	default:
		return false
	}
	l.emit(PathTok)
	l.enterPath()
	return true
}

// pathEnd is the end of (/PATH_CHAR+)*/? at i.
func (l *lexer) pathEnd(i int) int {
	src := l.src
	for i < len(src) && src[i] == '/' {
		i++
		if classes[l.at(i)]&clsPath == 0 {
			break
		}
		for i < len(src) && classes[src[i]]&clsPath != 0 {
			i++
		}
	}
	return i
}

// enterPath switches to the mode of paths if a path goes on at pos.
func (l *lexer) enterPath() {
	if c := l.at(l.pos); c == '/' || c == '$' && l.at(l.pos+1) == '{' {
		l.push(inPath)
	}
}

// pathPiece reads the next piece of a path, or ends it.
func (l *lexer) pathPiece() {
	start := l.pos
	if l.src[start] == '$' && l.at(start+1) == '{' {
		l.push(inCode)
		l.pos += 2
		l.emit(DollarCurly)
		return
	}
	i := start
	for i < len(l.src) && classes[l.src[i]]&clsPath != 0 {
		i++
	}
	if i = l.pathEnd(i); i == start {
		l.pop()
		return
	}
	l.pos = i
	l.emit(PathTok)
}

// uri reads the URI that begins at start, if one longer than end does.
func (l *lexer) uri(start, end int) bool {
	l.run(start)
	i := l.runEnd
	if i < end || start <= l.runUnderscore || l.at(i) != ':' || classes[l.at(i+1)]&clsURI == 0 {
		return false
	}
	for i++; i < len(l.src) && classes[l.src[i]]&clsURI != 0; i++ {
	}
	l.steps += i - start
	l.pos = i
	l.emit(URITok)
	return true
}

// numberOrPath reads what begins with a digit or one of . + - / ~
func (l *lexer) numberOrPath(c byte) {
	next := l.at(l.pos + 1)
	switch {
	case c == '~':
		l.home()
	case c == '/' && next == '*':
		l.blockComment()
	case (next == '/' || next == '$' || classes[next]&clsPath != 0) && l.path(l.pos, l.pos+1):
	case classes[c]&clsDigit != 0 || c == '.' && classes[next]&clsDigit != 0:
		l.number()
	default:
		l.pathOperator(c, next)
	}
}

// pathOperator reads an operator that begins with one of . + - /
func (l *lexer) pathOperator(c, next byte) {
	switch {
	case c == '.' && next == '.' && l.at(l.pos+2) == '.':
		l.pos += 3
		l.emit(Ellipsis)
	case c == '.':
		l.one(Dot)
	case c == '+' && next == '+':
		l.two(Concat)
	case c == '+':
		l.one(Plus)
	case c == '-' && next == '>':
		l.two(Implies)
	case c == '-':
		l.one(Minus)
	case next == '/':
		l.two(Update)
	default:
		l.one(Slash)
	}
}

func (l *lexer) home() {
	start := l.pos
	if l.at(start+1) == '/' {
		switch {
		case classes[l.at(start+2)]&clsPath != 0:
			l.pos = l.pathEnd(start + 1)
			l.emit(HomeTok)
			l.enterPath()
			return
		case l.at(start+2) == '$' && l.at(start+3) == '{':
			l.pos = start + 2
			l.emit(HomeTok)
			l.enterPath()
			return
		}
	}
	l.one(Invalid)
}

// number reads [0-9]+ or (([1-9][0-9]*\.[0-9]*)|(0?\.[0-9]+))([Ee][+-]?[0-9]+)?
func (l *lexer) number() {
	src, start := l.src, l.pos
	i := l.digits(start)
	l.pos = i
	frac := l.digits(i + 1)
	zero := src[start] == '.' || src[start] == '0' && i == start+1
	if l.at(i) != '.' || zero && frac == i+1 || !zero && src[start] == '0' {
		l.emit(IntTok)
		return
	}
	l.pos = frac
	if c := l.at(frac); c == 'e' || c == 'E' {
		j := frac + 1
		if c := l.at(j); c == '+' || c == '-' {
			j++
		}
		if k := l.digits(j); k > j {
			l.pos = k
		}
	}
	l.emit(FloatTok)
}

func (l *lexer) digits(i int) int {
	for i < len(l.src) && classes[l.src[i]]&clsDigit != 0 {
		i++
	}
	return i
}

// blockComment reads /* … */, or just the slash if the comment has no end.
func (l *lexer) blockComment() {
	if !l.noCommentEnd {
		if end := strings.Index(l.src[l.pos+2:], "*/"); end >= 0 {
			l.pos += end + 4
			l.emit(BlockComment)
			return
		}
		l.noCommentEnd = true
		l.openComment = l.pos + 1
	}
	l.one(Slash)
}

func (l *lexer) lineComment() {
	i := l.pos
	for i < len(l.src) && l.src[i] != '\n' && l.src[i] != '\r' {
		i++
	}
	l.pos = i
	l.emit(LineComment)
}

// single are the tokens of one byte that begin no longer one.
var single = [256]Kind{
	';': Semicolon, '(': LParen, ')': RParen, '[': LBracket, ']': RBracket,
	':': Colon, ',': Comma, '@': At, '?': Question, '*': Star,
}

// doubles are the tokens of two bytes, by the first, and what that is alone.
var doubles = [256]struct {
	second   byte
	two, one Kind
}{
	'=': {'=', EqEq, Assign}, '!': {'=', NotEq, Not}, '&': {'&', And, Invalid},
	'>': {'=', GreaterEq, Greater}, '|': {'|', Or, Invalid}, '<': {'=', LessEq, Less},
}

// operator reads punctuation, and what begins with "#" or "<".
func (l *lexer) operator(c byte) {
	next := l.at(l.pos + 1)
	switch d := doubles[c]; {
	case single[c] != None:
		l.one(single[c])
	case c == '#':
		l.lineComment()
	case c == '<' && l.searchPath():
	case c == '<' && next == '|':
		l.two(PipeFrom)
	case c == '|' && next == '>':
		l.two(PipeInto)
	case d.second == 0:
		l.one(Invalid)
	case next == d.second:
		l.two(d.two)
	default:
		l.one(d.one)
	}
}

// searchPath reads <PATH_CHAR+(/PATH_CHAR+)*>
func (l *lexer) searchPath() bool {
	i := l.pos
	for {
		i++
		start := i
		for i < len(l.src) && classes[l.src[i]]&clsPath != 0 {
			i++
		}
		if i == start {
			return false
		}
		switch l.at(i) {
		case '/':
		case '>':
			l.pos = i + 1
			l.emit(SearchTok)
			return true
		default:
			return false
		}
	}
}

// cut is where the string whose text begins at pos must end at the latest.
func (l *lexer) cut() int {
	for len(l.cuts) > 0 && l.cuts[0] < l.pos {
		l.cuts = l.cuts[1:]
	}
	if len(l.cuts) > 0 {
		return l.cuts[0]
	}
	return len(l.src) + 1
}

// quoted reads text in "…" up to the next interpolation or the end.
func (l *lexer) quoted() {
	src, start, limit := l.src, l.pos, l.cut()
	i := start
	end := min(limit, len(src))
	for i < end {
		if classes[src[i]]&clsQuoted == 0 {
			i++
			continue
		}
		if src[i] == '"' || src[i] == '$' && l.at(i+1) == '{' {
			break
		}
		i += quotedEscape(src, i)
	}
	l.pos = min(i, end)
	if l.pos > start {
		l.emit(StringText)
	}
	switch {
	case l.pos == limit:
		l.pop()
	case l.pos == len(src):
	case src[l.pos] == '"':
		l.pop()
		l.one(Quote)
	default:
		l.push(inCode)
		l.pos += 2
		l.emit(DollarCurly)
	}
}

// quotedEscape is the number of bytes that belong together at i, where src
// has a backslash or a dollar sign: \c, $c, $\c, and $ alone before a quote.
func quotedEscape(src string, i int) int {
	if src[i] == '\\' || i+1 >= len(src) {
		return 2
	}
	switch src[i+1] {
	case '"':
		return 1
	case '\\':
		return 3
	}
	return 2
}

// indented reads text in an indented string up to the next interpolation or the end.
func (l *lexer) indented() {
	src, start, limit := l.src, l.pos, l.cut()
	i := start
	end := min(limit, len(src))
	closed := false
	for i < end && !closed {
		if classes[src[i]]&clsInd == 0 {
			i++
			continue
		}
		if src[i] == '$' && l.at(i+1) == '{' {
			break
		}
		n := indentedPiece(src, i)
		if closed = n == 0; !closed {
			i += n
		}
	}
	l.pos = min(i, end)
	if l.pos > start {
		l.emit(IndText)
	}
	switch {
	case l.pos == limit:
		l.pop()
	case closed:
		l.pop()
		l.pos += 2
		l.emit(IndClose)
	case l.pos < len(src):
		l.push(inCode)
		l.pos += 2
		l.emit(DollarCurly)
	}
}

// indentedPiece is the number of bytes that belong together at i, where src
// has a quote or a dollar sign that begins no interpolation; 0 for the quotes
// that end the string.
func indentedPiece(src string, i int) int {
	if i+1 >= len(src) {
		return 1
	}
	if src[i] == '$' {
		if src[i+1] == '\'' {
			return 1
		}
		return 2
	}
	switch src[i+1] {
	case '$':
		return 1
	case '\'':
	default:
		return 2
	}
	if i+2 >= len(src) {
		return 0
	}
	switch src[i+2] {
	case '$', '\'':
		return 3
	case '\\':
		if i+3 < len(src) {
			return 4
		}
	}
	return 0
}
