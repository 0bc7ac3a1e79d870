package rules_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/report"
	"wardnix/nixast/testtool"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// parts joins n texts with the number of each for %[1]d, and that of the one before for
// %[2]d.
func parts(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i+1, i)
	}
	return b.String()
}

// growing are projects of n parts by what they are made of, as the texts of their files.
var growing = map[string]func(n int) map[string]string{
	"services with findings": func(n int) map[string]string {
		return module(parts(n, `systemd.services.s%[1]d = { script = "x"; serviceConfig = { ProtectSystem = "ful"; UMask = 77; Nonsense = 1; }; };`))
	},
	"services on one line": func(n int) map[string]string {
		return module(strings.ReplaceAll(parts(n, `systemd.services.s%[1]d = { script = "x"; serviceConfig.ProtectSystem = "ful"; };`), "\n", " "))
	},
	"services of one function": func(n int) map[string]string {
		return module(fmt.Sprintf(`systemd.services = lib.genAttrs (map toString (lib.range 1 %d)) (n: { script = n; serviceConfig.ProtectSystem = "ful"; });`, n))
	},
	"services that need each other": func(n int) map[string]string {
		return module(parts(n, `systemd.services.s%[1]d = { script = "x"; requires = [ "s%[2]d.service" ]; wantedBy = [ "t%[1]d.target" ]; };`))
	},
	"services that need names nobody has": func(n int) map[string]string {
		return module(parts(n, `systemd.services.long-name-%[1]d = { script = "x"; after = [ "longname-%[1]d.service" ]; wantedBy = [ "multiuser.target" ]; };`))
	},
	"timers and misspelled services": func(n int) map[string]string {
		return module(parts(n, `systemd.timers.job-number-%[1]d = { wantedBy = [ "timers.target" ]; timerConfig = { OnCalendar = "daily"; Unit = "job-numbr-%[1]d.service"; }; }; systemd.services.job-number-%[1]d.script = "x";`))
	},
	"bus names and addresses": func(n int) map[string]string {
		return module(parts(n, `systemd.services.s%[1]d = { script = "x"; serviceConfig = { Type = "dbus"; BusName = "org.example.S%[1]d"; }; }; systemd.sockets.s%[1]d.listenStreams = [ "127.0.0.1:%[1]d" ];`))
	},
	"services in a ring": func(n int) map[string]string {
		return module(strings.ReplaceAll(parts(n, `systemd.services.s%[1]d = { script = "x"; after = [ "s%[2]d.service" ]; requires = [ "s%[2]d.service" ]; };`), `"s0.service"`, fmt.Sprintf(`"s%d.service"`, n)))
	},
	"services of users": func(n int) map[string]string {
		return module(parts(n, `systemd.services.s%[1]d = { script = "x"; serviceConfig.User = "u%[1]d"; };`))
	},
	"sockets": func(n int) map[string]string {
		return module(parts(n, `systemd.sockets.s%[1]d.listenStreams = [ "/run/%[1]d" ]; systemd.services."s%[1]d@".script = "x";`))
	},
	"masks": func(n int) map[string]string {
		return module(parts(n, `systemd.services.s%[1]d.enable = false;`))
	},
	"directives of one service": func(n int) map[string]string {
		return module(`systemd.services.s.serviceConfig = {` + parts(n, `Nonsense%[1]d = 1;`) + `};`)
	},
	"secrets": func(n int) map[string]string {
		return module(`systemd.services.s = { script = "x"; environment = {` + parts(n, `PASSWORD%[1]d = "hunter%[1]d";`) + `}; };`)
	},
	"a long script": func(n int) map[string]string {
		return module(`systemd.services.s.script = ''` + parts(n, `curl --header "Authorization: Bearer x%[1]d" | sudo tee /etc/x%[1]d`) + `'';`)
	},
	"suppressions": func(n int) map[string]string {
		return module(parts(n, `# wardnix: ignore[D002] x%[1]d`+"\n"+`systemd.services.s%[1]d = { script = "x"; serviceConfig.ProtectSystem = "ful"; };`))
	},
	"rules in one suppression": func(n int) map[string]string {
		return module("# wardnix: ignore[" + strings.ReplaceAll(parts(n, "rule-%[1]d,"), "\n", " ") + "D002] x\n" + `systemd.services.s.script = "x";`)
	},
	"hosts": func(n int) map[string]string {
		return map[string]string{
			"flake.nix": "{ outputs = { nixpkgs, ... }: { nixosConfigurations = { " + parts(n, `h%[1]d = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; };`) + " }; }; }",
			"a.nix":     `{ systemd.services.a = { script = "x"; serviceConfig.ProtectSystem = "ful"; }; }`,
		}
	},
	"hosts with several services": func(n int) map[string]string {
		return map[string]string{
			"flake.nix": "{ outputs = { nixpkgs, ... }: { nixosConfigurations = { " + parts(n, `h%[1]d = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; };`) + " }; }; }",
			"a.nix":     "{ " + parts(8, `systemd.services.a%[1]d = { script = "x"; after = [ "b%[1]d.service" ]; serviceConfig.ProtectSystem = "ful"; };`) + " }",
		}
	},
	"files": func(n int) map[string]string {
		texts := map[string]string{}
		for i := range n {
			texts[fmt.Sprintf("f%d.nix", i)] = fmt.Sprintf(`{ systemd.services.s%d = { script = "x"; serviceConfig.ProtectSystem = "ful"; }; }`, i)
		}
		return texts
	},
	"patterns and files": func(n int) map[string]string {
		texts := map[string]string{".gitignore": parts(n, "x%[1]d\n/y%[1]d\nz%[1]d*")}
		for i := range n {
			texts[fmt.Sprintf("f%d.nix", i)] = `{ }`
		}
		return texts
	},
}

func module(text string) map[string]string {
	return map[string]string{"configuration.nix": "{ lib, config, ... }: {\n" + text + "\n}\n"}
}

// allocated is how many bytes it takes to lint a project, to fix it and to print what is
// found.
func allocated(t *testing.T, texts map[string]string) (all, printed int) {
	t.Helper()
	full, err := report.FindFormat("full")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l := lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()[:2]}
	var out counter
	if err := full.Write(&out, &report.Report{Result: linttest.Lint(t, &l, loadProject(t, texts)), Rules: rules.All()}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc), int(out)
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

var _ io.Writer = new(counter)

// A project that is twice as large takes twice as much to lint.
func TestGrowth(t *testing.T) {
	testtool.Long(t)
	for name, project := range growing {
		t.Run(name, func(t *testing.T) {
			n := 40
			small, less := allocated(t, project(n))
			for n < 160 {
				n *= 2
				large, more := allocated(t, project(n))
				t.Logf("%4d: %7d KiB allocated, %6d KiB printed", n, large>>10, more>>10)
				const most, slack = 2.5, 2 << 20
				if float64(large) > most*float64(small)+slack {
					t.Errorf("%d parts take %d KiB, and half of them %d KiB", n, large>>10, small>>10)
				}
				if more > 3*less+1<<10 {
					t.Errorf("%d parts print %d bytes, and half of them %d bytes", n, more, less)
				}
				small, less = large, more
			}
		})
	}
}
