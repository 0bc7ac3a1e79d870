package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wardnix/cmd/internal/chromium"
	"wardnix/nixast/testtool"
)

// The page of a report sorts its findings, and puts them back into their files.
func TestReportInChromium(t *testing.T) {
	testtool.Long(t)
	program := chromium.Find()
	if program == "" {
		testtool.Lack(t, "no Chromium is installed")
	}
	var out bytes.Buffer
	c := Command{Stdout: &out, Stderr: &out, Dir: "../../testdata/server/misspelt", Env: func(string) (string, bool) { return "", false }}
	if status := c.Main([]string{"lint", "--format=html"}); status != exitFindings {
		t.Fatalf("%d: %s", status, out.String())
	}
	page := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(page, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	p, err := chromium.Open(ctx, program, t.TempDir(), 390, 844)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Go("file://" + page); err != nil {
		t.Fatal(err)
	}
	const set = "document.forms.filter.order.value = '%s'; document.forms.filter.order.dispatchEvent(new Event('input', { bubbles: true }))"
	for _, step := range []struct{ name, by, until string }{
		{"nothing is wider than the window", "", "document.readyState === 'complete' && document.documentElement.scrollWidth <= innerWidth"},
		{"sorted by rule, no file is left", "rule", "document.querySelector('#sorted .finding').dataset.rule === 'B002' && !document.querySelector('.file:not([hidden])')"},
		{"back in their files", "file", "!document.querySelector('#sorted .finding') && document.querySelector('.file:not([hidden]) .finding')"},
	} {
		if step.by != "" {
			if err := p.Eval(fmt.Sprintf(set, step.by), nil); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
		}
		if err := p.Wait(step.until); err != nil {
			t.Fatalf("%s: %v %v", step.name, err, p.Errors)
		}
	}
}
