package gen

import (
	"flag"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

var update = flag.Bool("update", false, "rewrite the golden files to what gen does now")

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // as the program does: what is loaded here is small
	os.Exit(m.Run())
}

// The cases are units with their drop-ins, and the module that comes of them. The
// comment of an archive names the unit.
func TestFromUnit(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(string(ar.Comment), ":")
			var main *Source
			var dropins []Source
			var want txtar.Archive
			for _, f := range ar.Files {
				switch {
				case f.Name == "module.nix" || f.Name == "notes":
					want.Files = append(want.Files, f)
				case strings.HasSuffix(f.Name, ".conf"):
					dropins = append(dropins, Source{f.Name, f.Data})
				default:
					main = &Source{f.Name, f.Data}
				}
			}
			m, err := FromUnit(name, main, dropins, Target{})
			if err != nil {
				t.Fatal(err)
			}
			text, err := m.Text()
			if err != nil {
				t.Fatal(err)
			}
			got := txtar.Archive{Files: []txtar.File{{Name: "module.nix", Data: []byte(text)}}}
			if len(m.Notes) > 0 {
				got.Files = append(got.Files, txtar.File{Name: "notes", Data: []byte(strings.Join(m.Notes, "\n") + "\n")})
			}
			if *update {
				ar.Files = append(slices.DeleteFunc(ar.Files, func(f txtar.File) bool { return f.Name == "module.nix" || f.Name == "notes" }), got.Files...)
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(&want)), string(txtar.Format(&got))); diff != "" {
				t.Error(diff)
			}
			sameUnit(t, name, main, dropins)
		})
	}
}

// A unit that is turned into a module and rendered by NixOS's rules is the same
// unit. WARDNIX_UNITS names directories of further units, separated by colons.
func TestRoundTrip(t *testing.T) {
	units := recorded(t)
	for _, dir := range filepath.SplitList(os.Getenv("WARDNIX_UNITS")) {
		files, err := filepath.Glob(filepath.Join(dir, "*.*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no units in %s: %v", dir, err)
		}
		for _, f := range files {
			if _, _, err := splitName(filepath.Base(f)); err != nil {
				continue
			}
			if text, err := os.ReadFile(f); err == nil {
				units = append(units, Source{filepath.Base(f), text})
			}
		}
	}
	done, all := 0, 0
	for _, u := range units {
		all++
		if sameUnit(t, u.Name, &u, nil) {
			done++
		}
	}
	t.Logf("%d of %d units; the others are refused by systemd, or empty", done, all)
	if done < 20 {
		t.Errorf("only %d units were compared", done)
	}
}

// recorded are the units that lint/systemd is tested with.
func recorded(t *testing.T) []Source {
	t.Helper()
	text, err := os.ReadFile("../../lint/systemd/security/testdata/units.txt")
	if err != nil {
		t.Fatal(err)
	}
	var units []Source
	for _, part := range strings.Split(string(text), "\n=== ")[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		unit, _, _ := strings.Cut(rest, "\n---\n")
		units = append(units, Source{name, []byte(unit + "\n")})
	}
	return units
}

