package nixos

import (
	"slices"
	"strings"
)

// An ignoreFile has the patterns of one .gitignore. Of those without wildcards, which
// may be many, only the ones that a name equals are looked at.
type ignoreFile struct {
	names map[ignoredName]verdict
	globs []ignorePattern // in order
}

// An ignoredName is what a pattern without wildcards is about.
type ignoredName struct {
	name               string
	anchored, dirsOnly bool
}

// A verdict is what the last pattern of a kind says.
type verdict struct {
	at      int // among all patterns
	negated bool
}

type ignorePattern struct {
	glob     string
	negated  bool // "!": take back what an earlier pattern ignored
	dirsOnly bool // a trailing "/"
	anchored bool // a "/" before the end: matched against the whole path below the .gitignore
	at       int  // among all patterns
	// head and tail are what a name begins and ends with that the pattern is about.
	head, tail string
}

// matches reports whether the pattern is about name.
func (p *ignorePattern) matches(name string) bool {
	return strings.HasPrefix(name, p.head) && strings.HasSuffix(name, p.tail) && wildmatch(p.glob, name)
}

// special are the bytes of a pattern that have a special meaning.
const special = `*?[]\`

// ends are the texts before the first and after the last special byte of a pattern.
func ends(glob string) (head, tail string) {
	if strings.Contains(glob, "**") || strings.Contains(glob, `\`) {
		return "", "" // where "**/" is nothing, the "/" is not there either
	}
	return glob[:strings.IndexAny(glob, special)], glob[strings.LastIndexAny(glob, special)+1:]
}

// parseIgnore reads the text of a .gitignore as gitignore(5) of git 2.47
// describes it.
func parseIgnore(text string) ignoreFile {
	f := ignoreFile{names: map[ignoredName]verdict{}}
	text = strings.TrimPrefix(text, "\ufeff")
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		at++
		line = trimUnescapedBlanks(strings.TrimSuffix(line, "\r"))
		if line == "" || line[0] == '#' {
			continue
		}
		p := ignorePattern{at: at}
		if line[0] == '!' {
			p.negated = true
			line = line[1:]
		}
		if strings.HasSuffix(line, "/") {
			p.dirsOnly = true
			line = line[:len(line)-1]
		}
		p.anchored = strings.Contains(line, "/")
		p.glob = strings.TrimPrefix(line, "/")
		switch {
		case p.glob == "":
		case strings.ContainsAny(p.glob, special):
			p.head, p.tail = ends(p.glob)
			f.globs = append(f.globs, p)
		default:
			f.names[ignoredName{p.glob, p.anchored, p.dirsOnly}] = verdict{at, p.negated}
		}
	}
	return f
}

// trimUnescapedBlanks drops trailing spaces unless a backslash protects them.
func trimUnescapedBlanks(s string) string {
	end := len(s)
	for end > 0 && s[end-1] == ' ' {
		backslashes := 0
		for i := end - 2; i >= 0 && s[i] == '\\'; i-- {
			backslashes++
		}
		if backslashes%2 == 1 {
			break
		}
		end--
	}
	return s[:end]
}

// match reports whether a pattern speaks of rel, a path below the directory of
// the .gitignore, and if so whether it is ignored. The last pattern wins.
func (f ignoreFile) match(rel string, isDir bool) (ignored, spoken bool) {
	base := rel[strings.LastIndexByte(rel, '/')+1:]
	var last verdict
	for _, name := range []ignoredName{{base, false, false}, {rel, true, false}, {base, false, true}, {rel, true, true}} {
		if v := f.names[name]; v.at > last.at && (isDir || !name.dirsOnly) {
			last = v
		}
	}
	for i := len(f.globs) - 1; i >= 0; i-- {
		p := &f.globs[i]
		if p.at < last.at {
			break
		}
		name := base
		if p.anchored {
			name = rel
		}
		if (isDir || !p.dirsOnly) && p.matches(name) {
			last = verdict{p.at, p.negated}
			break
		}
	}
	return last.at > 0 && !last.negated, last.at > 0
}

// wildmatch matches name against a git pattern whose "*" and "?" do not
// match "/" and whose "**" between slashes matches any number of directories. It
// takes len(pattern)·len(name) steps: at has the offsets in name that the
// pattern so far can lead to.
func wildmatch(pattern, name string) bool {
	at, next := make([]bool, len(name)+1), make([]bool, len(name)+1)
	at[0] = true
	for p := 0; p < len(pattern); at, next = next, at {
		if !slices.Contains(at, true) {
			return false
		}
		clear(next)
		switch c := pattern[p]; c {
		case '*':
			p = matchStars(pattern, p, name, at, next)
		case '?':
			p++
			for n := range len(name) {
				next[n+1] = at[n] && name[n] != '/'
			}
		case '[':
			class, end, ok := parseClass(pattern, p)
			if !ok {
				return false
			}
			p = end
			for n := range len(name) {
				next[n+1] = at[n] && name[n] != '/' && class(name[n])
			}
		default:
			if c == '\\' {
				if p++; p == len(pattern) {
					return false // as in git
				}
				c = pattern[p]
			}
			p++
			for n := range len(name) {
				next[n+1] = at[n] && name[n] == c
			}
		}
	}
	return at[len(name)]
}

// matchStars matches the stars at pattern[p] and returns where the pattern
// goes on.
func matchStars(pattern string, p int, name string, at, next []bool) int {
	end := p
	for end < len(pattern) && pattern[end] == '*' {
		end++
	}
	last := end == len(pattern)
	if end-p == 2 && (p == 0 || pattern[p-1] == '/') && (last || pattern[end] == '/') {
		matchDirectories(last, name, at, next)
		if !last {
			end++
		}
		return end
	}
	for n := range next {
		next[n] = at[n] || n > 0 && next[n-1] && name[n-1] != '/'
	}
	return end
}

// matchDirectories matches two stars between slashes: any number of directories, or
// if they are the last of the pattern, everything inside one.
func matchDirectories(last bool, name string, at, next []bool) {
	seen := false
	for n := range next {
		if last {
			next[n] = seen && n == len(name)
		} else {
			next[n] = at[n] || seen && name[n-1] == '/'
		}
		seen = seen || at[n]
	}
}

// parseClass reads the class that opens at pattern[p] and returns where the
// pattern goes on; ok is false for a class that matches nothing in git either.
func parseClass(pattern string, p int) (class func(byte) bool, end int, ok bool) {
	p++
	negated := p < len(pattern) && (pattern[p] == '!' || pattern[p] == '^')
	if negated {
		p++
	}
	var in [256]bool
	for first := true; ; first = false {
		if p >= len(pattern) {
			return nil, 0, false // not closed
		}
		if pattern[p] == ']' && !first {
			return func(c byte) bool { return in[c] != negated }, p + 1, true
		}
		if strings.HasPrefix(pattern[p:], "[:") {
			if length := strings.Index(pattern[p+2:], ":]"); length >= 0 {
				for c := range in {
					is, known := posixClass(pattern[p+2:p+2+length], byte(c))
					if !known {
						return nil, 0, false
					}
					in[c] = in[c] || is
				}
				p += length + 4
				continue
			}
		}
		low, after, ok := classByte(pattern, p)
		if !ok {
			return nil, 0, false
		}
		high := low
		if after+1 < len(pattern) && pattern[after] == '-' && pattern[after+1] != ']' {
			if high, after, ok = classByte(pattern, after+1); !ok {
				return nil, 0, false
			}
		}
		for c := int(low); c <= int(high); c++ {
			in[c] = true
		}
		p = after
	}
}

func classByte(pattern string, p int) (b byte, next int, ok bool) {
	if pattern[p] == '\\' {
		p++
	}
	if p >= len(pattern) {
		return 0, 0, false
	}
	return pattern[p], p + 1, true
}

// posixClass reports whether c is in [:name:], in the C locale.
func posixClass(name string, c byte) (in, known bool) {
	is, known := posixClasses[name]
	return known && is(c), known
}

var posixClasses = map[string]func(c byte) bool{
	"alnum":  func(c byte) bool { return isLetter(c) || isDigit(c) },
	"alpha":  isLetter,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < 0x20 || c == 0x7f },
	"digit":  isDigit,
	"graph":  isGraph,
	"lower":  func(c byte) bool { return isLetter(c) && c >= 'a' },
	"print":  func(c byte) bool { return isGraph(c) || c == ' ' },
	"punct":  func(c byte) bool { return isGraph(c) && !isLetter(c) && !isDigit(c) },
	"space":  func(c byte) bool { return c == ' ' || 0x09 <= c && c <= 0x0d },
	"upper":  func(c byte) bool { return isLetter(c) && c <= 'Z' },
	"xdigit": func(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' },
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isGraph(c byte) bool { return 0x20 < c && c < 0x7f }
