package trial_test

import (
	_ "embed"
	"strings"
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/internal/trial"
)

// recorded has lines of VERSION, SECTION, DIRECTIVE, whether systemd-analyze verify of
// that version finds fault with the value, and VALUE. It is made by
// lint/systemd/internal/differ -random 100 -record 2.
//
//go:embed testdata/recorded.tsv
var recorded string

func TestRecorded(t *testing.T) {
	versions, faults := map[string]bool{}, 0
	for line := range strings.Lines(recorded) {
		cells := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 5)
		v, err := directive.ParseVersion(cells[0])
		if err != nil {
			t.Fatal(err)
		}
		section, name, text := cells[1], cells[2], cells[4]
		fault := trial.Fault(section, trial.Unit(section, "t"), name, text, v)
		if want := cells[3] == "true"; (fault != "") != want {
			t.Errorf("systemd %s, [%s] %s=%s: got fault %q, systemd finds one: %t", v, section, name, text, fault, want)
		}
		versions[cells[0]] = true
		if fault != "" {
			faults++
		}
	}
	if len(versions) < 3 || faults < 1000 {
		t.Errorf("got %d versions and %d faults, want at least 3 and 1000", len(versions), faults)
	}
}
