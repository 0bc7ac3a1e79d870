package audit

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/lint/unitfiles"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// system is one of units given as their name and their files, the first the
// unit file.
func system(units ...[]string) *System {
	s := &unitfiles.System{Name: "host", SystemdVersion: 257}
	for _, u := range units {
		one := &unitfiles.Unit{Name: u[0], Masked: len(u) == 1}
		for i, text := range u[1:] {
			path := u[0]
			if i > 0 {
				path += fmt.Sprintf(".d/%d.conf", i)
			}
			one.Files = append(one.Files, unitfiles.File{Path: path, Text: text})
		}
		s.Units = append(s.Units, one)
	}
	return New(s, nixos.Release{}, 0)
}

// Of a unit that systemd brings, or that runs a script out of sight, it is not
// said what it runs.
func TestElsewhere(t *testing.T) {
	for text, want := range map[string]bool{
		"[Service]\nExecStart=/bin/a\n": false,
		"[Service]\nExecStart=/nix/store/1111111111111111111111111111111a-unit-script-a-start/bin/a-start\n": true,
		"#  This file is part of systemd.\n[Service]\nExecStart=/bin/a\n":                                    true,
	} {
		m := translate(system([]string{"a.service", text + "User=a\n"}).Units, false)
		if got := !strings.Contains(m.text.String(), "ExecStart"); got != want || !strings.Contains(m.text.String(), "User") {
			t.Errorf("%q: elsewhere is %v", text, got)
		}
	}
}

// strict is a rule that requires ProtectSystem=strict, and knows how to get
// it.
func strict() *lint.Rule {
	return &lint.Rule{Page: lint.Page{ID: "B901", Name: "strict", Severity: lint.Warning, Audit: true}, Check: func(p *lint.Pass) {
		for _, h := range p.Project.Hosts() {
			for _, u := range h.Units {
				o := u.Directive("Service", "ProtectSystem")
				text, _ := o.Text()
				if u.Type() != "service" || text == "strict" {
					continue
				}
				f := lint.Finding{Message: u.Name, Units: []unit.Ref{{Unit: u.Name}}, About: []unit.Ref{{Unit: u.Name, Section: "Service", Key: "ProtectSystem"}}}
				edit := lint.FileEdit{}
				if o.IsSet() {
					b, _ := o.Defs[0].Binding.AsBinding()
					f.File, f.Span = b.File(), b.Value().Span()
					edit.Start, edit.End, edit.New = f.Span.Start, f.Span.End, `"strict"`
				} else {
					site := u.Site("Service")
					f.File, f.Span = site.Set.File(), site.Set.Parent().Child(0).Span()
					edit.Start, edit.End, edit.New = site.Set.Span().Start+1, site.Set.Span().Start+1, ` ProtectSystem = "strict";`
				}
				edit.File = f.File
				f.Fixes = []lint.Fix{{Title: "set it", Applicability: lint.Safe, Edits: []lint.FileEdit{edit}}}
				p.Report(f)
			}
		}
	}}
}

// placed are findings as "file:line:text at the place".
func placed(fs []lint.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%s:%d:%s", f.File.Name, f.File.Position(f.Span.Start).Line, f.File.Src[f.Span.Start:f.Span.End]))
	}
	return out
}

// Findings are where the unit has what they are about, be it in a drop-in, on
// several lines, or nowhere.
func TestFindingsStandInUnits(t *testing.T) {
	sys := system(
		[]string{"a.service", "[Service]\nExecStart=/bin/a\nProtectSystem=full\n"},
		[]string{"b.service", "[Unit]\nDescription=b\n\n[Service]\nExecStart=/bin/b\n"},
		[]string{"c.service", "[Service]\nExecStart=/bin/c\nProtectSystem=yes\n", "[Service]\nProtectSystem=no\n"},
		[]string{"d.service", "[Service]\nExecStart=/bin/d\nProtectSystem=\\\n  full\n"},
		[]string{"masked.service"},
		[]string{"e.service", "[Service]\nExecStart=/bin/e\nProtectSystem=strict\n"},
	)
	found, err := sys.Lint(t.Context(), &lint.Linter{Rules: []*lint.Rule{strict()}})
	if err != nil {
		t.Fatal(err)
	}
	var plain []lint.Finding
	for _, f := range found {
		if f.Of.Name != f.Unit() || len(f.Fixes) > 0 {
			t.Errorf("%s: of %s, with %d fixes", f.Unit(), f.Of.Name, len(f.Fixes))
		}
		plain = append(plain, f.Finding)
	}
	want := []string{
		"a.service:3:full", "b.service:4:[Service]", "c.service.d/1.conf:2:no", "d.service:4:full",
	}
	if diff := cmp.Diff(want, placed(plain)); diff != "" {
		t.Error(diff)
	}
}

