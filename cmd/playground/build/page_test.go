package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wardnix/cmd/internal/chromium"
	"wardnix/nixast/testtool"
)

// The text of the engine is what HTML keeps, and the bytes come back as the page
// reads them.
func TestText7(t *testing.T) {
	data := make([]byte, 1000)
	for i := range data {
		data[i] = byte(i * i)
	}
	text := text7(data)
	if strings.ContainsAny(text, "\x00\r<") {
		t.Error("a character that HTML does not keep")
	}
	var got []byte
	bits, n := uint(0), 0
	for _, r := range text {
		if bits, n = (bits<<7|uint(r&127))&0x3fff, n+7; n >= 8 {
			n -= 8
			got = append(got, byte(bits>>n))
		}
	}
	if !bytes.Equal(got, data) {
		t.Error("other bytes came back")
	}
}

// Packing the same engine twice gives the same bytes, which are a gzip of it.
func TestPack(t *testing.T) {
	one, err := pack([]byte("engine"))
	if err != nil {
		t.Fatal(err)
	}
	two, _ := pack([]byte("engine"))
	if _, err := gzip.NewReader(bytes.NewReader(one)); err != nil || !bytes.Equal(one, two) {
		t.Error(err, "the bytes differ")
	}
}

// A step does something in the page, and waits until something is true.
type step struct{ name, do, until string }

// use are the steps of somebody who tries everything: the faults of the example appear, a
// fix is applied, typing changes the findings, the text is copied, units, explanations and
// modules are shown, and a link carries the text.
var use = []step{
	{"the faults of the example appear", "", "rules().includes('D001') && rules().includes('B001')"},
	{"a list of settings has its lines", "finding('B001').querySelector('details').open = true", "finding('B001').querySelector('pre.code').textContent.split('\\n').length > 5"},
	{"nothing is wider than the window", "", "document.documentElement.scrollWidth <= innerWidth"},
	{"colors cover the text", "", "$('colored').textContent === $('text').value + '\\n' && !!document.querySelector('#colored .string')"},
	{"a fix is applied", "finding('D001').querySelector('.quick').click()", "$('text').value.includes('ProtectHome = true;') && !rules().includes('D001')"},
	{"it is undone", "$('text').focus(); document.execCommand('undo')", "$('text').value.includes('ProtectHom = true;') && rules().includes('D001')"},
	{"typing changes the findings", "type($('text').value.replace('ProtectHom =', 'ProtectHome ='))", "!rules().includes('D001')"},
	{"a syntax error keeps what was found", "type($('text').value.replace('UMask = 0077;', 'UMask = 0077'))", "rules().includes('X001') && !!document.querySelector('.finding.old')"},
	{"and is gone with it", "type($('text').value.replace('UMask = 0077', 'UMask = 0077;'))", "!rules().includes('X001') && !document.querySelector('.finding.old')"},
	{"an unsafe fix shows its cost first", "finding('D002').querySelector('.quick').click()", "finding('D002')"},
	{"all fixes are shown as a diff", "$('fix-all').click()", "!$('preview').hidden && $('diff').textContent.includes('+')"},
	{"and applied", "$('apply').click()", "$('preview').hidden && !document.querySelector('.finding.error')"},
	{"the text is copied", "navigator.clipboard.writeText = async (text) => { copied = text; }; $('copy').click()", "copied === $('text').value && copied.includes('ProtectHome')"},
	{"units have text with its origin", "choose('units')", "!!document.querySelector('.rendered .link') && /\\d/.test(document.querySelector('.exposure').textContent)"},
	{"arrow keys go from tab to tab", "$('tab-units').focus(); document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}))", "document.activeElement.id === 'tab-explain' && !$('explain').hidden"},
	{"a directive is explained", "explain('ProtectProc')", "$('topic').textContent.includes('invisible')"},
	{"a module is generated", "choose('gen')", "$('generated').textContent.includes('systemd.services.web')"},
	{"and opened", "$('keep-module').click()", "$('text').value.includes('systemd.services.web')"},
	{"a link carries all texts", "before = JSON.stringify(project.files); $('share').click()", "location.hash.length > 100 && copied === location.href"},
	{"and brings them back", "load({ files: { 'x.nix': '{ }' } }).then(fromLink)", "JSON.stringify(project.files) === before"},
	{"a baseline is chosen", "load({ files: { 'x.nix': '{ systemd.services.a.serviceConfig.ExecStart = \"/bin/a\"; }' } }).then(() => { $('baseline').value = 'light'; lint(); })", "rules().includes('B001')"},
	{"a project of many files is read", "load({ files: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`d/${i}.nix`, `{ systemd.services.s${i}.serviceConfig.ProtectSystem = \"ful\"; }`])) })", "findings.filter((f) => f.rule === 'D002').length === 60 && !!document.querySelector('#files select')"},
}

