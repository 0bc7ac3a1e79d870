package report_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

func pageOf(t *testing.T, r *report.Report) string {
	t.Helper()
	page, err := report.FindFormat("html")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := page.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var source = regexp.MustCompile(`(?s)<pre class="source" tabindex="0"[^>]*><code>(.*?)</code>`)

// An excerpt has two lines around the place, and marks it on each of its lines.
func TestExcerpt(t *testing.T) {
	number := regexp.MustCompile(`<span class="ln">(\d+)</span>`)
	for _, tt := range []struct{ name, src, mark, want string }{
		{"first line", "{ a = 1; }", "1", "1|{ a = [1]; }\n"},
		{"context", "{\n  a = 1;\n  b = 2;\n  c = 3;\n  d = 4;\n  e = 5;\n}\n", "3", "2|  a = 1;\n3|  b = 2;\n4|  c = [3];\n5|  d = 4;\n6|  e = 5;\n"},
		{"last line", "{\n  a = 1;\n}", "}", "1|{\n2|  a = 1;\n3|[}]\n"},
		{"several lines", "{ a = {\n  b = 1;\n}; }\n", "{\n  b = 1;\n}", "1|{ a = [{]\n2|[  b = 1;]\n3|[}]; }\n"},
		{"CRLF", "{\r\n  a = 1;\r\n}\r\n", "1", "1|{\n2|  a = [1];\n3|}\n"},
		{"markup", "{ a = \"<b>&\"; }", `"<b>&"`, "1|{ a = [\"<b>&\"]; }\n"},
		{"characters that reorder text", "{ a = \"\u202e\"; b = 1; }", "1", "1|{ a = \"\\u202e\"; b = [1]; }\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := nixast.Parse("a.nix", tt.src, nixast.Options{})
			page := pageOf(t, &report.Report{Result: &lint.Result{Files: 1, Findings: []lint.Finding{{Rule: rule, Severity: lint.Warning, Message: "m", File: f, Span: at(f, tt.mark)}}}})
			got := number.ReplaceAllString(source.FindStringSubmatch(page)[1], "$1|")
			got = html.UnescapeString(strings.NewReplacer("<mark>", "[", "</mark>", "]").Replace(got))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What each row costs is listed by directive, the dearest first, with what is left of
// it after fixes.
func TestCosts(t *testing.T) {
	assess := func(text string) *security.Assessment {
		a, err := security.Assess(unitfile.NewUnit("a.service", unitfile.Parse("a.service", []byte("[Service]\nExecStart=/bin/a\n"+text))), directive.Newest)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	now, safe, all := assess(""), assess("ProtectClock=yes\nRestrictNamespaces=yes\n"), assess("ProtectClock=yes\nRestrictNamespaces=yes\nPrivateNetwork=yes\n")
	page := pageOf(t, &report.Report{
		Result: &lint.Result{Files: 1},
		Hosts:  []report.Host{{Units: []report.Unit{{Name: "a.service", Scope: "system", File: "a.nix", Line: 1, Now: now, Safe: safe, All: all}}}},
	})
	for _, want := range []string{
		`<th scope="row">RestrictNamespaces</th><td class="num">0.8</td><td class="num safe">0</td><td class="num">0</td><td class="because">user, pid, net, uts, mnt, cgroup, ipc</td>`,
		`<th scope="row">PrivateNetwork</th><td class="num">0.5</td><td class="num">0.5</td><td class="num unsafe">0</td>`,
		`<th scope="row">UMask</th>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	if i, j := strings.Index(page, ">CapabilityBoundingSet<"), strings.Index(page, ">UMask<"); i < 0 || i > j {
		t.Error("the dearest row does not come first")
	}
}

// Of a line that is a whole file, only what is around a place is shown, in each of its
// findings and fixes.
func TestLongLineOnPage(t *testing.T) {
	f := nixast.Parse("a.nix", "{ a = 1; b = [ "+strings.Repeat("x ", 100_000)+"]; }", nixast.Options{})
	rule := lint.SourceRules()[0]
	fix := lint.Fix{Edits: []lint.FileEdit{{File: f, Edit: emit.Edit{Start: 6, End: 7, New: "2"}}}}
	page := pageOf(t, &report.Report{Result: &lint.Result{Files: 1, Findings: []lint.Finding{
		{Rule: rule, File: f, Span: nixast.Span{Start: 6, End: 7}, Message: "m", Fixes: []lint.Fix{fix}},
	}}})
	if !strings.Contains(page, "<mark>1</mark>") || !strings.Contains(page, "{ a = 2; b") || len(page) > 60_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

// Long lists are folded, and what is in them is bounded.
func TestLongPage(t *testing.T) {
	testtool.Long(t)
	a, err := security.Assess(unitfile.NewUnit("a.service", unitfile.Parse("a.service", []byte("[Service]\nExecStart=/bin/a\n"))), directive.Newest)
	if err != nil {
		t.Fatal(err)
	}
	p := &report.Report{Result: &lint.Result{Files: 3000}, Hosts: make([]report.Host, 1)}
	for i := range 3000 {
		f := nixast.Parse(fmt.Sprintf("%04d.nix", i), "{ a = 1; }", nixast.Options{})
		p.Result.Findings = append(p.Result.Findings, lint.Finding{Rule: rule, Severity: lint.Warning, Message: "m", File: f, Span: at(f, "1"), Units: []unit.Ref{{Unit: "u"}}})
		p.Hosts[0].Units = append(p.Hosts[0].Units, report.Unit{Name: fmt.Sprintf("%d.service", i), Scope: "user", File: f.Name, Line: 1, Now: a, Safe: a, All: a})
	}
	page := pageOf(t, p)
	for _, want := range []string{"<summary>2975 more services</summary>", "<summary>2960 more in 2960 files</summary>", "wardnix score --detail 2999.service</code>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	if len(page) > 5<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
}