// sameUnit compares a unit with what becomes of it. It reports false for one that
// gen refuses, which systemd must refuse too.
func sameUnit(t *testing.T, name string, main *Source, dropins []Source) bool {
	t.Helper()
	const v = directive.Newest
	target := Target{Systemd: v}
	m, err := FromUnit(name, main, dropins, target)
	before := unitOf(name, main, dropins)
	if err != nil {
		if !before.Broken && len(before.Assignments) > 0 {
			t.Errorf("%s: %v", name, err)
		}
		return false
	}
	text, err := m.Text()
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return false
	}
	if f := nixast.Parse(name, text, nixast.Options{}); !f.Accepts() {
		t.Errorf("%s: Nix would not read\n%s", name, text)
		return false
	}
	if m.Unit = name; strings.HasSuffix(name, "mount") {
		m.Unit = mountName(before, name)
	}
	u, err := m.unit(target)
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, text)
		return false
	}
	after := u.Systemd()
	if u.Style == nixos.TextStyle { // [Install] is in options, which wardnix does not render
		for _, w := range before.Values("Install", "WantedBy") {
			if !strings.Contains(text, strconv.Quote(w.Value)) {
				t.Errorf("%s: it is not wanted by %s\n%s", name, w.Value, text)
			}
		}
		before.Assignments = slices.DeleteFunc(before.Assignments, func(a unitfile.Assignment) bool { return a.Section == "Install" })
	}
	if diff := cmp.Diff(normal(before, nil), normal(after, u)); diff != "" {
		t.Errorf("%s (-unit +module)\n%s\n%s", name, diff, text)
	}
	if diff := cmp.Diff(portsOf(before), portsOf(after)); diff != "" {
		t.Errorf("%s listens in another order (-unit +module)\n%s\n%s", name, diff, text)
	}
	sameComments(t, name, text, main, dropins)
	if u.Type() != "service" || u.IsOverride() || strings.Contains(text, "script = ") {
		return true
	}
	was, wasErr := security.Assess(before, v)
	is, isErr := security.Assess(after, v)
	switch {
	case (wasErr == nil) != (isErr == nil):
		t.Errorf("%s: loaded before: %v, after: %v\n%s", name, wasErr, isErr, text)
	case wasErr == nil && (was.Low != is.Low || was.High != is.High):
		t.Errorf("%s: the exposure was %s and is %s to %s", name, was.High, is.Low, is.High)
	}
	return true
}

// portsOf are what a socket listens on, in order.
func portsOf(u *unitfile.Unit) []string {
	var lines []port
	for _, a := range u.Assignments {
		if a.Section == "Socket" && isListen(a.Key) {
			lines = append(lines, port{a.Key, a.Value})
		}
	}
	var out []string
	for _, p := range ports(lines) {
		out = append(out, p.key+"="+p.value)
	}
	return out
}

// What a socket listens on stays in order, whatever the order is.
func TestSocketsKeepTheirOrder(t *testing.T) {
	lines := []string{"ListenStream=1", "ListenStream=2", "ListenDatagram=3", "ListenFIFO=/4", "ListenStream=", "ListenDatagram="}
	texts, step := 0, 1
	if testing.Short() {
		step = 13 // which has no factor in common with the number of lines
	}
	for n := 0; n < 6*6*6*6; n += step {
		text := "[Socket]\n"
		for m, i := n, 0; i < 4; m, i = m/6, i+1 {
			text += lines[m%6] + "\n"
		}
		s := Source{"a.socket", []byte(text + "[Install]\nWantedBy=sockets.target\n")}
		if !sameUnit(t, s.Name, &s, nil) {
			t.Fatalf("refused:\n%s", text)
		}
		sameUnit(t, s.Name, nil, []Source{s})
		if m, err := FromUnit(s.Name, &s, nil, Target{}); err == nil && m.Body[0].Path[1] == "units" {
			texts++
		}
	}
	t.Logf("%d of %d are set as text", texts, 6*6*6*6/step)
}

func unitOf(name string, main *Source, dropins []Source) *unitfile.Unit {
	var first *unitfile.File
	var files []*unitfile.File
	for _, d := range dropins {
		files = append(files, unitfile.Parse(d.Name, unshh(d.Text)))
	}
	if main != nil {
		first = unitfile.Parse(main.Name, main.Text)
	} else {
		first = unitfile.Parse("", nil)
	}
	return unitfile.NewUnit(name, first, files...)
}

// mountName is the unit of a mount in NixOS: named by its path, which is
// a pattern where wardnix does not escape it.
func mountName(u *unitfile.Unit, name string) string {
	for _, s := range []string{"Mount", "Automount"} {
		if where := u.Values(s, "Where"); len(where) > 0 && strings.Trim(where[0].Value, "/") == "" {
			return "-" + filepath.Ext(name)
		}
	}
	return name
}

