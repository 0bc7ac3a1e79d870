package security

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast/testtool"
)

// factsDir returns the directory of recorded facts, which is not part of the
// project.
func factsDir(t testing.TB) string {
	dir := testtool.Given(t, "WARDNIX_FACTS")
	return filepath.Join(dir, "systemd")
}

// recorded is the file of recorded assessments: one entry for each distinct
// outcome of a case, with indices into the tables of fields and descriptions.
type recorded struct {
	Fields       []string
	Descriptions []any // null for ProtectProc=noaccess
	Cases        map[string]struct {
		File    string
		Dropins []string
		Results []struct {
			Versions  []string
			RC        int
			Exposure  string
			Predicate string
			Stderr    []string
			Rows      [][4]any
		}
	}
}

// Exposures on 64-bit ARM differ by three groups, as the help of wardnix score says: they
// contain no system call of it, and every filter counts as one of them.
func TestGroupsOfARM(t *testing.T) {
	native := directive.NativeCalls("arm64")
	for v := directive.Oldest; v <= directive.Newest; v++ {
		var without []string
		for _, c := range checks {
			if c.group == "" {
				continue
			}
			set := directive.GroupsOf(v)[c.group].Set
			if foreign := native.Complement(); set.Within(&foreign) {
				without = append(without, c.group)
			}
		}
		if got := strings.Join(without, " "); got != "@obsolete @cpu-emulation @raw-io" {
			t.Errorf("systemd %s: groups without a system call: %s", v, got)
		}
	}
}

// TestRecordedCases compares every row, text, value, order and number with what
// twelve real binaries printed for 508 units.
func TestRecordedCases(t *testing.T) {
	dir := filepath.Join(factsDir(t), "cases")
	var want recorded
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	compared, failed := 0, 0
	for name, c := range want.Cases {
		unit := readUnit(t, dir, c.File, c.Dropins)
		for _, result := range c.Results {
			for _, version := range result.Versions {
				v, err := directive.ParseVersion(version)
				if err != nil {
					t.Fatal(err)
				}
				a, err := Assess(unit, v)
				compared++
				got := describeAssessment(a, err)
				expect := "refused"
				if result.Rows != nil {
					expect = result.Exposure + " " + result.Predicate + "\n"
					for _, r := range result.Rows {
						expect += rowText(want.Fields[int(r[0].(float64))], r[1], lookupText(want.Descriptions, r[2]), r[3]) + "\n"
					}
				}
				flagged := map[string]bool{}
				for _, line := range result.Stderr {
					if m := messageAt.FindStringSubmatch(line); m != nil {
						flagged[filepath.Base(m[1])+":"+m[2]] = true
					}
				}
				if diff := differentKeys(flaggedLines(unit, v), flagged); diff != "" && result.Rows != nil {
					t.Errorf("%s with %s: %s\n%q", name, version, diff, result.Stderr)
				}
				if got != expect {
					failed++
					if seen[name] == false {
						seen[name] = true
						t.Errorf("%s with %s (%v):\n%s", name, version, err, firstDifference(got, expect))
					}
				}
			}
		}
	}
	t.Logf("%d assessments compared, %d differ", compared, failed)
}

func readUnit(t testing.TB, dir, file string, dropins []string) *unitfile.Unit {
	t.Helper()
	read := func(name string) *unitfile.File {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return unitfile.Parse(name, text)
	}
	var extra []*unitfile.File
	for _, d := range dropins {
		if !strings.Contains(d, "/") {
			d = file + ".d/" + d
		}
		extra = append(extra, read(d))
	}
	return unitfile.NewUnit(filepath.Base(file), read(file), extra...)
}

func lookupText(table []any, index any) any {
	if n, ok := index.(float64); ok {
		return table[int(n)]
	}
	return nil
}

func rowText(field string, set, description, exposure any) string {
	b, _ := json.Marshal([]any{field, set, description, exposure})
	return string(b)
}

// describeAssessment prints an assessment as the tests compare it.
func describeAssessment(a *Assessment, err error) string {
	if err != nil {
		return "refused"
	}
	text := a.High.String() + " " + a.High.Predicate() + "\n"
	for _, r := range a.Rows {
		var set any
		if r.Set != nil {
			set = 0
			if *r.Set {
				set = 1
			}
		}
		text += rowText(r.Field, set, r.Description, r.Exposure) + "\n"
	}
	return text
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			other := "(end)"
			if i < len(w) {
				other = w[i]
			}
			return "got  " + g[i] + "\nwant " + other
		}
	}
	return "got too little"
}
