package unit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/unit"
)

// service is a unit whose service has these bindings, after a let block of its own.
func service(t *testing.T, bindings string) *unit.Unit {
	t.Helper()
	return namedUnits(t, `{ config, lib, pkgs, ... }:
let
  up = pkgs.writeShellScript "up" "modprobe tun; exec sleep 5";
  app = pkgs.writeShellApplication { name = "app"; text = "curl https://example.org"; };
  python = pkgs.writers.writePython3 "py" { } "modprobe = 1";
in
{ systemd.services.web = { `+bindings+` }; }`)["web.service"]
}

// shownCommand is a command with its key, and marks of what is known of it.
func shownCommand(c *unit.Command) string {
	var marks strings.Builder
	for _, m := range []struct {
		set  bool
		mark string
	}{{c.Outside, "+"}, {c.AsRoot && !c.Outside, "!"}, {c.MayFail, "-"}, {c.Conditional, "?"}, {c.Reads, ">"}} {
		if m.set {
			marks.WriteString(m.mark)
		}
	}
	return fmt.Sprintf("%s %s%s", c.Key, marks.String(), strings.Join(c.Words, "|"))
}

func TestUnitCommands(t *testing.T) {
	for _, test := range []struct {
		name, bindings string
		want           []string
	}{
		{"words", `serviceConfig.ExecStart = "/bin/a 'b c' \"d e\" ${pkgs.f}/g";`, []string{"ExecStart /bin/a|b c|d e|${pkgs.f}/g"}},
		{"prefixes", `serviceConfig = { ExecStartPre = [ "+/bin/a" "!-/bin/b" "@/bin/c d e" ]; ExecStart = "/bin/f"; };`,
			[]string{"ExecStart /bin/f", "ExecStartPre +/bin/a", "ExecStartPre !-/bin/b", "ExecStartPre /bin/c|e"}},
		{"several in one line", `serviceConfig = { Type = "oneshot"; ExecStart = "/bin/a b ; /bin/c"; };`, []string{"ExecStart /bin/a|b", "ExecStart /bin/c"}},
		{"refused", `serviceConfig.ExecStart = "bin/a b";`, nil},
		{"lines", `serviceConfig.ExecStart = "/bin/a \\\n  b\n/bin/c";`, []string{"ExecStart /bin/a|b"}},
		{"line after an empty one", `serviceConfig.ExecStart = "\n/bin/a";`, nil},
		{"main program", `serviceConfig.ExecStart = lib.getExe pkgs.hello;`, []string{"ExecStart ${pkgs.hello}/bin/${main program of pkgs.hello}"}},
		{"runners", `serviceConfig.ExecStart = "/bin/env -u A B=c /bin/timeout -k 5 10 nice -n 3 /bin/a b";`, []string{"ExecStart /bin/a|b"}},
		{"shell", `serviceConfig.ExecStart = "/bin/sh -ec 'a b || true; c'";`, []string{"ExecStart >/bin/sh|-ec|a b || true; c", "ExecStart -a|b", "ExecStart ?true", "ExecStart c"}},
		{"shell with options", `serviceConfig.ExecStart = "/bin/bash -o pipefail -c 'a'";`, []string{"ExecStart >/bin/bash|-o|pipefail|-c|a", "ExecStart a"}},
		{"shell of a file", `serviceConfig.ExecStart = "/bin/sh ${up} x";`, []string{`ExecStart >/bin/sh|${pkgs.writeShellScript "up" "modprobe tun; exec sleep 5"}|x`, "ExecStart modprobe|tun", "ExecStart sleep|5"}},
		{"program of the project", `serviceConfig.ExecStart = "+${up} x";`, []string{`ExecStart +>${pkgs.writeShellScript "up" "modprobe tun; exec sleep 5"}|x`, "ExecStart +modprobe|tun", "ExecStart +sleep|5"}},
		{"application", `serviceConfig.ExecStart = "${app}/bin/app";`, []string{`ExecStart >${pkgs.writeShellApplication { name = "app"; text = "curl https…}/bin/app`, "ExecStart curl|https://example.org"}},
		{"program that no shell reads", `serviceConfig.ExecStart = "${python}";`, []string{`ExecStart ${pkgs.writers.writePython3 "py" { } "modprobe = 1"}`}},
		{"script", `script = "a ${config.x}\nif b; then c; fi";`,
			[]string{"ExecStart >${unit-script-web-start}/bin/web-start", "script a|${config.x}", "script -b", "script ?c"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			commands := service(t, test.bindings).Commands()
			for i := range commands {
				got = append(got, shownCommand(&commands[i]))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestFlags(t *testing.T) {
	c := service(t, `serviceConfig.ExecStart = "/bin/a --b=c --d e -f";`).Commands()[0]
	var got []string
	for flag, value := range c.Flags() {
		got = append(got, flag+" "+value)
	}
	if diff := cmp.Diff([]string{"--b c", "--d e", "-f "}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTexts(t *testing.T) {
	var got []string
	for _, text := range service(t, `
		environment.TOKEN = "t";
		script = "x ${up}";
		serviceConfig = { Environment = [ "A=b" ]; ExecStartPre = lib.mkIf config.c "${python} ${config.d}"; };`).Texts() {
		got = append(got, fmt.Sprintf("%s %s program=%t shell=%t sure=%t %q", text.Key, text.Variable, text.Program, text.Shell, text.When == nil, text.String()))
	}
	want := []string{
		`Environment  program=false shell=false sure=true "A=b"`,
		`ExecStartPre  program=false shell=false sure=false "\x00 \x00"`,
		`ExecStartPre  program=true shell=false sure=false "modprobe = 1"`,
		`Environment TOKEN program=false shell=false sure=true "t"`,
		`script  program=false shell=true sure=true "x \x00"`,
		`script  program=true shell=true sure=true "modprobe tun; exec sleep 5"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
