package report_test

import (
	"strings"
	"testing"

	"wardnix/lint"
	"wardnix/lint/report"
)

// The last line counts what could be stricter, and no command in it is broken.
func TestHardening(t *testing.T) {
	const show = "wardnix lint --baseline light hosts"
	for _, c := range []struct {
		name  string
		h     report.Hardening
		width int
		want  string
	}{
		{"none", report.Hardening{}, 0, "1 file: nothing to report\n"},
		{"exposure unknown", report.Hardening{Services: 1, Show: show}, 0,
			"1 file: nothing to report\n1 service could be hardened: `" + show + "` shows how\n"},
		{"safe fixes", report.Hardening{Services: 3, Known: 2, Now: 92, Safe: 41, Show: show, Apply: show + " --write"}, 60,
			"1 file: nothing to report\n3 services could be hardened (mean exposure 9.2, with the\nsafe fixes 4.1): `" + show + "` shows\n" +
				"how, `" + show + " --write` does it\n"},
		{"no safe fix", report.Hardening{Services: 2, Known: 2, Now: 92, Safe: 92, Show: show}, 0,
			"1 file: nothing to report\n2 services could be hardened (mean exposure 9.2): `" + show + "` shows how\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			full, err := report.FindFormat("full")
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			if err := full.Write(&b, &report.Report{Result: &lint.Result{Files: 1}, Hardening: c.h, Style: report.Style{Width: c.width}}); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", b.String(), c.want)
			}
		})
	}
}
