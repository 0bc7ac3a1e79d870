package rules_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/nixos"
	"wardnix/nixast"
	"wardnix/nixast/testtool"
	"wardnix/rules"
	"wardnix/rules/profile"
)

const goodServer = "../testdata/server/good"

// server reads the sample server, with other contents for some of its files.
func server(t *testing.T, changed map[string]string) *nixos.Project {
	t.Helper()
	overlay := map[string]string{}
	for name, text := range changed {
		overlay[name] = text
	}
	p, err := nixos.Load(context.Background(), nixos.Options{Dir: goodServer, Overlay: overlay}, ".")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A serverRow is a row of the baselines as it is in the sample server.
type serverRow struct {
	file    string
	name    string // the path of the binding
	binding nixast.Binding
	last    bool // nothing follows it in its group of lines
}

// serverRows are all rows of the sample server.
func serverRows(t *testing.T) []serverRow {
	p := server(t, nil)
	var out []serverRow
	for _, file := range []string{"containers/cloudflared.nix", "modules/systemd.nix", "modules/network.nix"} {
		for n := range p.File(file).Tree.Root().Descendants() {
			b, ok := n.AsBinding()
			if !ok || !isRow(b) {
				continue
			}
			out = append(out, serverRow{file, b.Path().Text(), b, lastInGroup(b)})
		}
	}
	return out
}

var rowName = regexp.MustCompile(`^(after|wants|wantedBy|Restart|RestartSec|User|Group|UMask|KeyringMode|Private\w+|Protect\w+|ProcSubset|` +
	`ReadOnlyPaths|AmbientCapabilities|CapabilityBoundingSet|Restrict\w+|SystemCall\w+|NoNewPrivileges|LockPersonality|` +
	`MemoryDenyWriteExecute|RemoveIPC|\w+WatchdogSec|.*suppressedUnits|.*enableEmergencyMode|[a-z-]+\.enable)$`)

func isRow(b nixast.Binding) bool {
	return rowName.MatchString(b.Path().Text()) && b.Value().Kind() != nixast.AttrSet
}

// lastInGroup reports whether the line after b begins no other binding.
func lastInGroup(b nixast.Binding) bool {
	rest := b.File().Src[b.Span().End:]
	_, rest, _ = strings.Cut(rest, "\n")
	line, _, _ := strings.Cut(rest, "\n")
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "}")
}

// without is the file of a row without the lines of that row.
func (r serverRow) without() string { return r.replaced("") }

// replaced is the file of a row with other text for its lines.
func (r serverRow) replaced(text string) string {
	src := r.binding.File().Src
	start := strings.LastIndexByte(src[:r.binding.Span().Start], '\n') + 1
	end := r.binding.Span().End + strings.IndexByte(src[r.binding.Span().End:], '\n') + 1
	return src[:start] + text + src[end:]
}

// Deleting any one row gives exactly one finding, and the fixes bring it back.
func TestServerWithoutOneRow(t *testing.T) {
	all := lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()}
	good := server(t, nil)
	if r := linttest.Lint(t, &all, good); len(r.Findings) > 0 {
		t.Fatalf("the good server has findings: %s", r.Findings[0].Message)
	}
	rows := serverRows(t)
	if want := 52; len(rows) != want {
		t.Fatalf("the server has %d rows, not %d", len(rows), want)
	}
	var results []string
	for i, row := range rows {
		if testing.Short() && i%8 != 0 {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			bad := server(t, map[string]string{row.file: row.without()})
			if found := linttest.Lint(t, &all, bad).Findings; len(found) != 1 {
				t.Fatalf("%d findings: %v", len(found), messages(found))
			}
			r := linttest.Repair(t, &all, bad, lint.Unsafe)
			if len(r.Findings) != 0 || len(r.Bugs) != 0 || len(r.Changes) != 1 || r.Changes[0].File.Name != row.file {
				t.Fatalf("findings %v, bugs %v, %d changes", messages(r.Findings), r.Bugs, len(r.Changes))
			}
			compareFixed(t, row, r.Changes[0].New)
			if diff := cmp.Diff(rendered(good), rendered(r.Project)); diff != "" {
				t.Errorf("the units are not the good ones\n%s", diff)
			}
			results = append(results, r.Changes[0].New)
		})
	}
	nixParses(t, results)
}

