// Command options collects the options of systemd, those of units among them, from
// checkouts of nixpkgs:
//
//	go run ./lint/unit/internal/options 20.09=NIXPKGS 26.11=NIXPKGS > lint/unit/options.tsv
//
// A row is an option with "*" for any name, its type, the first of the releases that has
// it, and the last one unless that is the newest. It needs nix-instantiate.
package main

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/lint/unit"
)

//go:embed options.nix
var expression string

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: options RELEASE=NIXPKGS..., the oldest release first")
		os.Exit(2)
	}
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "options:", err)
		os.Exit(1)
	}
}

// run writes the table. An option of several trees has the type of the last.
func run(trees []string, out io.Writer) error {
	since, until, typ := map[string]string{}, map[string]string{}, map[string]string{}
	newest := ""
	for _, arg := range trees {
		release, tree, ok := strings.Cut(arg, "=")
		if !ok {
			return fmt.Errorf("%s: expected RELEASE=DIRECTORY", arg)
		}
		rows, err := optionsOf(tree)
		if err != nil {
			return err
		}
		for row := range strings.Lines(rows) {
			option, kind, _ := strings.Cut(row, "\t")
			typ[option], until[option] = strings.Fields(kind)[0], release // without the arguments of the type
			since[option] = cmp.Or(since[option], release)
		}
		newest = release
	}
	if _, err := fmt.Fprintln(out, "# option\ttype\tsince\tuntil (made by lint/unit/internal/options)"); err != nil {
		return err
	}
	for _, option := range slices.Sorted(maps.Keys(since)) {
		row := []string{option, typ[option], since[option]}
		if until[option] != newest {
			row = append(row, until[option])
		}
		if _, err := fmt.Fprintln(out, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return nil
}

// optionsOf has Nix list the options of a tree.
func optionsOf(tree string) (string, error) {
	tree, err := filepath.Abs(tree)
	if err != nil {
		return "", err
	}
	paths := "["
	for _, path := range unit.OptionPaths() {
		paths += ` [ "` + strings.Join(path, `" "`) + `" ]`
	}
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--arg", "tree", tree, "--arg", "paths", paths+" ]", "-E", expression)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("nix-instantiate: %w", err)
	}
	var rows string
	return rows, json.Unmarshal(out, &rows)
}
