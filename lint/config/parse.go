package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
)

// Vocabulary is what a configuration may speak of.
type Vocabulary struct {
	Rules   []*lint.Rule
	Classes []string
}

// Error is a mistake in a configuration. Line and Column count from 1; they
// are 0 where the mistake has no place.
type Error struct {
	Name         string
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Name + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Message)
}

// Mistakes are the mistakes in configurations that an error joins; none if it is of another
// kind.
func Mistakes(err error) []*Error {
	var one *Error
	var all []*Error
	switch joined, several := err.(interface{ Unwrap() []error }); {
	case several:
		for _, err := range joined.Unwrap() {
			all = append(all, Mistakes(err)...)
		}
	case errors.As(err, &one):
		all = []*Error{one}
	}
	return all
}

// parse reads a configuration that lies at an absolute path and that messages
// call name. The error joins an [Error] for each mistake.
func parse(abs, name string, text []byte, v Vocabulary) (*File, error) {
	f := &File{Name: name, Dir: path.Dir(filepath.ToSlash(abs))}
	if err := f.tooDeep(text); err != nil {
		return nil, err
	}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	c := checker{f: f, v: v}
	if err := d.Decode(&f.settings); err != nil {
		var unknown *toml.StrictMissingError
		if !errors.As(err, &unknown) {
			return nil, f.decodeError(err)
		}
		for i := range unknown.Errors {
			c.errs = append(c.errs, f.unknownKey(&unknown.Errors[i]))
		}
	}
	f.at = positionsIn(text)
	f.sortKeys()
	c.check()
	if len(c.errs) > 0 {
		slices.SortStableFunc(c.errs, func(a, b *Error) int { return a.Line - b.Line })
		all := make([]error, len(c.errs))
		for i, err := range c.errs {
			all[i] = err
		}
		return nil, errors.Join(all...)
	}
	return f, nil
}

// maxParts is the number of parts of the longest key that is read.
const maxParts = 16

// tooDeep is an error at a key of so many parts that to read it would take long.
func (f *File) tooDeep(text []byte) error {
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.Table && e.Kind != unstable.ArrayTable && e.Kind != unstable.KeyValue {
			continue
		}
		n := 0
		for it := e.Key(); it.Next(); n++ {
			if n == maxParts {
				at := p.Shape(it.Node().Raw).Start
				return &Error{f.Name, at.Line, at.Column, "the key has too many parts"}
			}
		}
	}
	return nil // a syntax error is the decoder's to report
}

// decodeError puts what the decoder says into a user's words.
func (f *File) decodeError(err error) error {
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, column := decode.Position()
		message := strings.TrimPrefix(decode.Error(), "toml: ")
		if key := decode.Key(); len(key) > 0 && strings.Contains(message, "cannot") {
			message = strings.Join(key, ".") + " must be " + wanted(key)
		}
		return &Error{f.Name, line, column, message}
	}
	return &Error{Name: f.Name, Message: strings.TrimPrefix(err.Error(), "toml: ")}
}

// wanted says what the value of a key must be.
func wanted(key []string) string {
	t := reflect.TypeFor[settings]()
	for _, k := range key {
		switch t.Kind() {
		case reflect.Struct:
			i := slices.Index(keysOf(t), k)
			if i < 0 {
				return "something else"
			}
			t = t.Field(i).Type
		case reflect.Map:
			t = t.Elem()
		}
	}
	switch t.Kind() {
	case reflect.Slice:
		return `a list of strings, such as ["B001"]`
	case reflect.Int:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Map, reflect.Struct:
		return "a table"
	}
	return "a string"
}

func (f *File) unknownKey(e *toml.DecodeError) *Error {
	line, column := e.Position()
	key := e.Key()
	last := key[len(key)-1]
	known := knownKeys(key[:len(key)-1])
	return &Error{f.Name, line, column, fmt.Sprintf("there is no setting %q%s", strings.Join(key, "."), spell.Hint(last, known))}
}

// knownKeys are the keys of a table.
func knownKeys(table []string) []string {
	t := reflect.TypeFor[settings]()
	if len(table) > 1 {
		switch table[0] {
		case "path":
			t = reflect.TypeFor[place]()
		case "unit", "class":
			t = reflect.TypeFor[unit]()
		}
	}
	return keysOf(t)
}

// keysOf are the keys of a table of that type, by field.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("toml"))
	}
	return keys
}

// positions are where keys, and elements of their lists, are.
type positions map[string]unstable.Position

func pathKey(p ...string) string { return strings.Join(p, "\x00") }

// positionsIn walks through a document that was decoded already.
func positionsIn(text []byte) positions {
	at := positions{}
	var p unstable.Parser
	p.Reset(text)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = at.key(&p, nil, e)
		case unstable.KeyValue:
			at.keyValue(&p, table, e)
		}
	}
	return at
}

// key notes the parts of a key and returns them after the table's.
func (at positions) key(p *unstable.Parser, table []string, e *unstable.Node) []string {
	full := slices.Clone(table)
	for it := e.Key(); it.Next(); {
		full = append(full, string(it.Node().Data))
		if k := pathKey(full...); at[k].Line == 0 {
			at[k] = p.Shape(it.Node().Raw).Start
		}
	}
	return full
}

