package emit

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/nixast"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden runs the files of testdata. Each holds cases one after another:
// a file "name/in.nix", an operation "name/do", and either "name/want.nix" or
// "name/error". See [runOperation] for the operations. In a file called
// crlf.txtar the newlines of in.nix and want.nix are read as CRLF.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out := &txtar.Archive{Comment: archive.Comment}
			crlf := filepath.Base(file) == "crlf.txtar"
			for _, c := range goldenCases(t, archive) {
				t.Run(c.name, func(t *testing.T) { c.run(t, crlf) })
				c.appendTo(out)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

type goldenCase struct {
	name, in, do    string
	want, wantError *string
}

func goldenCases(t *testing.T, a *txtar.Archive) []*goldenCase {
	var cases []*goldenCase
	for _, f := range a.Files {
		name, part, _ := strings.Cut(f.Name, "/")
		if len(cases) == 0 || cases[len(cases)-1].name != name {
			cases = append(cases, &goldenCase{name: name})
		}
		c, data := cases[len(cases)-1], string(f.Data)
		switch part {
		case "in.nix":
			c.in = data
		case "do":
			c.do = data
		case "want.nix":
			c.want = &data
		case "error":
			c.wantError = &data
		default:
			t.Fatalf("unknown part %s", f.Name)
		}
	}
	return cases
}

func (c *goldenCase) appendTo(a *txtar.Archive) {
	add := func(part, data string) {
		a.Files = append(a.Files, txtar.File{Name: c.name + "/" + part, Data: []byte(data)})
	}
	add("in.nix", c.in)
	add("do", c.do)
	if c.want != nil {
		add("want.nix", *c.want)
	}
	if c.wantError != nil {
		add("error", *c.wantError)
	}
}

func (c *goldenCase) run(t *testing.T, crlf bool) {
	in := c.in
	if crlf {
		in = strings.ReplaceAll(in, "\n", "\r\n")
	}
	f := parseClean(t, in)
	edits, opErr := runOperation(f, c.do)
	got := in
	if opErr == nil {
		got = checkedApply(t, f, edits)
	}
	if crlf {
		if strings.Count(got, "\n") != strings.Count(got, "\r\n") {
			t.Errorf("the result mixes line ends: %q", got)
		}
		got = strings.ReplaceAll(got, "\r\n", "\n")
	}
	if *update {
		c.want, c.wantError = &got, nil
		if opErr != nil {
			text := opErr.Error() + "\n"
			c.want, c.wantError = nil, &text
		}
		return
	}
	if (opErr != nil) != (c.wantError != nil) {
		t.Fatalf("error is %v", opErr)
	}
	if opErr != nil {
		if diff := cmp.Diff(*c.wantError, opErr.Error()+"\n"); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		return
	}
	if c.want == nil {
		t.Fatal("the case has neither want.nix nor error")
	}
	if diff := cmp.Diff(*c.want, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func parseClean(t testing.TB, src string) *nixast.File {
	t.Helper()
	f := nixast.Parse("in.nix", src, nixast.Options{PipeOperators: true})
	if err := syntaxError(f); err != nil {
		t.Fatalf("%v in:\n%s", err, src)
	}
	return f
}

// checkedApply applies edits and asks of the result what every operation
// promises.
func checkedApply(t testing.TB, f *nixast.File, edits []Edit) string {
	t.Helper()
	got, err := Apply(f.Src, edits)
	if err != nil {
		t.Fatal(err)
	}
	after := nixast.Parse("out.nix", got, nixast.Options{PipeOperators: true})
	if err := syntaxError(after); err != nil {
		t.Fatalf("%v in:\n%s", err, got)
	}
	if err := CommentsKept(f, after); err != nil {
		t.Errorf("%v in:\n%s", err, got)
	}
	if back, err := Apply(got, invert(f.Src, edits)); err != nil || back != f.Src {
		t.Errorf("the edits cannot be taken back: %v", err)
	}
	return got
}

// runOperation runs an operation written as a line, "verb node arguments",
// followed by one indented line for each value. A node is a path that [lookup]
// follows. A value is JSON or else an expression; "name = value" is a binding,
// with "# comment" and an empty line above it if there are some. The line
// "family a b c" before the operation, or "after node", fills [Where].
func runOperation(f *nixast.File, script string) ([]Edit, error) {
	var where Where
	for {
		line, rest, _ := strings.Cut(script, "\n")
		words := strings.Fields(line)
		switch words[0] {
		case "family":
			where.Families = append(where.Families, words[1:])
		case "after":
			where.After = lookup(f, words[1]).Parent()
		default:
			return operate(f, where, words, strings.Split(strings.TrimSuffix(rest, "\n"), "\n"))
		}
		script = rest
	}
}

func operate(f *nixast.File, where Where, words, lines []string) ([]Edit, error) {
	e := New(f)
	if words[0] == "shared" {
		e.allowShared, words = true, words[1:]
	}
	n := lookup(f, words[1])
	if n.IsZero() {
		return nil, errors.New("the case names no node")
	}
	binding, _ := n.Parent().AsBinding()
	switch words[0] {
	case "insert":
		return e.Insert(n, where, parseAttrs(lines)...)
	case "ensure":
		return e.Ensure(n, where, parseAttrs(lines)...)
	case "beside", "gather":
		depth, err := strconv.Atoi(words[2])
		if err != nil {
			return nil, err
		}
		if words[0] == "gather" {
			return e.Gather(binding, depth, where, parseAttrs(lines)...)
		}
		return e.InsertBeside(binding, depth, where, parseAttrs(lines)...)
	case "replace":
		return e.Replace(n, parseValue(lines[0]))
	case "wrap":
		before, after, _ := strings.Cut(strings.TrimPrefix(lines[0], "  "), "…")
		return e.Wrap(n, before, after)
	case "rename":
		attrs := slices.Collect(binding.Path().Attrs())
		return e.Rename(attrs[len(attrs)-1], words[2])
	case "remove":
		return e.Remove(n.Parent())
	case "removeInherited":
		return e.Remove(n)
	case "append":
		var values []any
		for _, line := range lines {
			values = append(values, parseValue(line))
		}
		return e.Append(n, values...)
	case "drop":
		return e.RemoveElement(n)
	}
	return nil, fmt.Errorf("unknown operation %s", words[0])
}

// lookup follows a path from the expression of the file: names of attributes,
// numbers of list elements, "let" for the let itself, "arg" and "func" for the
// parts of a call, "left" and "right" for those of an operator, "inherit" for
// the first inherited name. "." is the outermost set. Functions, with, and the
// body of let are walked through.
func lookup(f *nixast.File, path string) nixast.Node {
	n := f.Expr()
	for _, name := range strings.Split(strings.Trim(path, "."), ".") {
		if name == "let" {
			for n.Kind() == nixast.LambdaNode {
				n = peel(n)
			}
			continue
		}
		if n.Kind() != nixast.Let || name == "" {
			n = outermost(n)
		}
		if name == "" {
			break
		}
		n = step(n, name)
	}
	return n
}

func peel(n nixast.Node) nixast.Node {
	last := nixast.Node{}
	for c := range n.Children() {
		last = c
	}
	return last
}

func outermost(n nixast.Node) nixast.Node {
	for {
		switch n.Kind() {
		case nixast.LambdaNode, nixast.Let, nixast.With, nixast.Paren:
			n = peel(n)
		default:
			return n
		}
	}
}

func step(n nixast.Node, name string) nixast.Node {
	switch name {
	case "arg", "right":
		return n.Child(1)
	case "func", "left":
		return n.Child(0)
	case "body":
		return outermost(n)
	}
	if i, err := strconv.Atoi(name); err == nil && n.Kind() == nixast.List {
		return n.Child(i)
	}
	if n.Kind() == nixast.LambdaNode {
		n = outermost(n)
	}
	for entry := range n.Entries() {
		if i, ok := entry.AsInherit(); ok && name == "inherit" {
			return slices.Collect(i.Attrs())[0]
		}
		if b, ok := entry.AsBinding(); ok && strings.ReplaceAll(b.Path().Text(), ".", "/") == name {
			return b.Value()
		}
	}
	return nixast.Node{}
}

func parseAttrs(lines []string) []Attr {
	var attrs []Attr
	var next Attr
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if text, ok := strings.CutPrefix(line, "# "); ok {
			next.Comment = strings.TrimPrefix(next.Comment+"\n"+text, "\n")
			continue
		}
		if line == "" {
			next.Blank = true
			continue
		}
		name, value, _ := strings.Cut(line, " = ")
		next.Path, next.Value = strings.Split(name, "."), parseValue(value)
		attrs = append(attrs, next)
		next = Attr{}
	}
	return attrs
}

func parseValue(text string) any {
	text = strings.TrimSpace(text)
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil || strings.HasPrefix(text, "{") {
		return Expr(text)
	}
	if number, ok := value.(float64); ok && number == float64(int64(number)) {
		return int64(number)
	}
	return value
}
