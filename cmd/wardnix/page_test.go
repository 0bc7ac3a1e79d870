package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The page of the sample server, as browsers get it.
func TestPage(t *testing.T) {
	page := pageOf(t, "../../testdata/server/missing")
	checkPage(t, page)
	page = commit.ReplaceAllString(page, "") // that of this repository, if it is one
	golden := "../../testdata/page/missing.html"
	if *update {
		if err := os.WriteFile(golden, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), page); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What a configuration is made of stays text, whatever it looks like.
func TestPageOfHostileNames(t *testing.T) {
	const unit, value = `<script>alert(1)</script>`, `"><img src=x onerror=alert(2)></style></pre>`
	dir := t.TempDir()
	files := map[string]string{
		"flake.nix": `{ outputs = { nixpkgs, ... }: { nixosConfigurations."<svg onload=alert(3)>" = nixpkgs.lib.nixosSystem {
			modules = [ ./host.nix ]; }; }; }`,
		"host.nix": `{ systemd.services."` + unit + `".serviceConfig = { ExecStart = "/bin/x"; ProtectSystem = ''` + value + `'';
			ProtctHome = "<!--"; "<b>x" = "]]>&amp;{{.}}"; }; } # ` + "\u202e\x1b[31m",
		"<img src=x onerror=alert(4)> & 'x.nix": `{ systemd.services.b.serviceConfig = { ExecStart = "/bin/b"; ProtctHome = true; }; }`,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page := pageOf(t, dir, "--diff")
	checkPage(t, page)
	for _, want := range []string{"&lt;script&gt;alert(1)", "&lt;img src=x onerror=alert(2)&gt;", "&lt;svg onload=alert(3)&gt;", "&lt;img src=x onerror=alert(4)&gt; &amp; &#39;x.nix"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	if strings.ContainsAny(page, "\u202e\x1b") {
		t.Error("there are characters that change how text looks")
	}
}

var commit = regexp.MustCompile(`<div><dt>Commit</dt>.*?</div>|"commit":"[^"]*",`)

func pageOf(t *testing.T, dir string, flags ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	c := &Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, Env: func(name string) (string, bool) { return "86400", name == "SOURCE_DATE_EPOCH" }}
	if status := c.Main(append([]string{"lint", "--format", "html"}, flags...)); status != exitFindings {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	return out.String()
}

// pageElements are the elements that a page is made of.
var pageElements = strings.Fields(`html head meta title style body a header p h1 h2 h3 h4 h5 nav ul li main section dl dt dd div
	form label input select option output details summary span small b i code pre mark svg rect table caption thead tbody
	tr th td footer script`)

// checkPage checks that a page is well formed, as strictly as XML is, and refers to
// nothing but itself.
func checkPage(t *testing.T, page string) {
	t.Helper()
	if n := strings.Count(page, "<script"); n != 2 { // its figures and its code
		t.Errorf("there are %d scripts", n)
	}
	// Scripts and styles are no markup.
	markup := regexp.MustCompile(`(?s)(<style>).*?(</style>)|(<script>).*?(</script>)`).ReplaceAllString(page, "$1$2$3$4")
	ids, links := map[string]bool{}, []string{}
	d := xml.NewDecoder(strings.NewReader(markup))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := d.InputPos()
			t.Fatalf("line %d: %v", line, err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains(pageElements, e.Name.Local) {
			t.Errorf("there is an element %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			switch name := a.Name.Local; {
			case name == "id" && ids[a.Value]:
				t.Errorf("the ID %s is there twice", a.Value)
			case name == "id":
				ids[a.Value] = true
			case name == "href":
				links = append(links, a.Value)
			case name == "src" || name == "style" || strings.HasPrefix(name, "on"):
				t.Errorf("%s has %s", e.Name.Local, name)
			}
		}
	}
	for _, l := range links {
		if !strings.HasPrefix(l, "#") || !ids[l[1:]] {
			t.Errorf("a link leads to %q", l)
		}
	}
	if outside := regexp.MustCompile(`url\(|@import|\bfetch\(|XMLHttpRequest|import\(`).FindString(page); outside != "" {
		t.Errorf("the page has %s", outside)
	}
}
