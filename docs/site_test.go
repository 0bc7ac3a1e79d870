package docs

import (
	"html"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/rules/handbook"
)

// href is a link or a source of a page.
var href = regexp.MustCompile(`(?:href|src)="([^"#]*)(?:#([^"]*))?"`)

// Every link of every page leads to a page of the site, and to a place in it, and
// nothing is loaded from elsewhere.
func TestSiteIsWhole(t *testing.T) {
	files, err := Site(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, m := range href.FindAllStringSubmatch(files[name], -1) {
			target := path.Join(path.Dir(name), m[1])
			switch {
			case strings.HasPrefix(m[1], "https://"):
				continue
			case m[1] == "":
				target = name
			}
			text, ok := files[target]
			if !ok {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
			if m[2] != "" && !strings.Contains(text, `id="`+m[2]+`"`) {
				t.Errorf("%s links to %s, which has no %s", name, target, m[2])
			}
		}
		if strings.Contains(files[name], `src="http`) {
			t.Errorf("%s loads something", name)
		}
	}
	if testing.Short() {
		return
	}
	if again, _ := Site(nil); !maps.Equal(files, again) {
		t.Error("the same source gives other bytes")
	}
}

// A page has what is known: of a rule its examples, of a directive its values by
// version, what baselines say, and what it was seen to break.
func TestSitePages(t *testing.T) {
	files, err := Site([]byte("<!doctype html>"))
	if err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"rules/D001.html":               {"When to ignore it", "Found", "Repaired"},
		"directives/ProtectSystem.html": {"<code>strict</code>", "Baseline cloudflared", "seen to break", "Cost:"},
		"directives/PrivateTmp.html":    {"Since systemd 257 also", "<code>disconnected</code>"},
		"baselines/light.html":          {"serviceConfig"},
		"recipes.html":                  {"pre-commit"},
		"index.html":                    {"rules/index.html", "recipes.html", "playground.html"},
		"search.js":                     {`"p":"rules/B001.html"`},
	} {
		for _, want := range wants {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s does not have %q", name, want)
			}
		}
	}
}

// Markdown lets no HTML through.
func TestMarkdownIsSafe(t *testing.T) {
	for _, text := range []string{"<script>x</script>", "<img src=x onerror=y>", "[a](javascript:x)"} {
		if out := markdown(text); strings.Contains(out, "<script") || strings.Contains(out, "<img") || strings.Contains(out, "javascript:") {
			t.Errorf("%s: %s", text, out)
		}
	}
}

// The texts of rules and baselines use no more of Markdown than handbook.Prose knows.
func TestProseIsMarkdown(t *testing.T) {
	same := func(name, text string) {
		t.Helper()
		want := html.UnescapeString(markdown(text))
		if got := html.UnescapeString(handbook.Prose(text)); got != want {
			t.Errorf("%s (-Markdown +Prose)\n%s", name, cmp.Diff(want, got))
		}
	}
	for _, r := range handbook.Rules() {
		same(r.ID, r.Text)
		if r.WhenNot != "" {
			same(r.ID, r.WhenNot)
		}
	}
}
