package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// avoided are words and phrases for which the field has a standard term. The
// value says what to write instead.
var avoided = map[string]string{
	`tells?|told`:                       "report, show, print or say",
	`asks? for|(is|are|be) asked`:       "require, expect",
	`stands?|stood`:                     "is, is set, appears",
	`in force`:                          "effective, applies",
	`(and|and all) the(ir)? like`:       "a list, or \"such as …\"",
	`mak(es|e|ing) of`:                  "interprets, renders; the result",
	`folders?`:                          "directory",
	`behind|beside`:                     "after, next to, in addition to",
	`line ends?`:                        "newline",
	`first stage|second stage`:          "stage 1, stage 2, initrd",
	`made[- ]up user`:                   "dynamic user",
	`renders? no line`:                  "is omitted",
	`nobody told`:                       "unknown",
	`belongs? into`:                     "belongs in",
	`which there (is|are) (not|none)`:   "does not exist",
	`misspelt|colour|licence|catalogue`: "American spelling",
	`the way (a)?round`:                 "bypass",
	`holds? for|does not hold`:          "applies, has no effect",
	`is no`:                             "is not",
	`what was touched`:                  "changes",
}

// used are texts in which an avoided word is meant: they are removed before the search.
var used = []string{
	"there is no ", "There is no ", "is no longer",
	"misspelt/modules", "misspelt/containers", "concise misspelt", "server/misspelt", "mask-misspelt", // a directory and a rule
	"stand-in",
	"is No)", "Truth is No ", // the value eval.No
	"Behind GitHub's new",                                          // the title of a page
	"path|folder|root", "PATH|FOLDER|FILE", "directory|folder|url", // parts of names in users' files
	"catalog.go",
}

// TestWords looks for avoided words in everything that users and contributors
// read: pages, messages, and comments in Go and in baselines.
func TestWords(t *testing.T) {
	testtool.Long(t)
	var all []string
	for pattern := range avoided {
		all = append(all, pattern)
	}
	find := regexp.MustCompile(`(?i)\b(` + strings.Join(all, "|") + `)\b`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".g")) {
			return filepath.SkipDir
		}
		for _, text := range texts(t, path) {
			for _, name := range used {
				text = strings.ReplaceAll(text, name, "")
			}
			for _, at := range find.FindAllStringIndex(text, -1) {
				t.Errorf("%s: %q in %q", path, text[at[0]:at[1]], excerpt(text, at))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// texts returns what people read in a file: its lines if it is a page or a
// baseline, its comments and string literals if it is Go. Literals of tests are
// what users write.
func texts(t *testing.T, path string) []string {
	t.Helper()
	switch {
	case strings.HasSuffix(path, ".go"):
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, c := range file.Comments {
			found = append(found, strings.Join(strings.Fields(c.Text()), " "))
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && !strings.HasSuffix(path, "_test.go") {
				text, _ := strconv.Unquote(lit.Value)
				found = append(found, text)
			}
			return true
		})
		return found
	case strings.HasSuffix(path, ".md"), strings.HasSuffix(path, ".nix"):
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(string(text), "\n")
	}
	return nil
}

// excerpt returns the part of text around a word.
func excerpt(text string, at []int) string {
	return text[max(0, at[0]-30):min(len(text), at[1]+30)]
}
