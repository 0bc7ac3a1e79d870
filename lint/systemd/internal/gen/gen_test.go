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

	"wardnix/nixast/testtool"
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
// FinalKillSignal= and a value of KeyringMode=, reads UMask= in another way, and
// brings FinalHour=, a value, a capability with its check, a system call and a unit.
// Nothing but the importer is needed to have its tables.
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
		"enums.tsv -KeyringMode\tinherit shared private\tinherit<shared shared<private\t\t\t",
		"enums.tsv KeyringMode\tinherit shared<=" + last + " private final>=" + next + "\tinherit<shared shared<private\t\t\t",
		"checks.tsv CapabilityBoundingSet=~CAP_FINAL\tCapabilityBoundingSet_CAP_FINAL\t100\t1\tNot final\tMay be final\t\tfalse\tcapability_bounding_set CAP_FINAL",
		"sets.tsv capability\tCAP_FINAL\t63\t\t",
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
	for _, name := range []string{"directives.tsv", "enums.tsv", "checks.tsv", "sets.tsv", "syscalls.tsv", "upstream.tsv"} {
		old, now := lines(t, "data", name), lines(t, data, name)
		for _, line := range now {
			cells := strings.Split(line, "\t")
			if slices.Contains(old, line) || name == "upstream.tsv" && cells[2] == newest {
				continue
			}
			if i := slices.IndexFunc(old, func(o string) bool {
				return name == "directives.tsv" && strings.HasPrefix(o, cells[0]+"\t"+cells[1]) || name == "enums.tsv" && strings.HasPrefix(o, cells[0]+"\t")
			}); i >= 0 {
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
		"src/analyze/analyze-security.c":        checkTable(t),
		"src/core/execute.c":                    keyringTable,
		capabilityHeader:                        "#define CAP_CHOWN            0\n#define CAP_FINAL\t63\n",
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

// keyringTable are the values of one directive, as systemd has them.
const keyringTable = `static const char* const exec_keyring_mode_table[_EXEC_KEYRING_MODE_MAX] = {
        [EXEC_KEYRING_INHERIT] = "inherit",
        [EXEC_KEYRING_PRIVATE] = "private",
        [EXEC_KEYRING_FINAL]   = "final",
};
DEFINE_CONFIG_PARSE_ENUM(config_parse_exec_keyring_mode, exec_keyring_mode, ExecKeyringMode);
`

// checkTable writes the checks of exposure as systemd does, with a new one.
func checkTable(t *testing.T) string {
	t.Helper()
	table, err := readTable("data", "checks.tsv", 9)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("static const struct security_assessor security_assessor_table[] = {\n")
	for _, row := range append(table.rows, []string{"CapabilityBoundingSet=~CAP_FINAL", "CapabilityBoundingSet_CAP_FINAL", "100", "1", "Not final", "May be final", "", "false", "capability_bounding_set CAP_FINAL"}) {
		b.WriteString("        {\n")
		for i, field := range []string{"id", "json_field", "weight", "range", "description_good", "description_bad", "description_na"} {
			switch {
			case row[i] == "":
			case field == "weight" || field == "range":
				fmt.Fprintf(&b, "                .%s = %s,\n", field, row[i])
			default:
				fmt.Fprintf(&b, "                .%s = \"%s\",\n", field, row[i])
			}
		}
		assess, of, _ := strings.Cut(row[8], " ")
		fmt.Fprintf(&b, "                .assess = assess_%s,\n", assess)
		if of != "" {
			fmt.Fprintf(&b, "                .parameter = %s,\n", parameterOf(strings.Fields(of)))
		}
		fmt.Fprintf(&b, "                .default_dependencies_only = %s,\n        },\n", row[7])
	}
	b.WriteString("};\n")
	return b.String()
}

// parameterOf is what a check looks at, as systemd writes it.
func parameterOf(names []string) string {
	var parts []string
	for _, name := range names {
		switch {
		case strings.HasPrefix(name, "CAP_"):
			parts = append(parts, "(UINT64_C(1) << "+name+")")
		case strings.HasPrefix(name, "@"):
			parts = append(parts, "SYSCALL_FILTER_SET_"+strings.ToUpper(strings.ReplaceAll(name[1:], "-", "_")))
		case name == "mnt":
			parts = append(parts, "CLONE_NEWNS")
		default:
			parts = append(parts, "CLONE_NEW"+strings.ToUpper(name))
		}
	}
	return strings.Join(parts, " |\n                             ")
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
