package gen

import (
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/emit"
	"wardnix/nixast"
)

// variable is one variable of the environment.
type variable struct{ name, value string }

// environment turns the lines of Environment into the options environment and
// path. It reports false where they do more than set variables.
func (c *conversion) environment(e *entry) (emit.Attrs, bool) {
	var vars []variable
	at := map[string]int{} // where a variable is in vars
	for _, line := range e.values {
		if line.Value == "" && c.dropin {
			return nil, false
		}
		if line.Value == "" {
			vars = nil
			clear(at)
			continue
		}
		words, ok := quotedWords(line.Value)
		if !ok {
			return nil, false
		}
		for _, w := range words {
			name, value, ok := strings.Cut(w, "=")
			if !ok || !variableName.MatchString(name) {
				return nil, false
			}
			i, again := at[name]
			if !again {
				i, at[name] = len(vars), len(vars)
				vars = append(vars, variable{})
			}
			vars[i] = variable{name, value}
		}
	}
	var env, others emit.Attrs
	for _, v := range vars {
		switch path, ok := c.nixPath(v); {
		case c.global(v):
		case ok && len(path) > 0:
			others = append(others, emit.A("path", path))
		case ok:
		case v.name == "PATH": // NixOS sets it, too
			env = append(env, emit.A(v.name, emit.Expr("lib.mkForce "+nixast.QuoteString(v.value))))
		default:
			env = append(env, emit.A(v.name, v.value))
		}
	}
	if len(env) > 0 {
		others = append(others, apart(flat(emit.A("environment", env))))
	}
	return others, true
}

// global reports whether NixOS gives the variable to every service, with a path
// of its own.
func (c *conversion) global(v variable) bool {
	want := map[string]string{"LOCALE_ARCHIVE": "glibc-locales-", "TZDIR": "tzdata-"}[v.name]
	p := storePath.FindString(v.value)
	if want == "" || !isPackage(p, want) {
		return false
	}
	c.replaced[p] = true
	return true
}

// isPackage reports whether a path of the store is that of a package.
func isPackage(p, prefix string) bool {
	sp, err := storepath.FromAbsolutePath(p)
	return err == nil && strings.HasPrefix(sp.Name, prefix)
}

// defaultPath are the packages that NixOS puts last into the path of every
// service (nixos/lib/systemd-lib.nix, NixOS 26.11).
var defaultPath = []string{"coreutils-", "findutils-", "gnugrep-", "gnused-", "systemd-"}

// nixPath is a PATH as NixOS writes it, as the option that it came from: each
// package with /bin, then each with /sbin, the default ones last.
func (c *conversion) nixPath(v variable) ([]string, bool) {
	if v.name != "PATH" {
		return nil, false
	}
	entries := strings.Split(v.value, ":")
	n := len(entries) / 2
	own := n - len(defaultPath)
	if len(entries)%2 != 0 || own < 0 {
		return nil, false
	}
	packages := make([]string, n)
	for i := range n {
		p, ok := strings.CutSuffix(entries[i], "/bin")
		if !ok || entries[n+i] != p+"/sbin" || i >= own && !isPackage(p, defaultPath[i-own]) {
			return nil, false
		}
		packages[i] = p
	}
	for _, p := range packages[own:] {
		c.replaced[p] = true
	}
	return packages[:own], true
}

// quotedWords splits a line at blanks that are outside of quotes. It reports
// false for what is better left to systemd: quotes inside a word, and escapes
// other than those of a quote and a backslash.
func quotedWords(s string) ([]string, bool) {
	var words []string
	for s = strings.TrimLeft(s, " \t"); s != ""; s = strings.TrimLeft(s, " \t") {
		word, rest, ok := quotedWord(s)
		if !ok {
			return nil, false
		}
		words, s = append(words, word), rest
	}
	return words, true
}

func quotedWord(s string) (word, rest string, ok bool) {
	quote := s[0]
	if quote != '"' && quote != '\'' {
		end := strings.IndexAny(s, " \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], !strings.ContainsAny(s[:end], `"'\`)
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			rest = s[i+1:]
			return b.String(), rest, rest == "" || rest[0] == ' ' || rest[0] == '\t'
		case s[i] != '\\':
			b.WriteByte(s[i])
		case i+1 < len(s) && (s[i+1] == quote || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			return "", "", false
		}
	}
	return "", "", false
}
