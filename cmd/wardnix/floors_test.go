package main

import (
	"os/exec"
	"strings"
	"testing"
)

// floors are the packages by height: each imports only packages on lower
// floors. See docs/architecture.md.
var floors = map[string]int{
	"wardnix/nixast":                 1,
	"wardnix/nixast/testtool":        1,
	"wardnix/lint/spell":             1,
	"wardnix/lint/files":             1,
	"wardnix/lint/gitrepo":           2,
	"wardnix/lint/program":           1,
	"wardnix/lint/shell":             1,
	"wardnix/nixast/eval":            2,
	"wardnix/emit":                   2,
	"wardnix/lint/systemd/directive": 3,
	"wardnix/lint/systemd/value":     4,
	"wardnix/lint/systemd/unitfile":  5,
	"wardnix/lint/systemd/security":  6,
	"wardnix/lint/unitfiles":         7,
	"wardnix/lint/nixos":             7,
	"wardnix/rules/profile":          8,
	"wardnix/lint/unit":              9,
	"wardnix/lint":                   10,
	"wardnix/lint/fix":               11,
	"wardnix/lint/audit":             11,
	"wardnix/lint/report":            11,
	"wardnix/lint/linttest":          11,
	"wardnix/lint/config":            11,
	"wardnix/rules/activation":       12,
	"wardnix/rules/baseline":         12,
	"wardnix/rules/contradiction":    12,
	"wardnix/rules/directive":        12,
	"wardnix/rules/evaluation":       12,
	"wardnix/rules/host":             12,
	"wardnix/rules/migration":        12,
	"wardnix/rules/rendering":        12,
	"wardnix/rules/secret":           12,
	"wardnix/rules/suppression":      12,
	"wardnix/rules":                  13,
	"wardnix/rules/gen":              14,
	"wardnix/rules/new":              14,
	"wardnix/lint/release":           1,
	"wardnix/lint/workspace":         15,
	"wardnix/lint/lsp":               16,
	"wardnix/rules/handbook":         16,
	"wardnix/docs":                   17,
	"wardnix/cmd/wardnix":            18,
	"wardnix/cmd/playground/build":   18,
}

// libraries are what a package may import besides this module and the standard
// library. Packages that are not listed may import nothing.
var libraries = map[string][]string{
	"wardnix/emit":           {"github.com/aymanbagabas/go-udiff"},
	"wardnix/lint/files":     {"golang.org/x/sys/unix"},
	"wardnix/lint/nixos":     {"github.com/bmatcuk/doublestar/v4"},
	"wardnix/lint/unitfiles": {"github.com/nix-community/go-nix/pkg/derivation", "github.com/nix-community/go-nix/pkg/storepath"},
	"wardnix/nixast/eval":    {"github.com/pelletier/go-toml/v2"},
	"wardnix/lint/config":    {"github.com/bmatcuk/doublestar/v4", "github.com/pelletier/go-toml/v2"},
	"wardnix/lint/linttest":  {"github.com/google/go-cmp", "github.com/rogpeppe/go-internal"},
	"wardnix/lint/unit":      {"github.com/nix-community/go-nix/pkg/storepath"},
	"wardnix/rules/secret":   {"github.com/nix-community/go-nix/pkg/storepath"},
	"wardnix/rules/gen":      {"github.com/nix-community/go-nix/pkg/storepath"},
	"wardnix/lint/workspace": {"github.com/aymanbagabas/go-udiff"},
	"wardnix/docs":           {"github.com/yuin/goldmark"},
	"wardnix/cmd/wardnix":    {"github.com/spf13/pflag", "golang.org/x/term"},
}

func TestImportsGoDown(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "wardnix/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := fields[0]
		if strings.Contains(pkg, "/internal/") {
			continue // a tool or a helper of the package above it
		}
		floor, ok := floors[pkg]
		if !ok {
			t.Errorf("%s stands on no floor", pkg)
		}
		for _, imp := range fields[1:] {
			checkImport(t, pkg, floor, imp)
		}
	}
}

func checkImport(t *testing.T, pkg string, floor int, imp string) {
	t.Helper()
	if below, ours := floors[imp]; ours {
		if below >= floor {
			t.Errorf("%s imports %s, which does not stand lower", pkg, imp)
		}
		return
	}
	if !strings.Contains(strings.Split(imp, "/")[0], ".") {
		if imp == "os" && pkg == "wardnix/nixast" {
			t.Errorf("%s imports os", pkg)
		}
		return
	}
	for _, lib := range libraries[pkg] {
		if imp == lib || strings.HasPrefix(imp, lib+"/") {
			return
		}
	}
	t.Errorf("%s imports %s", pkg, imp)
}
