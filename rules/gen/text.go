package gen

import (
	"fmt"
	"regexp"
	"strings"

	"wardnix/emit"
	"wardnix/nixast"
)

// environmentName is how variables of the environment are called, and arguments
// of modules are not.
var environmentName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

// text is what a user gave as text: a string, in which ${…} has an expression
// of Nix. ${NAME} in capitals is left to systemd, which puts in the variable of
// the environment.
func text(s string) (any, error) {
	var b strings.Builder
	nix := false
	for rest := s; ; {
		before, behind, found := strings.Cut(rest, "${")
		b.WriteString(inString(before))
		if !found {
			break
		}
		expr, after, ok := interpolation(behind)
		switch {
		case !ok:
			return nil, fmt.Errorf("%q: the text after ${ is not a Nix expression", s)
		case environmentName.MatchString(expr):
			b.WriteString(`\${` + expr + "}")
		default:
			nix = true
			b.WriteString("${" + expr + "}")
		}
		rest = after
	}
	if !nix {
		return s, nil
	}
	return emit.Expr(`"` + b.String() + `"`), nil
}

// inString is text as it is between the quotes of a string.
func inString(s string) string {
	quoted := nixast.QuoteString(s)
	return quoted[1 : len(quoted)-1]
}

// interpolation cuts the shortest expression that ends in a brace.
func interpolation(s string) (expr, after string, ok bool) {
	for i := range len(s) {
		if s[i] == '}' && isExpression(s[:i]) {
			return s[:i], s[i+1:], true
		}
	}
	return "", "", false
}

// isExpression reports whether Nix reads the text as one expression.
func isExpression(s string) bool {
	if strings.TrimSpace(s) == "" {
		return false
	}
	for _, d := range nixast.Parse("", s, nixast.Options{}).Diagnostics {
		if d.Code != nixast.UndefinedVariable {
			return false
		}
	}
	return true
}

// path is a file that a user named: an absolute path, as it is, or an
// expression of Nix that gives one. A path of Nix is refused, since Nix would
// copy the file to the store, where everybody can read it.
func path(s string) (any, error) {
	switch {
	case strings.HasPrefix(s, "/"):
		return text(s)
	case strings.HasPrefix(s, "."), strings.HasPrefix(s, "~"), strings.HasPrefix(s, "<"):
		return nil, fmt.Errorf("%q would be copied to the store, where everybody can read it; give an absolute path", s)
	case !isExpression(s):
		return nil, fmt.Errorf("%q is neither an absolute path nor an expression of Nix", s)
	}
	return emit.Expr(s), nil
}

// joined is before and a text or path as one string.
func joined(before string, value any, after string) any {
	switch v := value.(type) {
	case string:
		return before + v + after
	case emit.Expr:
		inner := string(v)
		if f := nixast.Parse("", inner, nixast.Options{}); f.Expr().Kind() == nixast.String {
			return emit.Expr(`"` + inString(before) + inner[1:len(inner)-1] + inString(after) + `"`)
		}
		return emit.Expr(`"` + inString(before) + "${" + inner + "}" + inString(after) + `"`)
	}
	return value
}
