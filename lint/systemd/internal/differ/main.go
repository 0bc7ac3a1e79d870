// Command differ gives every directive many values and compares what the tables
// say of each line with what systemd-analyze verify of another root says:
//
//	go run ./lint/systemd/internal/differ -root /srv/trixie [-only NAME] [-all]
//
// The root is a directory with a systemd of its own, as debootstrap makes it; "/"
// is the system itself. It prints the lines that only one of the two finds fault
// with, by directive, and the sums. It needs the right to chroot.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// values holds values of every kind, one a line; each directive gets all of them.
//
//go:embed values.txt
var values string

func main() {
	root := flag.String("root", "/", "root directory of the systemd to compare with")
	only := flag.String("only", "", "compare this directive alone")
	all := flag.Bool("all", false, "print all lines that differ, not three a directive")
	flag.Parse()
	if err := run(*root, *only, *all); err != nil {
		fmt.Fprintln(os.Stderr, "differ:", err)
		os.Exit(1)
	}
}

// A trial is a unit with one directive and many values for it.
type trial struct {
	section, name string
	unit          string // its file name
	values        []string
	first         int // the line of the first value
	text          string
	flagged       map[int]string  // what systemd says of a line
	ours          map[int]string  // what the tables say of it
	fatal         map[string]bool // values that systemd refused the unit for
}

// scaffolds are the lines that make a unit of each type load.
var scaffolds = map[string]string{
	"Service": "[Service]\nExecStart=/bin/true\n", "Socket": "[Socket]\nListenStream=/run/x\n", "Timer": "[Timer]\nOnBootSec=1h\n",
	"Path": "[Path]\nPathExists=/x\n", "Mount": "[Mount]\nWhat=/dev/x\nWhere=/NAME\n", "Automount": "[Automount]\nWhere=/NAME\n",
	"Slice": "[Slice]\n", "Unit": "[Service]\nExecStart=/bin/true\n[Unit]\n",
}

func run(root, only string, all bool) error {
	out, err := analyze(root, "--version").Output()
	if err != nil {
		return err
	}
	line, _, _ := strings.Cut(string(out), " (")
	v, err := directive.ParseVersion(line)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Join(root, "tmp"), "differ")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var sums struct{ lines, theirs, ours, units int }
	trials := draw(v, only)
	for chunk := range slices.Chunk(trials, 100) {
		if err := compare(root, dir, chunk, v); err != nil {
			return err
		}
		for _, t := range chunk {
			theirs, ours := t.print(all)
			sums.lines, sums.theirs, sums.ours = sums.lines+len(t.values), sums.theirs+theirs, sums.ours+ours
		}
	}
	fmt.Printf("systemd %s: %d lines; %d only systemd finds fault with, %d only the tables\n", v, sums.lines, sums.theirs, sums.ours)
	return nil
}

func analyze(root string, args ...string) *exec.Cmd {
	if root == "/" {
		return exec.Command("systemd-analyze", args...)
	}
	return exec.Command("chroot", append([]string{root, "systemd-analyze"}, args...)...)
}

// draw makes a trial for each directive of each type of unit. Of dependencies, verify
// says nothing.
func draw(v directive.Version, only string) []*trial {
	pool := strings.Split(strings.TrimRight(values, "\n"), "\n")
	var trials []*trial
	for _, section := range directive.Sections() {
		if scaffolds[section] == "" {
			continue
		}
		for _, d := range directive.Directives(section, v) {
			if only != "" && d.Name != only || d.Name == "ExecStart" || d.Name == "Where" || d.KindIn(v) == directive.KindUnits {
				continue
			}
			t := &trial{section: section, name: d.Name, values: slices.Clone(pool), fatal: map[string]bool{}}
			if e := d.Enum(); e != nil {
				for _, value := range e.Values {
					t.values = append(t.values, value.Name)
				}
			}
			suffix := strings.ToLower(section)
			if section == "Unit" {
				suffix = "service"
			}
			t.unit = fmt.Sprintf("t%d.%s", len(trials), suffix)
			trials = append(trials, t)
		}
	}
	return trials
}

