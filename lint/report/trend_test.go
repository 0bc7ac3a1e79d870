package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
)

// known is a unit whose exposure the source decides.
func known(name string, e security.Exposure) report.Unit {
	return report.Unit{Name: name, File: "a.nix", Now: &security.Assessment{Low: e, High: e}}
}

// A page holds the figures that a later page compares itself with.
func TestTrend(t *testing.T) {
	then := &report.Report{
		Result: &lint.Result{Files: 1}, Date: "2026-01-02", Commit: "abc",
		Hosts: []report.Host{{Name: "h</script>", Units: []report.Unit{known("web.service", 90), known("db.service", 80), known("gone.service", 50)}}},
	}
	past, err := report.ReadPast(pageOf(t, then))
	if err != nil {
		t.Fatal(err)
	}
	want := &report.Past{Date: "2026-01-02", Commit: "abc", Exposures: map[string]security.Exposure{
		"h</script>\n\nweb.service": 90, "h</script>\n\ndb.service": 80, "h</script>\n\ngone.service": 50,
	}}
	if diff := cmp.Diff(want, past); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	now := pageOf(t, &report.Report{
		Result: &lint.Result{Files: 1}, Past: past,
		Hosts: []report.Host{{Name: "h</script>", Units: []report.Unit{known("web.service", 70), known("db.service", 85), known("new.service", 10)}}},
	})
	for _, text := range []string{
		"Since the report of 2026-01-02 (abc)", "8.5 → 7.8 <b class=\"better\">better</b>",
		"Services: 1 better, 1 worse, 1 added, 1 removed.",
	} {
		if !strings.Contains(now, text) {
			t.Errorf("the page does not show %q", text)
		}
	}
}

func TestReadPastRefuses(t *testing.T) {
	for _, page := range []string{"", "<p>", `<script type="application/json" id="past">`, `<script type="application/json" id="past">[</script>`} {
		if past, err := report.ReadPast(page); err == nil {
			t.Errorf("%q gives %v", page, past)
		}
	}
}

// FuzzPast reads pages that anybody may have written.
func FuzzPast(f *testing.F) {
	f.Add(`<script type="application/json" id="past">{"date": "<b>", "exposures": {"": 300}}</script>`)
	f.Fuzz(func(t *testing.T, text string) {
		past, err := report.ReadPast(text)
		if err != nil {
			return
		}
		r := &report.Report{Result: &lint.Result{}, Past: past, Hosts: []report.Host{{Units: []report.Unit{known("a.service", 1)}}}}
		page, _ := report.FindFormat("html")
		var b strings.Builder
		if err := page.Write(&b, r); err != nil {
			t.Fatal(err)
		}
	})
}
