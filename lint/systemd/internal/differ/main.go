// Command differ gives every directive many values and compares what the tables
// say of each line with what systemd-analyze verify of another root says:
//
//	go run ./lint/systemd/internal/differ -root /srv/trixie [-only NAME] [-all] [-random N [-seed S]] [-record N]
//
// Each directive gets the values of values.txt and the words of its own; with -random,
// N more that are made of these. With -record, it prints N lines of each directive with
// what systemd says of them, as in recorded.tsv of lint/systemd/internal/trial, and no
// differences.
//
// The root is a directory with a systemd of its own, as debootstrap makes it; "/" is the
// system itself. Differences are the lines that only one of the two finds fault with;
// they are printed by directive, with the sums. The program needs the right to chroot,
// and /proc and /sys mounted in the root: what a directive needs of the machine is looked
// for there.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/internal/trial"
)

// values holds values of every kind, one a line; each directive gets all of them.
//
//go:embed values.txt
var values string

func main() {
	root := flag.String("root", "/", "root directory of the systemd to compare with")
	only := flag.String("only", "", "compare this directive alone")
	all := flag.Bool("all", false, "print all lines that differ, not three a directive")
	record := flag.Int("record", 0, "print so many lines of each directive with what systemd says, and no differences")
	random := flag.Int("random", 0, "give each directive so many random values more")
	seed := flag.Uint64("seed", 1, "seed of the random values")
	flag.Parse()
	if err := run(*root, *only, *all, *record, drawer{*random, rand.New(rand.NewPCG(*seed, 0))}); err != nil {
		fmt.Fprintln(os.Stderr, "differ:", err)
		os.Exit(1)
	}
}

// A sample is a unit with one directive and many values for it.
type sample struct {
	section, name string
	unit          string // its file name
	values        []string
	first         int // the line of the first value
	text          string
	flagged       map[int]string  // what systemd says of a line
	ours          map[int]string  // what the tables say of it
	fatal         map[string]bool // values that systemd refused the unit for
}

func run(root, only string, all bool, record int, more drawer) error {
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
	for chunk := range slices.Chunk(draw(v, only, more), 100) {
		if err := compare(root, dir, chunk, v); err != nil {
			return err
		}
		for _, t := range chunk {
			if record > 0 {
				t.record(v, record, more)
				continue
			}
			theirs, ours := t.print(all)
			sums.lines, sums.theirs, sums.ours = sums.lines+len(t.values), sums.theirs+theirs, sums.ours+ours
		}
	}
	if record > 0 {
		return nil
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

// A drawer makes random values.
type drawer struct {
	count int
	*rand.Rand
}

// separators are what values are joined with and what is put into them.
var separators = strings.Split(" |:|,|;|=|/|%|~|!|@|-|+|.|\\|\"|'|*|0|9|K|s|\t|ä", "|")

// mutations make a value of one or two others.
var mutations = []func(d drawer, a, b string) string{
	func(d drawer, a, b string) string { return a + separators[d.IntN(len(separators))] + b },
	func(d drawer, a, _ string) string {
		at := d.IntN(len(a) + 1)
		return a[:at] + separators[d.IntN(len(separators))] + a[at:]
	},
	func(d drawer, a, b string) string { return a[:d.IntN(len(a)+1)] + b[d.IntN(len(b)+1):] },
	func(_ drawer, a, _ string) string { return strings.ToUpper(a) },
	func(_ drawer, a, _ string) string { return strings.ToLower(a) },
}

// values makes values of those of a pool. What cannot be written on one line is left out.
func (d drawer) values(pool []string) []string {
	var made []string
	for range d.count {
		a, b := pool[d.IntN(len(pool))], pool[d.IntN(len(pool))]
		value := strings.Trim(mutations[d.IntN(len(mutations))](d, a, b), " \t")
		if utf8.ValidString(value) && !strings.HasSuffix(value, `\`) {
			made = append(made, value)
		}
	}
	return made
}

// draw makes a sample of each directive of each type of unit. Of dependencies, verify
// says nothing.
func draw(v directive.Version, only string, more drawer) []*sample {
	pool := strings.Split(strings.TrimRight(values, "\n"), "\n")
	var samples []*sample
	for _, section := range directive.Sections() {
		if trial.Scaffold(section, "") == "" {
			continue
		}
		for _, d := range directive.Directives(section, v) {
			if only != "" && d.Name != only || d.Name == "ExecStart" || d.Name == "Where" || d.KindIn(v) == directive.KindUnits {
				continue
			}
			t := &sample{section: section, name: d.Name, values: slices.Clone(pool), fatal: map[string]bool{}}
			if e := d.Enum(); e != nil {
				for _, value := range e.Values {
					t.values = append(t.values, value.Name)
				}
			}
			t.values = append(t.values, more.values(t.values)...)
			slices.Sort(t.values)
			t.values = slices.Compact(t.values) // a value that refuses the unit is found once
			t.unit = trial.Unit(section, fmt.Sprintf("t%d", len(samples)))
			samples = append(samples, t)
		}
	}
	return samples
}

// write puts the values that do not refuse the unit into a file.
func (t *sample) write(dir string) error {
	head := trial.Scaffold(t.section, t.unit)
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

// compare lets systemd read the samples, until no value refuses a unit any more.
func compare(root, dir string, samples []*sample, v directive.Version) error {
	for _, t := range samples {
		t.flagged = map[int]string{}
		t.judge(v)
	}
	pending := samples
	for round := 0; len(pending) > 0 && round < len(values); round++ {
		var files []string
		byUnit := map[string]*sample{}
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
		var again []*sample
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

// judge looks each value up in the tables, alone.
func (t *sample) judge(v directive.Version) {
	t.ours = map[int]string{}
	t.first = strings.Count(trial.Scaffold(t.section, t.unit), "\n") + 1
	for i, value := range t.values {
		if fault := trial.Fault(t.section, t.unit, t.name, value, v); fault != "" {
			t.ours[t.first+i] = fault
		}
	}
}

// record prints some lines with what systemd says of them. Half of them are lines that it
// finds fault with, if there are as many.
func (t *sample) record(v directive.Version, count int, d drawer) {
	taken := map[bool]int{}
	for _, i := range d.Perm(len(t.values)) {
		bad := t.flagged[t.first+i] != ""
		if strings.Contains(t.values[i], "%") || taken[bad] == (count+1)/2 {
			continue // what a specifier expands to may depend on the machine
		}
		taken[bad]++
		fmt.Printf("%s\t%s\t%s\t%t\t%s\n", v, t.section, t.name, bad, t.values[i])
	}
}

// print shows the lines on which the two differ.
func (t *sample) print(all bool) (theirs, ours int) {
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
