// Command new writes the files of a new rule, and its line in the catalog:
//
//	go run ./rules/new D017 some-name
//
// What it writes compiles. The tests of package rules fail until the page and the
// check are written.
package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"wardnix/lint"
	"wardnix/rules"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run ./rules/new ID NAME, from the root of the module")
		os.Exit(2)
	}
	written, err := write(".", rules.All(), os.Args[1], os.Args[2])
	for _, name := range written {
		fmt.Println(name)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// rule is what the templates say.
type rule struct {
	ID, Name string
	// Family is the package; Var the name of the rule in it.
	Family, Var string
	// Since is the release that the newest rules are since.
	Since string
}

//go:embed template
var templates embed.FS

// write writes the files of a rule below the root of the module, and returns their
// names. The error reports an ID or a name that is malformed or taken, a letter that
// no family has, and files that exist.
func write(root string, all []*lint.Rule, id, name string) ([]string, error) {
	r, err := describe(root, all, id, name)
	if err != nil {
		return nil, err
	}
	var written []string
	for _, f := range []struct{ template, name string }{
		{"rule.go", filepath.Join("rules", r.Family, strings.ReplaceAll(name, "-", "_")+".go")},
		{"page.md", filepath.Join("rules", r.Family, name+".md")},
		{"case.txtar", filepath.Join("testdata", "rules", id+"-"+name+".txtar")},
	} {
		if err := create(filepath.Join(root, f.name), f.template, r); err != nil {
			return written, err
		}
		written = append(written, f.name)
	}
	catalog := filepath.Join("rules", "catalog.go")
	if err := list(filepath.Join(root, catalog), all, r); err != nil {
		return written, err
	}
	return append(written, catalog), nil
}

// describe checks an ID and a name against those of the other rules. Rules whose IDs
// have the same letter are in one package, that of their pages.
func describe(root string, all []*lint.Rule, id, name string) (rule, error) {
	r := rule{ID: id, Name: name, Var: camelCase(name)}
	if !regexp.MustCompile(`^[A-Z]\d{3}$`).MatchString(id) {
		return r, fmt.Errorf("invalid ID %q (expected a letter and three digits, such as D017)", id)
	}
	if !regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`).MatchString(name) {
		return r, fmt.Errorf("invalid name %q (expected words in lower case with hyphens, such as unknown-directive)", name)
	}
	for _, other := range all {
		if other.ID == id || other.Name == name {
			return r, fmt.Errorf("there is already a rule %s", other)
		}
		r.Since = max(r.Since, other.Since)
		if other.ID[0] != id[0] {
			continue
		}
		pages, err := filepath.Glob(filepath.Join(root, "rules", "*", other.Name+".md"))
		if err != nil || len(pages) != 1 {
			return r, fmt.Errorf("the page of %s is not at rules/*/%s.md; run this from the root of the module", other, other.Name)
		}
		r.Family = filepath.Base(filepath.Dir(pages[0]))
	}
	if r.Family == "" {
		return r, fmt.Errorf("no family of rules has the letter %s", id[:1])
	}
	return r, nil
}

func camelCase(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// create writes a new file.
func create(name, from string, r rule) error {
	var text bytes.Buffer
	t, err := template.ParseFS(templates, "template/"+from+".tmpl")
	if err != nil {
		return err
	}
	if err := t.Execute(&text, r); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text.Bytes())
	return errors.Join(err, f.Close())
}

// entry is a line of the catalog.
var entry = regexp.MustCompile(`(?m)^\t\t\w+\.\w+,\n`)

// list adds the rule to the catalog, after those with lower IDs.
func list(catalog string, all []*lint.Rule, r rule) error {
	src, err := os.ReadFile(catalog)
	if err != nil {
		return err
	}
	entries := entry.FindAllIndex(src, -1)
	if len(entries) != len(all) {
		return fmt.Errorf("%s has %d lines of the form family.Rule for %d rules", catalog, len(entries), len(all))
	}
	at := entries[len(entries)-1][1]
	if i := slices.IndexFunc(all, func(other *lint.Rule) bool { return other.ID > r.ID }); i >= 0 {
		at = entries[i][0]
	}
	line := fmt.Sprintf("\t\t%s.%s,\n", r.Family, r.Var)
	return os.WriteFile(catalog, slices.Insert(src, at, []byte(line)...), 0o644)
}
