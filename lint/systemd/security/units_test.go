package security

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wardnix/lint/systemd/internal/oracle"
	"wardnix/lint/systemd/unitfile"
)

var update = flag.Bool("update", false, "record the answers of the local systemd-analyze again")

// recordedUnit is a unit of testdata/units.txt with what systemd said of it.
type recordedUnit struct{ name, text, want string }

func readUnits(t testing.TB) (head string, units []recordedUnit) {
	text, err := os.ReadFile("testdata/units.txt")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "\n=== ")
	for _, part := range parts[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		body, want, _ := strings.Cut(rest, "\n---\n")
		units = append(units, recordedUnit{name, strings.TrimSuffix(body, "\n") + "\n", strings.TrimSuffix(want, "\n")})
	}
	return parts[0], units
}

// TestRecordedUnits compares units of our own with recorded answers.
func TestRecordedUnits(t *testing.T) {
	head, units := readUnits(t)
	if *update {
		recordUnits(t, head, units)
		return
	}
	bare := assessmentJSON(t, unitfile.NewUnit("bare.service", unitfile.Parse("bare.service", []byte(units[0].text))), 252)
	for _, u := range units {
		t.Run(u.name, func(t *testing.T) {
			unit := unitfile.NewUnit(u.name, unitfile.Parse(u.name, []byte(u.text)))
			got := "refused"
			if a, err := Assess(unit, 252); err == nil {
				got = summary(a.High.String()+" "+a.High.Predicate(), assessmentJSON(t, unit, 252), bare)
			}
			if got != u.want {
				t.Errorf("got\n%s\nwant\n%s", got, u.want)
			}
		})
	}
}

// summary prints an assessment in few lines.
func summary(overall, rows, bare string) string {
	digest := sha256.Sum256([]byte(rows))
	out := fmt.Sprintf("%s %x", overall, digest[:6])
	var have, usual []Row
	if json.Unmarshal([]byte(rows), &have) != nil || json.Unmarshal([]byte(bare), &usual) != nil {
		return "no JSON"
	}
	common := map[string]bool{}
	for _, r := range usual {
		common[rowSummary(r)] = true
	}
	for _, r := range have {
		if line := rowSummary(r); !common[line] {
			out += "\n" + line
		}
	}
	return out
}

func rowSummary(r Row) string {
	mark, exposure, description := "-", "", ""
	if r.Set != nil {
		mark = map[bool]string{true: "✓", false: "✗"}[*r.Set]
	}
	if r.Exposure != nil {
		exposure = " " + *r.Exposure
	}
	if r.Description != nil {
		description = " " + *r.Description
	}
	return mark + " " + r.Name + exposure + description
}

// recordUnits asks the local systemd-analyze, which must be 252.
func recordUnits(t *testing.T, head string, units []recordedUnit) {
	if v := oracle.Version(t); v != 252 {
		t.Fatalf("recording needs systemd 252, this is %d", v)
	}
	dir := t.TempDir()
	overall := regexp.MustCompile(`: (\d+\.\d) (\w+)`)
	out, bare := head, ""
	for _, u := range units {
		file := filepath.Join(dir, u.name)
		write(t, file, u.text)
		rows := ask(t, []string{file})[0].rows
		if bare == "" {
			bare = rows
		}
		want := "refused"
		if rows != "" {
			text, err := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", file).Output()
			m := overall.FindStringSubmatch(string(text))
			if err != nil || m == nil {
				t.Fatalf("%s: %v", u.name, err)
			}
			want = summary(m[1]+" "+m[2], rows, bare)
		}
		out += "\n=== " + u.name + "\n" + u.text + "---\n" + want
	}
	write(t, "testdata/units.txt", out+"\n")
}

// TestText compares the printed table with that of systemd-analyze.
func TestText(t *testing.T) {
	v := oracle.Version(t)
	_, units := readUnits(t)
	dir := t.TempDir()
	for i, u := range units {
		if testing.Short() && i%6 != 0 || u.want == "refused" {
			continue
		}
		file := filepath.Join(dir, u.name)
		write(t, file, u.text)
		cmd := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", file)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "SYSTEMD_COLORS=0", "SYSTEMD_EMOJI=1")
		want, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		a, err := Assess(unitfile.NewUnit(u.name, unitfile.Parse(u.name, []byte(u.text))), v)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.text(u.name); got != string(want) {
			t.Errorf("%s: %s", u.name, firstDifference(got, string(want)))
		}
	}
}

// TestRemedy writes the remedy of each row into a unit, which makes it good.
func TestRemedy(t *testing.T) {
	assess := func(extra string) map[string]Row {
		a, err := Assess(unitfile.NewUnit("x.service", unitfile.Parse("x", []byte("[Service]\nExecStart=/bin/true\n"+extra+"\n"))), 252)
		if err != nil {
			t.Fatal(err)
		}
		rows := map[string]Row{}
		for _, r := range a.Rows {
			rows[r.Field] = r
		}
		return rows
	}
	remedies := 0
	for field, row := range assess("") {
		directive, value := row.Remedy()
		if directive == "" {
			continue
		}
		remedies++
		if after := assess(directive + "=" + value)[field]; after.Set != nil && !*after.Set {
			t.Errorf("%s=%s leaves %s bad", directive, value, field)
		}
	}
	if remedies != len(checks)-1 {
		t.Errorf("%d remedies for %d checks", remedies, len(checks))
	}
}
