package security

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"wardnix/lint/systemd/directive"
)

// TestRecordedTraps compares, for 127 units full of mistakes, which lines get a
// message and which units load, with what real binaries of four versions said.
func TestRecordedTraps(t *testing.T) {
	dir := filepath.Join(factsDir(t), "traps-cases")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		File    string
		Results map[string]struct {
			Stderr []string
			Loaded bool
		}
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for name, c := range want {
		unit := readUnit(t, dir, c.File, nil)
		for version, result := range c.Results {
			v, err := directive.ParseVersion(version)
			if err != nil {
				t.Fatal(err)
			}
			if name == "pam-killmode" && v != directive.Oldest {
				continue // the recorded binaries after 252 were built without PAM
			}
			compared++
			report := unit.Check(v)
			if report.Refused == result.Loaded {
				t.Errorf("%s with %s: refused %t, loaded there %t\n%v", name, version, report.Refused, result.Loaded, result.Stderr)
				continue
			}
			flagged := map[string]bool{}
			for _, line := range result.Stderr {
				if m := messageAt.FindStringSubmatch(line); m != nil {
					flagged[filepath.Base(m[1])+":"+m[2]] = true
				}
			}
			if diff := differentKeys(flaggedLines(unit, v), flagged); diff != "" {
				text, _ := os.ReadFile(filepath.Join(dir, c.File))
				t.Errorf("%s with %s: %s\n%s%q\n%+v", name, version, diff, numbered(string(text)), result.Stderr, report.Problems)
			}
		}
	}
	t.Logf("%d outcomes compared", compared)
}
