package nixast_test

import "strings"

// generator writes programs that nearly always are Nix; each choice takes a byte.
type generator struct{ choices []byte }

func (g *generator) choose(n int) int {
	if len(g.choices) == 0 {
		return 0
	}
	c := int(g.choices[0]) % n
	g.choices = g.choices[1:]
	return c
}

func (g *generator) pick(from ...string) string { return from[g.choose(len(from))] }

// expr writes an expression that nests at most depth deep.
func (g *generator) expr(depth int) string {
	if depth <= 0 || len(g.choices) == 0 {
		return g.pick("a", "b", "1", "x'", "0.5", `"s"`, "a:b", "<n/p>", "./p", "~/h", "or-x", "__curPos", "{ }", "[ ]", "''i''", "007", "1.e3")
	}
	switch g.choose(20) {
	case 0, 1:
		return g.operand(depth) + g.pick(" + ", " - ", " * ", " / ", " ++ ", " // ", " == ", " != ", " < ", " > ", " <= ", " >= ", " && ", " || ", " -> ") + g.operand(depth)
	case 2:
		return g.pick("!", "- ", "! ! ", "-") + g.operand(depth)
	case 3:
		return g.simple(depth) + " ? " + g.path(depth)
	case 4:
		return g.simple(depth) + "." + g.path(depth) + g.pick("", " or "+g.simple(depth))
	case 5:
		return g.simple(depth) + " " + g.simple(depth) + g.pick("", " or", " "+g.simple(depth))
	case 6:
		return "{" + g.bindings(depth) + "}"
	case 7:
		return "rec {" + g.bindings(depth) + "}"
	case 8:
		return "(let " + g.bindings(depth) + " in " + g.expr(depth-1) + ")"
	case 9:
		return "let {" + g.bindings(depth) + "body = " + g.expr(depth-1) + ";}"
	case 10:
		return "(" + g.pick("x", "{ a, b ? "+g.expr(depth-1)+", ... }", "{ c, a }@z", "z@{ }", "{ ... }", "{ b ? a, }") + ": " + g.expr(depth-1) + ")"
	case 11:
		return "(if " + g.expr(depth-1) + " then " + g.expr(depth-1) + " else " + g.expr(depth-1) + ")"
	case 12:
		return "(" + g.pick("with ", "assert ") + g.expr(depth-1) + "; " + g.expr(depth-1) + ")"
	case 13:
		return `"` + g.text() + "${" + g.expr(depth-1) + "}" + g.text() + `"`
	case 14, 15:
		return "''" + g.lines() + g.pick("", "${"+g.expr(depth-1)+"}") + g.lines() + g.pick("", "${"+g.expr(depth-1)+"}", "\n  ") + "''"
	case 16:
		return g.pick("./a", "a/b", "~/", "/", "../x/") + "${" + g.expr(depth-1) + "}" + g.pick("", "/b", "c")
	case 17:
		return "[ " + g.simple(depth) + " " + g.simple(depth) + g.pick("", " or") + " ]"
	case 18:
		return g.pick("# c\n", "/* c */", "/** d */ ", "\r\n", "\t") + g.expr(depth-1)
	}
	return "(" + g.expr(depth-1) + ")"
}

// operand is what may be next to most operators.
func (g *generator) operand(depth int) string {
	return g.pick("("+g.expr(depth-1)+")", g.simple(depth), "!a", "-b", "a + b", "a ++ b", "a * b", "a // b", "a ? b", "f a")
}

// simple is what may be in a list or as an argument.
func (g *generator) simple(depth int) string {
	return g.pick("a", "(a b)", "{ a = 1; }", "[ 1 ]", `"s${a}"`, "(b.c)", "1.5", "("+g.expr(depth-1)+")", "(-1)", "(a < b)", "<p>", "./q")
}

// path is an attribute path.
func (g *generator) path(depth int) string {
	p := g.pick("a", "b", "or", `"c d"`, "${a}", `${"b"}`, `"x${a}"`, "${''a''}")
	if depth > 0 && g.choose(3) == 0 {
		p += "." + g.path(depth-1)
	}
	return p
}

// bindings are bindings whose names seldom collide, but whose sets merge.
func (g *generator) bindings(depth int) string {
	names := []string{"a", "b", "c", "or", `"d e"`, "f"}
	b := g.pick(" ", "\n", "")
	for i := range g.choose(5) {
		name := names[i]
		switch g.choose(8) {
		case 0:
			b += "inherit " + name + "; "
		case 1:
			b += "inherit (" + g.expr(depth-1) + ") " + name + "; "
		case 2:
			b += "m = " + g.pick("", "rec ") + "{ " + name + " = " + g.expr(depth-1) + "; }; "
		case 3:
			b += "m." + name + g.pick("", ".n", ".${a}") + " = " + g.expr(depth-1) + "; "
		case 4:
			b += "k.${a} = " + g.expr(depth-1) + "; "
		default:
			b += name + g.pick("", ".p") + " = " + g.expr(depth-1) + "; "
		}
	}
	return b
}

// text is a piece of a string in double quotes.
func (g *generator) text() string {
	return g.pick("", "a", "$$", `\n`, `\${`, `\"`, " '' ", "\r\n", "\r", "é", `\\`, "a\nb", "$${", "\t") + g.pick("", "b", " ")
}

// lines are a piece of an indented string.
func (g *generator) lines() string {
	var b strings.Builder
	for range g.choose(6) {
		b.WriteString(g.pick("a", "  b\n", "\n", "    c\n", " ", "''${", "'''", `''\n`, `''\ `, "$$", "\t", "\r\n", "d'e", "\n   ", "${a}", "\n      "))
	}
	return b.String()
}
