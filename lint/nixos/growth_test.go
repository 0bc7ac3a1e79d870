package nixos

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// repeat joins n texts with the number of each for %[1]d, and that of the one before
// for %[2]d.
func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i+1, i)
	}
	return b.String()
}

const unit = `systemd.services.ok = { script = "x"; `

// growing are projects of n parts. What they cost must grow with n as their size does.
var growing = []struct {
	name    string
	project func(n int) string
	square  bool // each part has n parts again
}{
	{"services", func(n int) string {
		return "{ " + repeat(n, `systemd.services.s%[1]d = { script = "x"; startAt = "daily"; serviceConfig.Nice = %[1]d; };`) + " }"
	}, false},
	{"services of a function", func(n int) string {
		return fmt.Sprintf(`{ lib, ... }: { systemd.services = lib.genAttrs (map toString (lib.range 1 %d)) (n: { script = n; startAt = n; }); }`, n)
	}, false},
	{"names known in part", func(n int) string {
		return "{ config, ... }: { " + repeat(n, `systemd.services."s%[1]d-${config.x%[1]d}".script = "x"; systemd.services.t%[1]d.script = "x";`) + " }"
	}, false},
	{"modules", func(n int) string {
		return "{ imports = [ " + repeat(n, `{ systemd.services.ok = { script = "x"; after = [ "a%[1]d" ]; }; }`) + " ]; }"
	}, false},
	{"modules in modules", func(n int) string {
		return "let s0 = { }; " + repeat(n, `s%[1]d = { imports = [ s%[2]d s%[2]d ]; systemd.services.s%[1]d.script = "x"; };`) + fmt.Sprintf(" in s%d", n)
	}, false},
	{"functions in functions", func(n int) string {
		return "let s0 = { ... }: { }; " + repeat(n, `s%[1]d = { ... }: { imports = [ s%[2]d s%[2]d ]; systemd.services.s%[1]d.script = "x"; };`) + fmt.Sprintf(" in s%d", n)
	}, false},
	{"lists in lists", func(n int) string {
		return `let s0 = [ "x" ]; ` + repeat(n, `s%[1]d = [ s%[2]d s%[2]d ];`) + fmt.Sprintf(
			` in { %s serviceConfig.ExecStart = s%[2]d; wantedBy = s%[2]d; environment.X = s%[2]d; startAt = s%[2]d; }; }`, unit, n)
	}, false},
	{"sets in sets", func(n int) string {
		return `let s0 = { x = "x"; }; ` + repeat(n, `s%[1]d = { a = s%[2]d; b = s%[2]d; };`) + fmt.Sprintf(
			` in { systemd.services.a.serviceConfig = s%[2]d; systemd.settings.Manager = s%[2]d; %[1]s }; }`, unit, n)
	}, false},
	{"definitions of one list", func(n int) string {
		return "{ lib, config, ... }: { " + unit + "after = lib.mkMerge [ " + repeat(n, `(lib.mkIf config.c%[1]d [ "a%[1]d" ])`) + " ]; }; }"
	}, false},
	{"priorities", func(n int) string {
		return "{ lib, config, ... }: { " + unit + "serviceConfig.Nice = lib.mkMerge [ " + repeat(n, `(lib.mkIf config.c%[1]d (lib.mkOverride %[1]d %[1]d))`) + " ]; }; }"
	}, false},
	{"optional sets", func(n int) string {
		return "{ lib, config, ... }: { systemd.services = { } " + repeat(n, `// lib.optionalAttrs config.c%[1]d { s%[1]d.script = "x"; t.script = "%[1]d"; }`) + "; }"
	}, false},
	{"unknown sets", func(n int) string {
		return "{ lib, config, ... }: { systemd.services = { } " + repeat(n, `// config.c%[1]d // { s%[1]d.script = "x"; }`) + "; }"
	}, false},
	{"conditions in conditions", func(n int) string {
		return "{ lib, config, ... }: { " + unit + "serviceConfig.Nice = " + repeat(n, `if config.c%[1]d then %[1]d else`) + "0; }; }"
	}, false},
	{"one condition each", func(n int) string {
		return "{ lib, config, ... }: { " + repeat(n, `systemd.services.s%[1]d = lib.mkIf (config.c%[1]d && !config.d%[1]d) { script = "x"; };`) + " }"
	}, false},
	{"long lists", func(n int) string {
		return "{ " + unit + "wantedBy = [ " + repeat(n, `"a%[1]d"`) + " ]; serviceConfig.ReadWritePaths = [ " + repeat(n, `"/a%[1]d"`) + " ]; }; }"
	}, false},
	{"a list of many units", func(n int) string {
		return fmt.Sprintf(`{ lib, ... }: let l = lib.genList toString %d; in { systemd.services = lib.genAttrs l (n: { script = n; after = l; }); }`, n)
	}, true},
	{"variables", func(n int) string {
		return "{ " + unit + "environment = { " + repeat(n, `V%[1]d = "%[1]d";`) + " }; }; }"
	}, false},
	{"mounts", func(n int) string {
		return "{ systemd.mounts = [ " + repeat(n, `{ where = "/m%[1]d"; what = "x"; }`) + " ]; }"
	}, false},
	{"declared options", func(n int) string {
		return "{ lib, config, ... }: { options.m = { " + repeat(n, `o%[1]d = lib.mkOption { type = lib.types.str; default = "x"; };`) + " }; config = { " +
			repeat(n, `m.o%[1]d = config.m.o%[2]d + "x"; systemd.services.s%[1]d.script = config.m.o%[1]d;`) + " }; }"
	}, false},
	{"containers", func(n int) string {
		return "{ " + repeat(n, `containers.c%[1]d.config = { systemd.services.a.script = "x"; };`) + " }"
	}, false},
	{"containers in containers", func(n int) string {
		return "{ containers.a.config = " + strings.Repeat("{ containers.a.config = ", n) + `{ systemd.services.a.script = "x"; }` + strings.Repeat("; }", n) + "; }"
	}, false},
	{"specialisations", func(n int) string {
		return "{ " + repeat(n, `specialisation.c%[1]d.configuration = { systemd.services.a.script = "x"; };`) + " }"
	}, false},
	{"recursion over unknown modules", func(n int) string {
		return `{ config, ... }: let handle = m: if builtins.isPath m || builtins.isString m then handle (import m) else if builtins.isFunction m then (a: m a) else m; in
			{ imports = map handle [ ` + repeat(n, `config.m%[1]d`) + ` ]; }`
	}, false},
	{"recursion over unknown trees", func(n int) string {
		return `{ config, lib, ... }: let walk = x: if x.leaf then { "${x.name}".script = "x"; } else walk x.left // walk x.right; in
			{ systemd.services = lib.mkMerge [ ` + repeat(n, `(walk config.m%[1]d)`) + ` ]; }`
	}, false},
	{"hosts", func(n int) string {
		return "-- flake.nix --\n{ outputs = { nixpkgs, ... }: { nixosConfigurations = { " + repeat(n, `h%[1]d = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; };`) +
			" }; }; }\n-- a.nix --\n" + `{ systemd.services.a.script = "x"; }`
	}, false},
	{"hosts and units", func(n int) string {
		return fmt.Sprintf(`-- flake.nix --
{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs (map toString (nixpkgs.lib.range 1 %[1]d)) (n: nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }); }; }
-- a.nix --
{ lib, ... }: { systemd.services = lib.genAttrs (map toString (lib.range 1 %[1]d)) (n: { script = n; }); }`, n)
	}, true},
}

