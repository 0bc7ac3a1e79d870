package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/workspace"
)

var console = regexp.MustCompile("(?s)```console\n(.*?)```")

// What the README shows is what wardnix prints, run next to the sample server.
func TestReadmeIsTrue(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := console.FindAllStringSubmatchIndex(string(text), -1)
	if len(blocks) == 0 {
		t.Fatal("the README shows no output")
	}
	out := append([]byte(nil), text...)
	for i := len(blocks) - 1; i >= 0; i-- {
		start, end := blocks[i][2], blocks[i][3]
		line, want, _ := strings.Cut(string(text[start:end]), "\n")
		args := strings.Fields(strings.TrimPrefix(line, "$ wardnix "))
		var got bytes.Buffer
		c := Command{Stdout: &got, Stderr: &got, Dir: "../../testdata/server", Env: func(string) (string, bool) { return "", false }}
		c.Main(args)
		if diff := cmp.Diff(want, got.String()); diff != "" && !*update {
			t.Errorf("%s (-README +now)\n%s", line, diff)
		}
		out = append(append(append([]byte(nil), out[:start]...), line+"\n"+got.String()...), out[end:]...)
	}
	if *update {
		if err := os.WriteFile("../../README.md", out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The page of the rules is what the catalog says.
func TestRulesPage(t *testing.T) {
	want := rulesMarkdown(workspace.Catalog())
	if *update {
		if err := os.WriteFile("../../docs/rules.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/rules.md is not up to date; go test ./cmd/wardnix -run RulesPage -update writes it (-rules +page)\n%s", diff)
	}
}

// link is a link in Markdown to a file of the project.
var link = regexp.MustCompile(`\]\(([\w./-]+)(?:#[^)]*)?\)`)

// The files that pages link to exist.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, more...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}