// compareFixed requires the same bytes where the row was last in its group,
// and for the same lines, in whatever order, elsewhere. A comment after the row
// went with it.
func compareFixed(t *testing.T, row serverRow, fixed string) {
	t.Helper()
	want := row.binding.File().Src
	comment := row.binding.CommentAfter()
	if !comment.IsZero() {
		s := comment.Span()
		want = strings.TrimRight(want[:s.Start], " ") + want[s.End:]
	}
	if row.last && fixed != want {
		t.Errorf("the bytes are not the same\n%s", cmp.Diff(want, fixed))
	}
	a, b := strings.Split(want, "\n"), strings.Split(fixed, "\n")
	slices.Sort(a)
	slices.Sort(b)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("the lines are not the same\n%s", diff)
	}
}

func messages(fs []lint.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Rule.ID+" "+f.Message)
	}
	return out
}

// rendered are all units of a project as text.
func rendered(p *nixos.Project) string {
	var b strings.Builder
	for _, h := range p.Hosts() {
		for _, u := range h.Units {
			fmt.Fprintf(&b, "%s %s %s %v\n", h.Name, u.Scope, u.Name, u.Enabled())
			b.WriteString(unitText(u))
		}
	}
	return b.String()
}

func unitText(u *nixos.Unit) string {
	var b strings.Builder
	section := ""
	for _, l := range u.Lines() {
		if l.Section != section {
			section = l.Section
			fmt.Fprintf(&b, "[%s]\n", section)
		}
		fmt.Fprintf(&b, "%s=%s\n", l.Key, l.Shown)
	}
	return b.String()
}

// Each row set to less than the baseline, or to something systemd ignores, gives
// exactly one finding, and the fixes repair it.
func TestServerWithOneRowWeaker(t *testing.T) {
	all := lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()}
	values := map[string][]string{
		"after": {`[ "network.target" ]`, `[ ]`}, "wants": {`[ ]`}, "wantedBy": {`[ "default.target" ]`},
		"Restart": {`"no"`, `"on-success"`}, "RestartSec": {`null`},
		"User": {`"root"`, `"nobody"`}, "Group": {`"root"`},
		"UMask": {`"0022"`, `"0027"`, `"u=rwx"`, `63`}, "KeyringMode": {`"shared"`, `"inherit"`, `"none"`},
		"ProtectSystem": {`"full"`, `true`, `"Strict"`, `false`}, "ProtectHome": {`"read-only"`, `"tmpfs"`, `false`},
		"ProcSubset": {`"all"`, `true`}, "ProtectProc": {`"noaccess"`, `"default"`, `true`},
		"ReadOnlyPaths":       {`[ "/etc" ]`},
		"AmbientCapabilities": {`[ ]`, `[ "CAP_NET_ADMIN" ]`}, "CapabilityBoundingSet": {`[ ]`, `[ "CAP_NET_ADMIN" ]`, `"~CAP_SYS_ADMIN"`},
		"RestrictAddressFamilies": {`[ ]`, `""`, `[ "AF_INET" "AF_INET6" "AF_UNIX" ]`, `"~AF_PACKET"`},
		"SystemCallArchitectures": {`"native x86"`, `""`},
		"SystemCallFilter":        {`[ ]`, `[ "~@clock" "@debug" ]`, `[ "@system-service" ]`, `[ "~@clock" "~@debug" ]`},
		"RuntimeWatchdogSec":      {`"16s"`, `"5min"`, `60`}, "RebootWatchdogSec": {`"31s"`, `600`}, "KExecWatchdogSec": {`"61s"`, `"1h"`},
		"systemd.enableEmergencyMode":         {`true`},
		"boot.initrd.systemd.suppressedUnits": {`[ "emergency.service" ]`},
		"pre-sleep.enable":                    {`true`},
		"systemd-networkd-wait-online.enable": {`true`},
		"wait-online.enable":                  {`true`},
	}
	var results []string
	for i, row := range serverRows(t) {
		if testing.Short() && i%8 != 0 {
			continue
		}
		weaker, ok := values[row.name]
		if !ok {
			weaker = []string{`false`, `"flase"`}
			if strings.HasSuffix(row.name, ".enable") {
				weaker = []string{`true`}
			}
		}
		for _, value := range weaker {
			t.Run(row.name+"="+value, func(t *testing.T) {
				text := fmt.Sprintf("      %s = %s;\n", row.name, value)
				bad := server(t, map[string]string{row.file: row.replaced(text)})
				if found := linttest.Lint(t, &all, bad).Findings; len(found) != 1 {
					t.Fatalf("%d findings: %v", len(found), messages(found))
				}
				r := linttest.Repair(t, &all, bad, lint.Unsafe)
				if len(r.Findings) != 0 || len(r.Bugs) != 0 {
					t.Fatalf("findings %v, bugs %v", messages(r.Findings), r.Bugs)
				}
				for _, c := range r.Changes {
					results = append(results, c.New)
				}
			})
		}
	}
	nixParses(t, results)
}