// cost is what it takes to evaluate a project.
type cost struct {
	steps, bytes int // drawn on budgets
	allocated    int // by the process
	unfinished   bool
}

func costOf(t *testing.T, text string) cost {
	if !strings.HasPrefix(text, "-- ") {
		text = "-- configuration.nix --\n" + text
	}
	archive := txtar.Parse([]byte(text + "\n"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var c cost
	for _, h := range project(t, archive, Options{Workers: 1}).Hosts() {
		for _, u := range h.Units {
			exercise(u)
		}
		steps, bytes := h.Evaluator().Budget().Used()
		c.steps, c.bytes, c.unfinished = c.steps+steps, c.bytes+bytes, c.unfinished || h.Unfinished() != nil
	}
	runtime.ReadMemStats(&after)
	c.allocated = int(after.TotalAlloc - before.TotalAlloc)
	return c
}

// A project that is twice as large costs twice as much, or runs out of its budget.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates some hundred projects")
	}
	for _, g := range growing {
		t.Run(g.name, func(t *testing.T) {
			n, most := 32, 128
			small := costOf(t, g.project(n))
			for n < most {
				n *= 2
				large := costOf(t, g.project(n))
				t.Logf("%4d: %8d steps, %6d KiB drawn, %6d KiB allocated, %v", n, large.steps, large.bytes>>10, large.allocated>>10, large.unfinished)
				const ratio, slack = 2.7, 4 << 20
				limit := ratio * float64(small.allocated)
				if g.square {
					limit *= 2
				}
				if float64(large.allocated) > limit+slack && !large.unfinished {
					t.Errorf("%d parts take %d KiB, and half of them %d KiB", n, large.allocated>>10, small.allocated>>10)
				}
				if large.allocated > 800<<20 {
					t.Errorf("%d parts take %d MiB", n, large.allocated>>20)
				}
				small = large
			}
		})
	}
}
