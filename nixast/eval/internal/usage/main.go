// Command usage counts the attributes of lib and builtins that Nix files use, and says
// which of them are evaluated:
//
//	go run ./nixast/eval/internal/usage DIR...
//
// It prints a table in Markdown of those that are used at least twice and not evaluated,
// under a line with the totals. Types and metadata of packages are omitted.
package main

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: usage DIR...")
		os.Exit(2)
	}
	uses := map[string]int{}
	for _, dir := range os.Args[1:] {
		if err := count(dir, uses); err != nil {
			fmt.Fprintln(os.Stderr, "usage:", err)
			os.Exit(1)
		}
	}
	report(os.Stdout, uses)
}

// count adds the uses in the Nix files of a directory.
func count(dir string, uses map[string]int) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(name) != ".nix" {
			return err
		}
		src, err := os.ReadFile(name)
		if err == nil {
			countIn(nixast.Parse(name, string(src), nixast.Options{}), uses)
		}
		return err
	})
}

// countIn adds the uses in a file: lib.a.b, and inherit (lib.a) b.
func countIn(f *nixast.File, uses map[string]int) {
	for n := range f.Root().Descendants() {
		if s, ok := n.AsSelect(); ok {
			if name, ok := nameOf(s.Node); ok {
				uses[name]++
			}
			continue
		}
		inherit, ok := n.AsInherit()
		if !ok {
			continue
		}
		if from, ok := nameOf(inherit.From().Unparen()); ok {
			for a := range inherit.Attrs() {
				if name, ok := a.AttrName(); ok {
					uses[from+"."+name]++
				}
			}
		}
	}
}

// nameOf is an attribute of lib or builtins as it is written.
func nameOf(n nixast.Node) (string, bool) {
	text := n.Text()
	first, _, _ := strings.Cut(text, ".")
	plain := !strings.ContainsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"${}()[];#/", r) })
	return text, plain && (first == "lib" || first == "builtins")
}

// omitted are sets of lib that hold no functions that units depend on.
var omitted = []string{"types", "maintainers", "teams", "licenses", "platforms", "systems", "sourceTypes"}

// report prints the table.
func report(w io.Writer, uses map[string]int) {
	var names []string
	evaluated := 0
	for name, n := range uses {
		parts := strings.Split(name, ".")
		if n < 2 || len(parts) < 2 || slices.Contains(omitted, parts[1]) {
			continue
		}
		if isEvaluated(name) {
			evaluated++
		} else {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(uses[b]-uses[a], strings.Compare(a, b)) })
	fmt.Fprintf(w, "%d of %d names that are used at least twice are evaluated.\n\n| name | uses |\n|---|---|\n", evaluated, evaluated+len(names))
	for _, name := range names {
		fmt.Fprintf(w, "| `%s` | %d |\n", name, uses[name])
	}
}

// isEvaluated reports whether the evaluator knows a value of the name.
func isEvaluated(name string) bool {
	ev := eval.New(eval.Options{})
	value := ev.Call(ev.File(nixast.Parse("", "lib: "+name, nixast.Options{})), ev.Lib())
	return !slices.ContainsFunc(ev.Cases(value), func(c eval.Case) bool {
		_, unknown := ev.Force(c.Value).(*eval.Unknown)
		return unknown
	})
}
