package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/internal/testtool"
)

// TestTablesAreCurrent generates the Go tables again and compares them with those
// that are compiled.
func TestTablesAreCurrent(t *testing.T) {
	tables, err := generate("data")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range tables {
		got, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Error(err)
		} else if string(got) != string(want) {
			t.Errorf("%s differs from what the data files say; run go generate ./lint/systemd/directive", name)
		}
	}
}

// TestNextRelease makes up the next systemd, which has all of the newest release but
// FinalKillSignal=, reads UMask= in another way, and brings FinalHour=, a system
// call and a unit. Nothing but the importer is needed to have its tables.
func TestNextRelease(t *testing.T) {
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS("data")); err != nil {
		t.Fatal(err)
	}
	newest := newestIn(t)
	last, next := strconv.Itoa(newest), strconv.Itoa(newest+1)
	if err := run(nextRelease(t, next), data, packages(t)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"directives.tsv FinalHour\tService\t" + next + "\t\tsec\toverride\terror: warning, ignored, the earlier value stays\tnone\tfalse\t\tsystemd.service\t\t",
		"directives.tsv -FinalKillSignal\tService,Socket,Mount,Swap,Scope\t\t\tsignal\toverride\terror: warning, ignored, the earlier value stays\tnone\tfalse\t\tsystemd.kill\t\t",
		"directives.tsv FinalKillSignal\tService,Socket,Mount,Swap,Scope\t\t" + last + "\tsignal\toverride\terror: warning, ignored, the earlier value stays\tnone\tfalse\t\tsystemd.kill\t\t",
		"directives.tsv -UMask\tService,Socket,Mount,Swap\t\t\tmode\toverride\terror: warning, ignored, the earlier value stays\tnone\tfalse\t\tsystemd.exec\t\t",
		"directives.tsv UMask\tService,Socket,Mount,Swap\t\t\tmask mode<" + next + "\toverride\terror: warning, ignored, the earlier value stays\tnone\tfalse\t\tsystemd.exec\t\t",
		"syscalls.tsv @known\t" + next + "\tfinal_call",
		"syscalls.tsv @swap\t" + next + "\tswapoff swapon final_call",
		"upstream.tsv systemd-final.service\t" + next + "\t\tService\tExecStart\t/upstream",
		"upstream.tsv systemd-final.service\t" + next + "\t\tService\tProtectSystem\tstrict",
	}
	if diff := cmp.Diff(want, changed(t, data, last)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// newestIn returns the newest version that the data files have.
func newestIn(t *testing.T) int {
	t.Helper()
	versions, err := readTable("data", "versions.tsv", 3)
	if err != nil {
		t.Fatal(err)
	}
	newest, err := newestVersion(versions)
	if err != nil {
		t.Fatal(err)
	}
	return newest
}

// packages returns a directory for the tables.
func packages(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	for _, name := range []string{"directive", "security", "unitfile"} {
		if err := os.Mkdir(filepath.Join(out, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// changed returns the rows that differ from those of the project, without those of
// units that the made-up release has not.
func changed(t *testing.T, data, newest string) []string {
	t.Helper()
	var list []string
	for _, name := range []string{"directives.tsv", "syscalls.tsv", "upstream.tsv"} {
		old, now := lines(t, "data", name), lines(t, data, name)
		for _, line := range now {
			cells := strings.Split(line, "\t")
			if slices.Contains(old, line) || name == "upstream.tsv" && cells[2] == newest {
				continue
			}
			if i := slices.IndexFunc(old, func(o string) bool { return name == "directives.tsv" && strings.HasPrefix(o, cells[0]+"\t"+cells[1]) }); i >= 0 {
				list = append(list, name+" -"+old[i])
			}
			list = append(list, name+" "+line)
		}
	}
	return list
}

func lines(t *testing.T, directory, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(directory, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// nextRelease makes the git repository of the made-up release.
func nextRelease(t *testing.T, version string) string {
	t.Helper()
	testtool.Need(t, "git")
	tree := t.TempDir()
	core, others := parserTables(t)
	for path, text := range map[string]string{
		"src/core/load-fragment-gperf.gperf.in": core,
		"src/other/other-gperf.gperf":           others,
		"src/shared/seccomp-util.c":             groupTable(t),
		"src/basic/syscall-list.txt":            "read\nwrite\nfinal_call\n",
		"units/systemd-final.service.in":        "[Service]\nExecStart={{LIBEXECDIR}}/systemd-final\nProtectSystem=strict\n",
	} {
		file := filepath.Join(tree, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", version}, {"tag", "v" + version + "-rc1"}, {"tag", "v" + version}} {
		cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = tree
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return tree
}

// parserTables writes the directives of the newest release as systemd does, but for
// the differences of the made-up one.
func parserTables(t *testing.T) (core, others string) {
	t.Helper()
	table, err := readTable("data", "directives.tsv", directiveColumns)
	if err != nil {
		t.Fatal(err)
	}
	var b, c strings.Builder
	b.WriteString("{%- macro LAST_ITEMS(type) -%}\n{{type}}.FinalHour, config_parse_sec, 0, 0\n{%- endmacro -%}\n")
	for _, row := range table.rows {
		parser := strings.Fields(row[colParsers])[0]
		switch {
		case row[colUntil] != "" || row[colName] == "FinalKillSignal":
			continue
		case row[colName] == "UMask":
			parser = "mask"
		case strings.HasPrefix(row[colStatus], "ignored"):
			parser = "warn_compat"
		}
		for section := range strings.SplitSeq(row[colSections], ",") {
			to := &b
			if configuration[section] {
				to = &c
			}
			fmt.Fprintf(to, "%s.%s, config_parse_%s, 0, 0\n", section, row[colName], parser)
		}
	}
	b.WriteString("{{ LAST_ITEMS('Service') }}\n")
	return b.String(), c.String()
}

// groupTable writes the groups of system calls in the same way.
func groupTable(t *testing.T) string {
	t.Helper()
	table, err := readTable("data", "syscalls.tsv", 3)
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]string{}
	for _, row := range table.rows {
		groups[row[0]] = row[2]
	}
	delete(groups, "@known") // a file of its own
	groups["@swap"] += " final_call"
	var b strings.Builder
	b.WriteString("const SyscallFilterSet syscall_filter_sets[] = {\n")
	for _, name := range sortedKeys(groups) {
		fmt.Fprintf(&b, "        .name = %q,\n        .value =\n", name)
		for member := range strings.FieldsSeq(groups[name]) {
			fmt.Fprintf(&b, "        \"%s\\0\"\n", member)
		}
	}
	b.WriteString("};\n")
	return b.String()
}