func (at positions) keyValue(p *unstable.Parser, table []string, e *unstable.Node) {
	full := at.key(p, table, e)
	v := e.Value()
	for n, it := 0, v.Children(); (v.Kind == unstable.Array || v.Kind == unstable.InlineTable) && it.Next(); n++ {
		switch child := it.Node(); child.Kind {
		case unstable.KeyValue:
			at.keyValue(p, full, child)
		case unstable.String:
			at[pathKey(append(slices.Clone(full), strconv.Itoa(n))...)] = p.Shape(child.Raw).Start
		}
	}
}

// Errorf is an error at a key, or at an element of its list.
func (f *File) Errorf(key []string, format string, args ...any) *Error {
	e := &Error{Name: f.Name, Message: fmt.Sprintf(format, args...)}
	for n := len(key); n > 0 && e.Line == 0; n-- {
		at := f.at[pathKey(key[:n]...)]
		e.Line, e.Column = at.Line, at.Column
	}
	return e
}

// checker looks at what the values of a configuration mean.
type checker struct {
	f    *File
	v    Vocabulary
	errs []*Error
}

func (c *checker) errorf(key []string, format string, args ...any) {
	c.errs = append(c.errs, c.f.Errorf(key, format, args...))
}

func (c *checker) check() {
	s := &c.f.settings
	c.place(nil, place{s.Select, s.Ignore, s.Severity})
	c.rules([]string{"extend-select"}, s.ExtendSelect)
	c.rules([]string{"fixable"}, s.Fixable)
	c.rules([]string{"unfixable"}, s.Unfixable)
	c.rules([]string{"not-ignorable"}, s.NotIgnorable)
	c.globs([]string{"exclude"}, s.Exclude)
	if _, err := lint.ParseThreshold(s.FailOn); s.FailOn != "" && err != nil {
		c.errorf([]string{"fail-on"}, "%v", err)
	}
	if _, err := nixos.ParseRelease(s.NixOSRelease); s.NixOSRelease != "" && err != nil {
		c.errorf([]string{"nixos-release"}, "%v", err)
	}
	if _, err := directive.ParseVersion(strconv.Itoa(s.SystemdVersion)); s.SystemdVersion != 0 && err != nil {
		c.errorf([]string{"systemd-version"}, "%v", err)
	}
	for _, glob := range slices.Sorted(maps.Keys(s.Path)) {
		c.glob([]string{"path", glob}, glob)
		c.place([]string{"path", glob}, s.Path[glob])
	}
	for _, name := range slices.Sorted(maps.Keys(s.Unit)) {
		if _, err := path.Match(name, ""); err != nil {
			c.errorf([]string{"unit", name}, "%q is not a glob", name)
		}
		c.place([]string{"unit", name}, s.Unit[name].place())
	}
	for _, name := range slices.Sorted(maps.Keys(s.Class)) {
		if !slices.Contains(c.v.Classes, name) {
			hint := spell.Hint(name, c.v.Classes)
			if hint == "" {
				hint = "; known are " + strings.Join(c.v.Classes, "; ")
			}
			c.errorf([]string{"class", name}, "there is no class of services %q%s", name, hint)
		}
		c.place([]string{"class", name}, s.Class[name].place())
	}
}

func (c *checker) place(key []string, p place) {
	under := func(last string) []string { return append(slices.Clone(key), last) }
	c.rules(under("select"), p.Select)
	c.rules(under("ignore"), p.Ignore)
	for _, rule := range slices.Sorted(maps.Keys(p.Severity)) {
		at := append(under("severity"), rule)
		c.rule(at, rule)
		if _, err := lint.ParseSeverity(p.Severity[rule]); err != nil {
			c.errorf(at, "%v", err)
		}
	}
}

func (c *checker) rules(key []string, entries []string) {
	for n, e := range entries {
		c.rule(append(slices.Clone(key), strconv.Itoa(n)), e)
	}
}

func (c *checker) rule(key []string, entry string) {
	var names []string
	for _, r := range c.v.Rules {
		if r.NamedBy(entry) > 0 {
			return
		}
		names = append(names, r.Name)
	}
	if strings.EqualFold(entry, "default") {
		return
	}
	c.errorf(key, "there is no rule %q%s", entry, spell.Hint(entry, names))
}

func (c *checker) globs(key []string, globs []string) {
	for n, g := range globs {
		c.glob(append(slices.Clone(key), strconv.Itoa(n)), g)
	}
}

func (c *checker) glob(key []string, glob string) {
	if err := CheckGlob(glob); err != nil {
		c.errorf(key, "%v", err)
	}
}

// maxAlternatives is the number of globs that the braces of one may expand to.
const maxAlternatives = 64

// CheckGlob is an error for what is not a glob, and for one with so many
// alternatives in braces that to match it would take long.
func CheckGlob(glob string) error {
	if glob == "" || !doublestar.ValidatePattern(glob) {
		return fmt.Errorf("%q is not a glob", glob)
	}
	if alternatives(glob) > maxAlternatives {
		return fmt.Errorf("%q has more than %d alternatives: write several globs", glob, maxAlternatives)
	}
	return nil
}

// alternatives is the number of globs that one expands to, or more: braces in
// braces count as if they were next to each other.
func alternatives(glob string) int {
	all, open := 1, []int{}
	for i := 0; i < len(glob) && all <= maxAlternatives; i++ {
		switch n := len(open) - 1; {
		case glob[i] == '\\':
			i++
		case glob[i] == '{':
			open = append(open, 1)
		case glob[i] == ',' && n >= 0:
			open[n]++
		case glob[i] == '}' && n >= 0:
			all, open = all*open[n], open[:n]
		}
	}
	return all
}