// In a browser, opened from a file, the page does what it is for, nothing goes wrong in
// the console, and no part is wider than a phone.
func TestPageInChromium(t *testing.T) {
	p := open(t)
	for _, s := range use {
		s.take(t, p)
	}
	takesFiles(t, p)
	if len(p.Errors) > 0 {
		t.Error(p.Errors)
	}
}

// Each view of the page can be read and used by everybody, in both color schemes.
func TestPageIsAccessible(t *testing.T) {
	p := open(t)
	for _, s := range []step{
		{"findings", "", "rules().includes('B001')"},
		{"a finding with its fix", "document.querySelectorAll('.finding details').forEach((d) => { d.open = true; })", "true"},
		{"what the fixes change", "$('fix-all').click()", "!$('preview').hidden"},
		{"units", "choose('units')", "!!document.querySelector('.rendered .link')"},
		{"exposures by check", "document.querySelectorAll('#units details').forEach((d) => { d.open = true; })", "true"},
		{"explanations", "choose('explain')", "!!document.querySelector('#topic h2')"},
		{"modules", "choose('gen')", "!!$('generated').textContent"},
	} {
		s.take(t, p)
		for _, scheme := range []string{"light", "dark"} {
			if err := p.Scheme(scheme); err != nil {
				t.Fatal(err)
			}
			problems, err := p.Inaccessible()
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range problems {
				t.Errorf("%s, %s: %s", s.name, scheme, problem)
			}
		}
	}
}

// open is the page in a browser, in a window as wide as a phone.
func open(t *testing.T) *chromium.Page {
	t.Helper()
	testtool.Long(t)
	program := chromium.Find()
	if program == "" {
		testtool.Lack(t, "no Chromium is installed")
	}
	t.Chdir("../../..")
	page := filepath.Join(t.TempDir(), "playground.html")
	if err := write(page); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	p, err := chromium.Open(ctx, program, t.TempDir(), 390, 844)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := p.Go("file://" + page); err != nil {
		t.Fatal(err)
	}
	return p
}

func (s step) take(t *testing.T, p *chromium.Page) {
	t.Helper()
	if err := p.Eval(helpers+s.do, nil); err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	if err := p.Wait(s.until); err != nil { // no time is judged
		t.Fatalf("%s: %v %v", s.name, err, p.Errors)
	}
}

// takesFiles drops files and a directory on the page, and chooses them.
func takesFiles(t *testing.T, p *chromium.Page) {
	t.Helper()
	project := filepath.Join(t.TempDir(), "project")
	for name, service := range map[string]string{"one.nix": "one", "sub/two.nix": "two", "sub/text.md": "text"} {
		name = filepath.Join(project, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("{ systemd.services."+service+".serviceConfig.ProtectSystem = \"ful\"; }\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const are = "Object.keys(project.files).sort().join() === '%s' && rules().includes('D002')"
	for _, c := range []struct {
		name, files string
		give        func() error
	}{
		{"a file is dropped", "one.nix", func() error { return p.Drop(filepath.Join(project, "one.nix")) }},
		{"a directory is dropped", "one.nix,sub/two.nix", func() error { return p.Drop(project) }},
		{"files are chosen", "one.nix,two.nix", func() error {
			return p.Choose("#open", filepath.Join(project, "one.nix"), filepath.Join(project, "sub/two.nix"))
		}},
		{"a directory is chosen", "one.nix,sub/two.nix", func() error { return p.Choose("#directory", project) }},
	} {
		step{c.name, "load({ files: { 'x.nix': '{ }' } })", "rules().length === 0"}.take(t, p)
		if err := c.give(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		step{c.name, "", fmt.Sprintf(are, c.files)}.take(t, p)
	}
}

// helpers are functions that the steps use.
const helpers = `
	globalThis.rules = () => [...document.querySelectorAll(".finding .rule")].map((e) => e.textContent);
	globalThis.finding = (rule) => [...document.querySelectorAll(".finding")].find((e) => e.querySelector(".rule").textContent === rule);
	globalThis.type = (text) => { $("text").value = text; $("text").dispatchEvent(new Event("input")); };
	globalThis.copied ??= ""; globalThis.before ??= "";
`