// A drop-in that cannot be read may set any directive of any section.
func TestUnreadDropin(t *testing.T) {
	sys := system([]string{"a.service", "[Unit]\nBindsTo=b.service\n[Service]\nExecStart=/bin/a\n"}, []string{"b.service"})
	for _, missing := range [][]unitfiles.Missing{nil, {{What: "a.service.d/1.conf", Why: "absent"}}} {
		sys.source, sys.Units[0].Missing = nil, missing
		want := eval.No
		if missing != nil {
			want = eval.Maybe
		}
		m, err := sys.translated()
		if err != nil {
			t.Fatal(err)
		}
		u := unit.NewWorld(m.project, nil, nil).Units[0]
		if got := u.DependsOn("b.service", "After"); got != want {
			t.Errorf("with %v missing, After is %v, want %v", missing, got, want)
		}
	}
}

// Lines that are no part of any section are found, too.
func TestLinesThatAreNotRead(t *testing.T) {
	rules := []*lint.Rule{{Page: lint.Page{ID: "D001", Name: "unknown", Severity: lint.Error}, Check: func(*lint.Pass) {}}}
	found, err := system([]string{"a.service", "Lost=1\n[Service]\nExecStart=/bin/a\nno equals sign\n[Servce]\nUser=a\n[X-Own]\nA=b\n"}).Lint(t.Context(), &lint.Linter{Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, f := range found {
		lines = append(lines, f.File.Position(f.Span.Start).Line)
	}
	if diff := cmp.Diff([]int{1, 4, 5}, lines); diff != "" {
		t.Error(diff)
	}
}

func TestOverrides(t *testing.T) {
	sys := system(
		[]string{"a.service", "[Service]\nExecStart=/bin/a\nProtectSystem=full\n"},
		[]string{"b@.service", "[Service]\nExecStart=/bin/b\n"},
	)
	overrides, err := sys.Overrides(t.Context(), &lint.Linter{Rules: []*lint.Rule{strict()}}, lint.Safe)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range overrides {
		got = append(got, o.String())
	}
	want := []string{
		`systemd.services.a.serviceConfig.ProtectSystem = lib.mkForce "strict";`,
		`systemd.services."b@".serviceConfig.ProtectSystem = "strict";`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func sourceOf(t *testing.T, module string) *Source {
	t.Helper()
	p, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{"web.nix": {Data: []byte(module)}, ".git/HEAD": {}}})
	if err != nil {
		t.Fatal(err)
	}
	return SourceOf(p, system())
}

// A finding goes to the binding that set the value, else to where a module would
// set it; what others set is reported as such.
func TestPlace(t *testing.T) {
	src := sourceOf(t, `{
  systemd.services.sets.serviceConfig = {
    ExecStart = "/bin/sets";
    ProtectSystem = "full";
  };
  systemd.services.lacks.serviceConfig.ExecStart = "/bin/lacks";
  systemd.services.changes.serviceConfig.User = "x";
}
`)
	sys := system(
		[]string{"sets.service", "[Service]\nExecStart=/bin/sets\nProtectSystem=full\n"},
		[]string{"lacks.service", "[Service]\nExecStart=/bin/lacks\n"},
		[]string{"changes.service", "[Service]\nExecStart=/bin/changes\nProtectSystem=yes\nUser=x\n"},
		[]string{"other.service", "[Service]\nExecStart=/bin/other\n"},
	)
	l := &lint.Linter{Rules: []*lint.Rule{strict()}}
	found, err := sys.Lint(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	overrides, err := sys.Overrides(t.Context(), l, lint.Safe)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		at := src.Place(f, overrides)
		line := placed([]lint.Finding{at})[0]
		for _, n := range at.Notes {
			line += " | " + n.Label + ": " + strings.ReplaceAll(n.Text, "\n", "\\n")
		}
		got = append(got, line)
	}
	want := []string{
		"changes.service:3:yes | note: set by nixpkgs, or by another module outside the project | " +
			`help: override it:\nsystemd.services.changes.serviceConfig.ProtectSystem = lib.mkForce "strict";`,
		"web.nix:6:systemd.services.lacks.serviceConfig.ExecStart | " +
			`help: override it:\nsystemd.services.lacks.serviceConfig.ProtectSystem = "strict";`,
		"other.service:1:[Service] | note: set by nixpkgs, or by another module outside the project | " +
			`help: override it:\nsystemd.services.other.serviceConfig.ProtectSystem = "strict";`,
		"web.nix:4:ProtectSystem",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCompare(t *testing.T) {
	const a, b = "/nix/store/1111111111111111111111111111111a-x-1", "/nix/store/2222222222222222222222222222222b-x-"
	old := system(
		[]string{"same.service", "[Service]\nExecStart=" + a + "/bin/x\n"},
		[]string{"update.service", "[Service]\nExecStart=" + a + "/bin/x\n"},
		[]string{"gone.service", "[Service]\nExecStart=/bin/gone\n"},
		[]string{"up.service", "[Service]\nExecStart=/bin/x\nProtectHome=read-only\nSystemCallFilter=@system-service\n"},
		[]string{"down.service", "[Service]\nExecStart=/bin/x\nPrivateTmp=yes\nRestrictAddressFamilies=AF_UNIX\n"},
		[]string{"off.service", "[Service]\nExecStart=/bin/x\n"},
	)
	new := system(
		[]string{"same.service", "[Unit]\nX-Restart-Triggers=/a\n[Service]\nExecStart=" + b + "1/bin/x\n"},
		[]string{"update.service", "[Service]\nExecStart=" + b + "2/bin/x\n"},
		[]string{"new.service", "[Service]\nExecStart=/bin/new\n"},
		[]string{"up.service", "[Service]\nExecStart=/bin/x\nProtectHome=yes\nSystemCallFilter=@system-service\nSystemCallFilter=~@setuid\nNice=5\n"},
		[]string{"down.service", "[Service]\nExecStart=/bin/x\nRestrictAddressFamilies=AF_UNIX AF_INET\n"},
		[]string{"off.service"},
	)
	var got []string
	for _, d := range compareUnits(old, new) {
		line := fmt.Sprintf("%s %v→%v", d.Unit().Name, d.Old != nil && !d.Old.Masked, d.New != nil && !d.New.Masked)
		for _, ch := range d.Changes {
			line += " " + ch.Key + ":" + ch.Effect
		}
		if d.Was != nil && d.Is != nil && d.Is.High > d.Was.High {
			line += " more exposed"
		}
		got = append(got, line)
	}
	want := []string{
		"down.service true→true PrivateTmp:weaker RestrictAddressFamilies:weaker more exposed",
		"gone.service true→false",
		"new.service false→true",
		"off.service true→false",
		"up.service true→true ProtectHome:stronger SystemCallFilter:stronger Nice:changed",
		"update.service true→true ExecStart:changed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAgree(t *testing.T) {
	src := sourceOf(t, `{ pkgs, ... }:
{
  systemd.services.web = {
    after = [ "network.target" ];
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      ExecStart = "${pkgs.web}/bin/web";
      User = "web";
      PrivateTmp = true;
      SystemCallFilter = [ "@system-service" "~@mount" ];
    };
  };
  systemd.services.off.enable = false;
  systemd.services.lost.serviceConfig.ExecStart = "/bin/lost";
}
`)
	good := "[Unit]\nAfter=network.target other.target\n[Service]\nEnvironment=A=b\nExecStart=/x/bin/web\nPrivateTmp=true\nSystemCallFilter=@system-service\nSystemCallFilter=~@mount\nUser=%s\n[Install]\nWantedBy=multi-user.target\n"
	for _, c := range []struct {
		name, user string
		want       []string
	}{
		{"as told", "web", []string{"lost.service: was not evaluated"}},
		{"another user", "root", []string{"lost.service: was not evaluated", `web.service: User=web is ["root"] as evaluated`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := Agree(src, system([]string{"web.service", fmt.Sprintf(good, c.user)}, []string{"off.service"}))
			var got []string
			for _, d := range a.Disagreements {
				got = append(got, d.Unit+": "+d.Text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if a.Units != 1 || a.Lines < 5 {
				t.Errorf("%d units, %d lines", a.Units, a.Lines)
			}
		})
	}
}

// Whatever a unit file holds, the module that is made of it is one, and each of
// its lines has an origin.
func FuzzTranslate(f *testing.F) {
	f.Add("a.service", "[Service]\nExecStart=/bin/a ${x} \"\\\n''b\nWantedBy=\n[Unit]\nAfter=a b\nAfter=\n", "[Service]\nX=\x00\xff\n")
	f.Add("${a}\".timer", "[Timer]\nOnCalendar=daily\n", "")
	f.Fuzz(func(t *testing.T, name, main, dropin string) {
		if !strings.Contains(name, ".") {
			t.Skip()
		}
		sys := system([]string{name, main, dropin}, []string{name, main})
		m := translate(sys.Units, false)
		text := m.text.String()
		file := nixast.Parse(moduleName, text, nixast.Options{})
		if lint.HasSyntaxError(file) {
			t.Fatalf("%v\n%s", file.Diagnostics, text)
		}
		if n := strings.Count(text, "\n"); n != len(m.origins) {
			t.Fatalf("%d lines and %d origins", n, len(m.origins))
		}
	})
}