// normal is a unit as its keys and their lines, without what means the same: the
// order of keys, what is overridden, and how words and switches are written.
func normal(u *unitfile.Unit, module *nixos.Unit) map[string][]string {
	out := map[string][]string{}
	for _, a := range u.Assignments {
		key := a.Section + "." + a.Key
		if a.Section == "Install" && (a.Key != "WantedBy" || u.Type() == "target") || strings.HasPrefix(a.Section, "X-") || systemdIgnores(u, a) {
			continue // by other options, or not at all
		}
		text := a.Value
		if a.Unknown {
			text = "?"
		}
		d, ok := directive.Lookup(a.Section, a.Key, directive.Newest)
		if on, isBool := value.ParseBool(text); ok && isBool && (text == "yes" || text == "no") && d.KindIn(directive.Newest) != directive.KindString {
			text = map[bool]string{true: "true", false: "false"}[on]
		}
		words := strings.Fields(text)
		_, list := unitLists[[2]string{a.Section, a.Key}]
		switch {
		case key == "Service.Environment" && module != nil:
			out[key] = append(out[key], text)
		case list && len(words) > 0, key == "Unit.Documentation" && len(words) > 0:
			out[key] = append(out[key], words...)
		case ok && d.Repeat == directive.Override && text != "" &&
			value.Check(a.Section, a.Key, text, directive.Newest).Status == value.Valid:
			out[key] = []string{text}
		default:
			out[key] = append(out[key], text)
		}
	}
	if env, ok := out["Service.Environment"]; ok {
		if out["Service.Environment"] = variables(env); len(out["Service.Environment"]) == 0 {
			delete(out, "Service.Environment")
		}
	}
	if exec := out["Service.ExecStart"]; len(exec) == 1 && module == nil {
		if script, ok := plainScript(exec[0], directive.Newest); ok {
			out["Service.ExecStart"] = []string{"script " + script}
		}
	}
	if module != nil {
		if script, ok := module.Option("script").Text(); ok {
			out["Service.ExecStart"] = []string{"script " + script}
		}
	}
	return out
}

// systemdIgnores reports whether an assignment is in a section that units of
// this type do not have.
func systemdIgnores(u *unitfile.Unit, a unitfile.Assignment) bool {
	own := strings.ToUpper(u.Type()[:1]) + u.Type()[1:]
	return a.Section != "Unit" && a.Section != "Install" && a.Section != own
}

// variables are what lines of Environment come to, sorted; the lines themselves
// where one is not plain.
func variables(lines []string) []string {
	vars := map[string]string{}
	for _, l := range lines {
		words, ok := quotedWords(l)
		if !ok {
			return lines
		}
		if len(words) == 0 {
			clear(vars)
		}
		for _, w := range words {
			name, value, ok := strings.Cut(w, "=")
			if !ok || !variableName.MatchString(name) {
				return lines
			}
			vars[name] = value
		}
	}
	var out []string
	for name, value := range vars {
		if name != "PATH" && !strings.HasPrefix(value, "/nix/store/") { // NixOS sets these of itself
			out = append(out, name+"="+value)
		}
	}
	slices.Sort(out)
	return out
}

// sameComments requires each comment in the module.
func sameComments(t *testing.T, name, text string, main *Source, dropins []Source) {
	t.Helper()
	if main != nil {
		dropins = append([]Source{*main}, dropins...)
	}
	for _, s := range dropins {
		for _, c := range unitfile.Parse(s.Name, s.Text).Comments {
			if want := strings.TrimRight("# "+commentText(c.Text), " "); !strings.Contains(text, want) && !strings.Contains(text, c.Text) {
				t.Errorf("%s: the comment %q is lost", name, c.Text)
			}
		}
	}
}

func TestFromUnitRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"a", "[Service]\nExecStart=/bin/a\n", "not a unit name"},
		{"a.conf", "[Service]\nExecStart=/bin/a\n", "not a unit name"},
		{"a.scope", "[Scope]\nSlice=a.slice\n", "not a unit name"},
		{"../a.service", "[Service]\nExecStart=/bin/a\n", "not a unit name"},
		{"a.service", "", "sets nothing"},
		{"a.service", "[Service\nExecStart=/bin/a\n", "does not load"},
	} {
		if _, err := FromUnit(c.name, &Source{c.name, []byte(c.text)}, nil, Target{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: the error is %v, which does not say %q", c.name, err, c.says)
		}
	}
}

// The cost is in proportion to the text.
func TestFromUnitIsBounded(t *testing.T) {
	testtool.Long(t)
	many := func(n int, line func(i string) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(strconv.Itoa(i)))
		}
		return b.String()
	}
	for name, text := range map[string]func(n int) string{
		"comments": func(n int) string { return "[Service]\n" + strings.Repeat("# c\n", n) + "ExecStart=/bin/a\n" },
		"headers":  func(n int) string { return strings.Repeat("[Service]\n#\n", n) + "ExecStart=/bin/a\n" },
		"keys":     func(n int) string { return "[Service]\n" + many(n, func(i string) string { return "K" + i + "=1\n" }) },
		"lines":    func(n int) string { return "[Service]\n" + strings.Repeat("ExecStart=/bin/a\n", n) },
		"sections": func(n int) string { return many(n, func(i string) string { return "[X" + i + "]\n# c\nA=1\n" }) },
		"variables": func(n int) string {
			return "[Service]\nEnvironment=" + many(n, func(i string) string { return "A" + i + "=1 " })
		},
		"units": func(n int) string {
			return "[Unit]\nAfter=" + many(n, func(i string) string { return "a" + i + ".service " })
		},
		"paths": func(n int) string {
			return "[Service]\nExecStart=" + many(n, func(i string) string { return "/nix/store/00000000000000000000000000000000-a" + i + " " })
		},
		"braces": func(n int) string { return "[Service]\nExecStart=" + strings.Repeat("${", n) },
	} {
		for _, dropin := range []bool{false, true} {
			cost := func(n int) uint64 {
				main, dropins := &Source{"a.service", []byte(text(n) + "\n")}, []Source(nil)
				if dropin {
					main, dropins = nil, []Source{{"a.conf", main.Text}}
				}
				return testtool.Allocated(func() {
					m, err := FromUnit("a.service", main, dropins, Target{})
					if err != nil {
						t.Fatal(name, err)
					}
					if _, err := m.Text(); err != nil {
						t.Fatal(name, err)
					}
				})
			}
			testtool.InProportion(t, name, cost(2000), cost(4000))
		}
	}
}

// Whatever is in a unit, the module is one that Nix reads and that has every
// comment.
func FuzzFromUnit(f *testing.F) {
	f.Add("a.service", "# c\n[Unit]\nAfter=b.service\n[Service]\nExecStart=/bin/sh -c 'a'\nEnvironment=A=1 \"B=2\"\n")
	f.Add("a@b.timer", "[Timer]\nOnCalendar=daily\nOnCalendar=\n")
	f.Add("a.mount", "[Mount]\nWhere=/a\nWhat=${x}\n")
	f.Add("a.service", "-------- Start of suggested service options --------\nProtectSystem=strict\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, main := range []bool{true, false} {
			s := Source{name, []byte(text)}
			first, dropins := &s, []Source(nil)
			if !main {
				first, dropins = nil, []Source{s}
			}
			m, err := FromUnit(name, first, dropins, Target{})
			if err != nil {
				continue
			}
			module, err := m.Text()
			if err != nil {
				continue
			}
			if !nixast.Parse("", module, nixast.Options{}).Accepts() {
				t.Errorf("Nix would not read\n%s", module)
			}
		}
	})
}
