package security

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/internal/oracle"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast/testtool"
)

// verdictOfOracle is what systemd-analyze said of one unit.
type verdictOfOracle struct {
	rows    string          // the JSON line, empty when the unit does not load
	flagged map[string]bool // "file:line" that got a message
}

var messageAt = regexp.MustCompile(`(?m)^(\S+):(\d+): `)

// ask runs systemd-analyze security on unit files, in one process.
func ask(t testing.TB, files []string) []verdictOfOracle {
	t.Helper()
	cmd := exec.Command("systemd-analyze", append([]string{"security", "--offline=true", "--json=short", "--no-pager"}, files...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // it fails when any unit does not load
	rows := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	verdicts := make([]verdictOfOracle, len(files))
	byName := map[string]int{}
	for i, f := range files {
		byName[f] = i
		verdicts[i].flagged = map[string]bool{}
		refused := regexp.MustCompile(`(?m)^(Unit )?` + regexp.QuoteMeta(filepath.Base(f)) +
			`(:.*Refusing\.| has a bad unit file setting\.| failed to load.*|: Failed to load.*)$`)
		if refused.Match(stderr.Bytes()) || strings.Contains(stderr.String(), "Failed to load "+f) || len(rows) == 0 || rows[0] == "" {
			continue
		}
		verdicts[i].rows, rows = rows[0], rows[1:]
	}
	if len(rows) > 0 && rows[0] != "" {
		t.Fatalf("%d rows are left over:\n%s", len(rows), stderr.String())
	}
	// Dependencies are not resolved here, so their lines get no message.
	for _, m := range messageAt.FindAllStringSubmatch(stderr.String(), -1) {
		file := m[1]
		for f, i := range byName {
			if file == f || strings.HasPrefix(file, f+".d/") {
				verdicts[i].flagged[filepath.Base(file)+":"+m[2]] = true
			}
		}
	}
	return verdicts
}

// flaggedLines returns "file:line" of the lines that ours says something of
// which systemd says too.
func flaggedLines(u *unitfile.Unit, v directive.Version) map[string]bool {
	out := map[string]bool{}
	for _, p := range u.Check(v).Problems {
		d, _ := directive.LookupAny(p.Section, p.Key)
		if p.Line > 0 && !p.Verdict.Silent && (d == nil || d.Kind != directive.KindUnits || d.Deprecated) {
			out[filepath.Base(p.File)+":"+strconv.Itoa(p.Line)] = true
		}
	}
	return out
}

// TestVerify compares random units with systemd-analyze verify: which lines get a
// message, and which units are refused.
func TestVerify(t *testing.T) {
	v := oracle.Version(t)
	count, seed := envInt("WARDNIX_UNITS", 300)/6, envInt("WARDNIX_SEED", 1)
	dir := t.TempDir()
	for i := range count {
		if testing.Short() && i%6 != 0 {
			continue
		}
		d := newDrawer(uint64(1000000 + seed + i))
		name := fmt.Sprintf("v%d.service", i)
		file := filepath.Join(dir, name)
		text := d.unit(15)
		write(t, file, text)
		var stderr bytes.Buffer
		cmd := exec.Command("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", file)
		cmd.Stderr = &stderr
		_ = cmd.Run() // its status reports any warning
		unit := unitfile.NewUnit(name, unitfile.Parse(file, []byte(text)))
		report := unit.Check(v)
		refused := strings.Contains(stderr.String(), "Refusing.") || strings.Contains(stderr.String(), "has a bad unit file setting") ||
			strings.Contains(stderr.String(), "failed to load properly")
		if refused != report.Refused {
			t.Errorf("refused %t, by systemd %t\n%s%s", report.Refused, refused, numbered(text), stderr.String())
		}
		flagged := map[string]bool{}
		for _, m := range messageAt.FindAllStringSubmatch(stderr.String(), -1) {
			flagged[filepath.Base(m[1])+":"+m[2]] = true
		}
		if diff := differentKeys(flaggedLines(unit, v), flagged); diff != "" && !refused {
			t.Errorf("%s\n%s%s", diff, numbered(text), stderr.String())
		}
	}
}

// TestRandomUnits compares random units with systemd-analyze security: the rows
// to the byte, which units do not load, and which lines get a message.
// WARDNIX_UNITS says how many (300), WARDNIX_SEED where to begin (1).
func TestRandomUnits(t *testing.T) {
	testtool.Long(t)
	v := oracle.Version(t)
	count, seed := envInt("WARDNIX_UNITS", 300), envInt("WARDNIX_SEED", 1)
	const batch = 50
	loaded, lines := 0, 0
	for first := 0; first < count; first += batch {
		dir := t.TempDir()
		var files []string
		var units []*unitfile.Unit
		for i := range min(batch, count-first) {
			d := newDrawer(uint64(seed + first + i))
			name := fmt.Sprintf("u%d%s.service", seed+first+i, d.one("", "", "", "@root", "@x-y"))
			text := d.unit(20)
			file := filepath.Join(dir, name)
			write(t, file, text)
			files = append(files, file)
			parsed := []*unitfile.File{unitfile.Parse(file, []byte(text))}
			if d.chance(25) {
				extra := filepath.Join(file+".d", "x.conf")
				text := "[Service]\n" + d.line() + "\n" + d.line() + "\n"
				write(t, extra, text)
				parsed = append(parsed, unitfile.Parse(extra, []byte(text)))
			}
			units = append(units, unitfile.NewUnit(name, parsed[0], parsed[1:]...))
		}
		for i, want := range ask(t, files) {
			got := assessmentJSON(t, units[i], v)
			text, _ := os.ReadFile(files[i])
			if got != want.rows {
				why, _ := units[i].Refusal(v)
				t.Errorf("%s: %s %s\n%s", filepath.Base(files[i]), differenceJSON(got, want.rows), why, text)
				continue
			}
			if want.rows != "" {
				loaded++
			}
			if diff := differentKeys(flaggedLines(units[i], v), want.flagged); diff != "" && !units[i].Broken && want.rows != "" {
				dropin, _ := os.ReadFile(filepath.Join(files[i]+".d", "x.conf"))
				t.Errorf("%s: %s\n%s%s", filepath.Base(files[i]), diff, numbered(string(text)), dropin)
			}
			lines += len(units[i].Assignments)
		}
	}
	t.Logf("%d units, %d load, %d assignments", count, loaded, lines)
}

func envInt(name string, preset int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return preset
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// assessmentJSON prints an assessment as systemd does, "" for a unit that does
// not load.
func assessmentJSON(t testing.TB, u *unitfile.Unit, v directive.Version) string {
	t.Helper()
	a, err := Assess(u, v)
	if err != nil {
		return ""
	}
	text, err := a.json()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func differenceJSON(got, want string) string {
	if got == "" || want == "" {
		return fmt.Sprintf("loads here: %t, with systemd: %t", got != "", want != "")
	}
	var g, w []map[string]any
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(want), &w) != nil {
		return "no JSON"
	}
	byField := map[any]string{}
	for _, row := range w {
		byField[row["json_field"]] = fmt.Sprint(row)
	}
	for _, row := range g {
		if other := byField[row["json_field"]]; other != fmt.Sprint(row) {
			return "got  " + fmt.Sprint(row) + "\nwant " + other
		}
	}
	return "the order differs"
}

func differentKeys(got, want map[string]bool) string {
	var out []string
	for k := range got {
		if !want[k] {
			out = append(out, "only here: "+k)
		}
	}
	for k := range want {
		if !got[k] {
			out = append(out, "only systemd: "+k)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func numbered(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, "%d: %s\n", i+1, line)
	}
	return b.String()
}
