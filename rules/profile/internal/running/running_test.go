package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast"
)

// Every service can be read, and makes a module that Nix can read.
func TestServices(t *testing.T) {
	services, err := readServices()
	if err != nil {
		t.Fatal(err)
	}
	if len(services) < 90 {
		t.Errorf("%d services, want at least 90", len(services))
	}
	for _, s := range services {
		if f := nixast.Parse(s.name, s.module(), nixast.Options{}); len(f.Diagnostics) > 0 {
			t.Errorf("%s: %s\n%s", s.name, f.Diagnostics[0].Message, s.module())
		}
		if s.program() == "" {
			t.Errorf("%s runs no program", s.name)
		}
	}
	for _, name := range few {
		if !slices.ContainsFunc(services, func(s *service) bool { return s.name == name }) {
			t.Errorf("the short run names %s, which is no service", name)
		}
	}
}

// What the harness reads of the strict baseline is all of it.
func TestReadBaseline(t *testing.T) {
	o := &options{checkout: "../../../.."}
	rows, err := o.readBaseline("strict")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range rows {
		if len(d.comment) == 0 || len(d.values) == 0 {
			t.Errorf("%s has no comment or no value: %+v", d.key, d)
		}
	}
	old, err := o.strict("252")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []setting{{"PrivateUsers", "yes"}, {"CapabilityBoundingSet", ""}, {"RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"}, {"SystemCallFilter", "~@swap"}} {
		if !slices.Contains(old, s) {
			t.Errorf("%s is missing in %v", s, old)
		}
	}
	if slices.Contains(old, setting{"PrivatePIDs", "yes"}) {
		t.Error("systemd 252 has no PrivatePIDs")
	}
}

func TestWithSettings(t *testing.T) {
	const unit = "[Unit]\nDescription=x\n\n[Service]\nExecStart=/bin/x\nUMask=0002\n"
	got := withSettings(unit, []setting{{"UMask", "0077"}, {"Description", "y"}})
	want := "[Unit]\nDescription=x\n\n[Service]\nUMask=0077\nDescription=y\nExecStart=/bin/x\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A proven baseline is what all versions bear: the weaker of two values, all
// capabilities that one of them needs, and no group that one of them does not bear.
func TestShared(t *testing.T) {
	all := parseSettings("PrivatePIDs=yes; UMask=0077; ProtectSystem=strict; CapabilityBoundingSet=; LockPersonality=yes; SystemCallFilter=~@swap; SystemCallFilter=~@clock")
	old := parseSettings("UMask=0077; ProtectSystem=full; CapabilityBoundingSet=CAP_KILL; LockPersonality=yes; SystemCallErrorNumber=EPERM; SystemCallFilter=~@swap; SystemCallFilter=~@clock")
	now := parseSettings("PrivatePIDs=yes; UMask=0077; ProtectSystem=strict; CapabilityBoundingSet=CAP_CHOWN; SystemCallFilter=~@swap")
	got := joined(shared(all, []string{"252", "262"}, [][]setting{old, now}))
	want := "PrivatePIDs=yes; UMask=0077; ProtectSystem=full; CapabilityBoundingSet=CAP_CHOWN CAP_KILL; SystemCallFilter=~@swap; SystemCallErrorNumber=EPERM"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCause(t *testing.T) {
	for _, c := range []struct{ seen, want string }{
		{"does not stop: timeout", "it does not stop"},
		{"state failed signal\nt-x.service: Main process exited, code=killed, status=31/SYS", "a refused system call ends the process"},
		{"state failed exit-code; curl: (7) Failed to connect\nStarted x.\n2026/11/30 18:00:00 bind() to 0.0.0.0:80 failed (13: Permission denied)", "bind() to 0.0.0.0:80 failed (13: Permission denied)"},
		{"state active 0 success; the probe failed: \nStarted x.", "the probe fails"},
	} {
		if got := cause(c.seen); got != c.want {
			t.Errorf("cause(%q) = %q, want %q", c.seen, got, c.want)
		}
	}
}

// Each unit of NixOS runs a daemon that the harness tries, and none of the
// settings taken from it names a package of NixOS.
func TestNixosUnits(t *testing.T) {
	units, err := (&options{checkout: "../../../.."}).nixosUnits()
	if err != nil {
		t.Fatal(err)
	}
	services, err := readServices()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for daemon, u := range units {
		if names[u.name] || !slices.ContainsFunc(services, func(s *service) bool { return s.name == daemon }) {
			t.Errorf("%s: the harness does not try %s", u.name, daemon)
		}
		names[u.name] = true
		for _, s := range u.settings {
			if strings.Contains(s.value, "/nix/store/") {
				t.Errorf("%s: %s", u.name, s)
			}
		}
	}
	if len(units) < 50 {
		t.Errorf("%d units, want at least 50", len(units))
	}
}
