package nixos

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestConfText reads the text of options: which lines there are, under which
// conditions, and where they are in the source.
func TestConfText(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"indented", `''
      # A=0
      A=1
        ;B=2
      B = 2 3
    ''`, "[Journal] A=1 at `A=1`\n[Journal] B=2 3 at `B = 2 3`\n"},
		{"quoted", `"A=1\nB=2\n\nA=1"`, "[Journal] A=1 at `A=1`\n[Journal] B=2 at `B=2`\n[Journal] A=1 at `A=1`\n"},
		{"sections", `"A=1\n[Foo]\nB=2\n[Journal]\nC=3"`, "[Journal] A=1 at `A=1`\n[Foo] B=2 at `B=2`\n[Journal] C=3 at `C=3`\n"},
		{"value not known", `''
      A=${config.x}
      B=${toString 2}
    ''`, "[Journal] A=? at `A=`\n[Journal] B=2 at `B`\n"},
		{"line not known", `''
      A=1
      ${config.x}
      B=2
    ''`, "[Journal] A=1 at `A=1`\n"},
		{"lines at times", `''
      A=1
      ${lib.optionalString config.x "B=2"}
      C=3${lib.optionalString config.x "4"}
      D=5
    ''`, "[Journal] A=1 at `A=1` if config.x\n[Journal] B=2 at `B=2` if config.x\n[Journal] C=34 at `C` if config.x\n[Journal] D=5 at `D=5` if config.x\n" +
			"[Journal] A=1 at `A=1` if !config.x\n[Journal] C=3 at `C=3` if !config.x\n[Journal] D=5 at `D=5` if !config.x\n"},
		{"one text or another", `if config.x then "A=1" else "A=2"`, "[Journal] A=1 at `A=1` if config.x\n[Journal] A=2 at `A=2` if !config.x\n"},
		{"a line goes on", `"A=1 \\\n B=2\nC=3"`, "[Journal] A=? at `A=1 \\`\n[Journal] C=3 at `C=3`\n"},
		{"concatenated", `"A=1\n" + "B=2\n"`, "[Journal] A=1 at `A=1`\n[Journal] B=2 at `B=2`\n"},
		{"no text", `config.x`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := "{ config, lib, ... }:\n{ services.journald.extraConfig = " + test.value + "; }\n"
			if diff := cmp.Diff(test.want, describeText(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// describeText describes the lines of the only configuration file of a module.
func describeText(t testing.TB, src string) string {
	p := project(t, &txtar.Archive{Files: []txtar.File{{Name: "a.nix", Data: []byte(src)}}}, Options{})
	var b strings.Builder
	for _, h := range p.Hosts() {
		for _, u := range h.Confs {
			for _, l := range u.Lines() {
				if l.Key == "" {
					continue
				}
				value, place := l.Text, "nothing"
				if !l.Known {
					value = "?"
				}
				if !l.Place.In.IsZero() {
					place = "`" + l.Place.In.File().Src[l.Place.Span.Start:l.Place.Span.End] + "`"
				}
				fmt.Fprintf(&b, "[%s] %s=%s at %s", l.Section, l.Key, value, place)
				if l.When != nil {
					fmt.Fprintf(&b, " if %s", l.When)
				}
				b.WriteString("\n")
			}
		}
	}
	return b.String()
}

// FuzzConfText looks for texts that cannot be read, or whose lines are in
// places that do not begin with their key.
func FuzzConfText(f *testing.F) {
	for _, seed := range []string{"A=1\nB=2", "''\n A=1\n ${x}\n[B]\nC=${y}z\n''", `"A=1\nA = 1\\\nB=${"c=\nd"}"`, "x: \"A=1\" + ''B''"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if len(value) > 2000 {
			return
		}
		src := "{ services.journald.extraConfig = " + value + "; }"
		p := project(t, &txtar.Archive{Files: []txtar.File{{Name: "a.nix", Data: []byte(src)}}}, Options{})
		for _, h := range p.Hosts() {
			for _, u := range h.Confs {
				for _, l := range u.Lines() {
					if in := l.Place.In; !in.IsZero() && !strings.HasPrefix(in.File().Src[l.Place.Span.Start:], l.Key) {
						t.Errorf("%q: the line %s=%s at %v", value, l.Key, l.Text, l.Place.Span)
					}
				}
			}
		}
	})
}

// TestConfFiles lists which options are configuration files.
func TestConfFiles(t *testing.T) {
	p := project(t, txtar.Parse([]byte(`
-- a.nix --
{
  systemd.settings.Manager.DefaultTimeoutStopSec = 5;
  boot.initrd.systemd.settings.Manager.DefaultTimeoutStopSec = 5;
  services.journald.namespaces.mail.settings.Journal.Storage = "volatile";
  services.resolved.dnsDelegates.corp.Delegate.DNS = "192.0.2.1";
  services.journald.remote.settings.Remote = { Seal = null; SplitMode = "host"; };
  environment.etc."systemd/logind.conf.d/x.conf".text = "[Login]\nKillUserProcesses=no";
  environment.etc."systemd/system/x.conf".text = "[Login]\nKillUserProcesses=no";
  containers.web.config.services.logind.settings.Login.KillUserProcesses = true;
  services.logind.settings.Other.Key = 1;
}
`)), Options{})
	var got []string
	for _, h := range p.Hosts() {
		for _, u := range h.Confs {
			for _, l := range u.Lines() {
				got = append(got, fmt.Sprintf("%s %s [%s] %s=%s", u.Scope, u.Name, u.Conf(), l.Key, l.Text))
			}
		}
	}
	want := []string{
		"system corp.dns-delegate [Delegate] DNS=192.0.2.1",
		"system journal-remote.conf [Remote] SplitMode=host",
		"system journald@mail.conf [Journal] Storage=volatile",
		"system logind.conf.d/x.conf [Login] KillUserProcesses=no",
		"system system.conf [Manager] DefaultTimeoutStopSec=5",
		"initrd system.conf [Manager] DefaultTimeoutStopSec=5",
		"container web logind.conf [Login] KillUserProcesses=true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