// write puts the values that do not refuse the unit into a file.
func (t *trial) write(dir string) error {
	head := strings.ReplaceAll(scaffolds[t.section], "NAME", strings.TrimSuffix(t.unit, filepath.Ext(t.unit)))
	t.first = strings.Count(head, "\n") + 1
	var b strings.Builder
	b.WriteString(head)
	for _, value := range t.values {
		if t.fatal[value] {
			value = "\x00"
		}
		if value == "\x00" {
			b.WriteString("#\n")
			continue
		}
		b.WriteString(t.name + "=" + value + "\n")
	}
	t.text = b.String()
	return os.WriteFile(filepath.Join(dir, t.unit), []byte(t.text), 0o644)
}

var message = regexp.MustCompile(`^(?:\S*/)?(t\d+\.\w+):(\d+): (.*)`)

// compare asks systemd of the trials, until no value refuses a unit any more.
func compare(root, dir string, trials []*trial, v directive.Version) error {
	for _, t := range trials {
		t.flagged = map[int]string{}
		t.judge(v)
	}
	pending := trials
	for round := 0; len(pending) > 0 && round < len(values); round++ {
		var files []string
		byUnit := map[string]*trial{}
		for _, t := range pending {
			if err := t.write(dir); err != nil {
				return err
			}
			byUnit[t.unit] = t
			files = append(files, filepath.Join(strings.TrimPrefix(dir, strings.TrimSuffix(root, "/")), t.unit))
		}
		last := map[string]int{}
		out, _ := analyze(root, append([]string{"verify", "--man=no", "--recursive-errors=no"}, files...)...).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if m := message.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil && byUnit[m[1]] != nil {
				n, _ := strconv.Atoi(m[2])
				t := byUnit[m[1]]
				t.flagged[n] = m[3]
				last[m[1]] = max(last[m[1]], n)
			}
		}
		var again []*trial
		for _, t := range pending {
			bad := strings.Contains(string(out), t.unit+" has a bad unit file setting") || strings.Contains(string(out), "Unit "+t.unit+" failed to load properly")
			if !bad || last[t.unit] < t.first {
				continue
			}
			fatal := t.values[last[t.unit]-t.first]
			if t.fatal[fatal] {
				continue // something else is wrong
			}
			t.fatal[fatal] = true
			again = append(again, t)
		}
		pending = again
	}
	return nil
}

// judge asks the tables of each value, alone.
func (t *trial) judge(v directive.Version) {
	t.ours = map[int]string{}
	head := strings.ReplaceAll(scaffolds[t.section], "NAME", strings.TrimSuffix(t.unit, filepath.Ext(t.unit)))
	t.first = strings.Count(head, "\n") + 1
	for i, value := range t.values {
		text := head + t.name + "=" + value + "\n"
		u := unitfile.NewUnit(t.unit, unitfile.Parse(t.unit, []byte(text)))
		for _, p := range u.Check(v).Problems {
			if p.Line == t.first && !p.Verdict.Silent {
				t.ours[t.first+i] = p.Message
			}
		}
	}
}

// print shows the lines on which the two differ.
func (t *trial) print(all bool) (theirs, ours int) {
	var shown []string
	for i, value := range t.values {
		n := t.first + i
		switch system, tables := t.flagged[n], t.ours[n]; {
		case system != "" && tables == "":
			theirs++
			shown = append(shown, fmt.Sprintf("  accepted   %s=%s\n             %s", t.name, value, system))
		case system == "" && tables != "":
			ours++
			shown = append(shown, fmt.Sprintf("  FALSE      %s=%s\n             %s", t.name, value, tables))
		}
	}
	if len(shown) == 0 {
		return 0, 0
	}
	fmt.Printf("[%s] %s=: %d accepted, %d false\n", t.section, t.name, theirs, ours)
	if !all {
		slices.SortStableFunc(shown, func(a, b string) int { return strings.Compare(a[:8], b[:8]) })
		shown = shown[:min(3, len(shown))]
	}
	fmt.Println(strings.Join(shown, "\n"))
	return theirs, ours
}
