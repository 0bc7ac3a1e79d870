package eval

import (
	"strings"
	"testing"

	"wardnix/nixast"
)

// module is a module as people write them.
const module = `{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.services.foo;
  hardening = mapAttrs (_: mkDefault) {
    NoNewPrivileges = true;
    PrivateTmp = true;
    ProtectSystem = "strict";
    SystemCallFilter = [ "@system-service" "~@privileged" ];
  };
in
{
  options.services.foo = {
    enable = mkEnableOption "foo";
    port = mkOption { type = types.port; default = 80; };
  };
  config = mkIf cfg.enable {
    systemd.services = {
      foo = {
        wantedBy = [ "multi-user.target" ];
        serviceConfig = hardening // {
          ExecStart = "${pkgs.foo}/bin/foo --port ${toString cfg.port} ${optionalString cfg.debug "--debug"}";
          ReadWritePaths = [ "/var/lib/foo" ] ++ optional cfg.logs "/var/log/foo";
        } // optionalAttrs (cfg.user != null) { User = cfg.user; };
      };
    } // mapAttrs' (n: o: nameValuePair "foo-${n}" {
      serviceConfig = hardening // { ExecStart = o.command; };
    }) cfg.instances;
  };
}
`

// force evaluates all of a value.
func force(ev *Evaluator, t *Thunk, depth int) {
	if depth == 0 {
		return
	}
	switch v := ev.Force(t).(type) {
	case *Choice:
		for _, k := range ev.Cases(t) {
			force(ev, k.Value, depth-1)
		}
	case *List:
		for _, it := range v.Items {
			force(ev, it.Value, depth-1)
		}
	case *Attrs:
		for _, x := range v.All() {
			force(ev, ev.Value(x), depth-1)
		}
		for _, d := range v.Rest() {
			if d.Value != nil {
				force(ev, d.Value, depth-1)
			}
		}
	}
}

func BenchmarkModule(b *testing.B) {
	f := nixast.Parse("m.nix", module, nixast.Options{})
	b.SetBytes(int64(len(module)))
	b.ReportAllocs()
	ev := New(Options{Budget: NewBudget(b.Context(), 1<<50, 1<<50)})
	ev.Force(ev.Lib())
	for b.Loop() {
		ev.files = map[*nixast.File]*Thunk{}
		force(ev, ev.Call(ev.File(f), moduleArgs(ev)), 12)
	}
}

// BenchmarkNew makes an evaluator and lib.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ev := New(Options{})
		ev.Force(ev.Lib())
	}
}

// BenchmarkGuards is a row of sets, each under a condition of its own.
func BenchmarkGuards(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(itoa(n), func(b *testing.B) {
			var src strings.Builder
			src.WriteString("{ lib, config, ... }: { }")
			for i := range n {
				src.WriteString(" // lib.optionalAttrs config.c" + itoa(i) + " { a" + itoa(i) + " = 1; x = " + itoa(i) + "; }")
			}
			f := nixast.Parse("g.nix", src.String(), nixast.Options{})
			b.ReportAllocs()
			for b.Loop() {
				ev := New(Options{})
				force(ev, ev.Call(ev.File(f), moduleArgs(ev)), 4)
			}
		})
	}
}

func BenchmarkFib(b *testing.B) {
	f := nixast.Parse("f.nix", "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 18", nixast.Options{})
	b.ReportAllocs()
	for b.Loop() {
		ev := New(Options{})
		ev.Force(ev.File(f))
	}
}