// nixParses asks Nix whether it takes all the texts.
func nixParses(t *testing.T, texts []string) {
	t.Helper()
	testtool.Need(t, "nix-instantiate")
	dir := t.TempDir()
	args := []string{"--parse"}
	for i, text := range texts {
		name := filepath.Join(dir, fmt.Sprintf("%d.nix", i))
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	cmd := exec.Command("nix-instantiate", args...)
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_STATE_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("nix-instantiate --parse: %v\n%.2000s", err, out)
	}
}

var overall = regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`)

// The exposure that systemd itself computes is the good server's again after
// the fixes, whatever row was missing.
func TestServerExposure(t *testing.T) {
	testtool.Need(t, "systemd-analyze")
	all := lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()}
	want := exposures(t, server(t, nil))
	if len(want) != 2 {
		t.Fatalf("exposures of %v", slices.Sorted(maps.Keys(want)))
	}
	for i, row := range serverRows(t) {
		if row.file == "modules/network.nix" || strings.Contains(row.name, ".") {
			continue // no directive of a service
		}
		if testing.Short() && i%16 != 0 {
			continue
		}
		bad := server(t, map[string]string{row.file: row.without()})
		r := linttest.Repair(t, &all, bad, lint.Unsafe)
		if diff := cmp.Diff(want, exposures(t, r.Project)); diff != "" {
			t.Errorf("%s\n%s", row.name, diff)
		}
	}
}

// exposures are what systemd says of the services of a project: of journald
// with its own unit below the drop-in.
func exposures(t *testing.T, p *nixos.Project) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, h := range p.Hosts() {
		for _, u := range h.Units {
			switch u.Name {
			case "cloudflared-tunnel.service":
				out[u.Name] = exposure(t, u.Name, unitText(u), "")
			case "systemd-journald.service":
				own, err := os.ReadFile("/lib/systemd/system/systemd-journald.service")
				if err != nil {
					testtool.Lack(t, "systemd's own unit of journald is not there")
				}
				out[u.Name] = exposure(t, u.Name, string(own), unitText(u))
			}
		}
	}
	return out
}

var interpolation = regexp.MustCompile(`\$\{[^}]*\}`)

func exposure(t *testing.T, name, text, dropin string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(path, text string) {
		text = interpolation.ReplaceAllString(text, "/run/x")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, name), text)
	if dropin != "" {
		write(filepath.Join(dir, name+".d", "overrides.conf"), dropin)
	}
	out, _ := exec.Command("systemd-analyze", "security", "--no-pager", "--offline=true", filepath.Join(dir, name)).CombinedOutput()
	m := overall.FindSubmatch(out)
	if m == nil {
		t.Fatalf("systemd-analyze security says no number:\n%.2000s", out)
	}
	return string(m[1])
}
