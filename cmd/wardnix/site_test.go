package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"wardnix/cmd/internal/chromium"
	"wardnix/nixast/testtool"
)

// The documentation that wardnix writes is read from its directory: the search works
// without a server, and leads to a page.
func TestDocsInChromium(t *testing.T) {
	testtool.Long(t)
	program := chromium.Find()
	if program == "" {
		testtool.Lack(t, "no Chromium is installed")
	}
	dir := filepath.Join(t.TempDir(), "site")
	var out bytes.Buffer
	c := Command{Stdout: &out, Stderr: &out, Dir: t.TempDir(), Env: func(string) (string, bool) { return "", false }}
	if status := c.Main([]string{"docs", dir}); status != exitClean {
		t.Fatalf("%d: %s", status, out.String())
	}
	if status := c.Main([]string{"docs", dir}); status != exitFailed {
		t.Errorf("a directory that is not empty was written to")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	p, err := chromium.Open(ctx, program, t.TempDir(), 390, 844)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Go("file://" + dir + "/rules/B001.html"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ name, do, until string }{
		{"nothing is wider than the window", "", "document.readyState === 'complete' && document.documentElement.scrollWidth <= innerWidth"},
		{"a word is found", "box.value = 'protectproc'; box.dispatchEvent(new Event('input'))", "hits.querySelector('a').textContent === 'ProtectProc'"},
		{"and leads to its page", "hits.querySelector('a').click()", "location.pathname.endsWith('/directives/ProtectProc.html') && document.querySelector('h1').textContent === 'ProtectProc'"},
	} {
		if step.do != "" {
			if err := p.Eval(step.do, nil); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
		}
		if err := p.Wait(step.until); err != nil {
			t.Fatalf("%s: %v %v", step.name, err, p.Errors)
		}
	}
	for _, name := range []string{"index.html", "rules/index.html", "rules/B001.html", "directives/ProtectSystem.html", "recipes.html", "output.html"} {
		for _, scheme := range []string{"light", "dark"} {
			if err := errors.Join(p.Scheme(scheme), p.Go("file://"+dir+"/"+name), p.Wait("document.readyState === 'complete' && location.pathname.endsWith('/"+name+"')")); err != nil {
				t.Fatal(err)
			}
			problems, err := p.Inaccessible()
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range problems {
				t.Errorf("%s, %s: %s", name, scheme, problem)
			}
		}
	}
}
