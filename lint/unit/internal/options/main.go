// Command options collects the options of units, below systemd.services and its
// neighbors, from checkouts of nixpkgs:
//
//	go run ./lint/unit/internal/options 20.09=NIXPKGS 26.11=NIXPKGS > lint/unit/options.tsv
//
// A row is the set of units, the option, its type, and the first of the releases that has
// it. It needs nix-instantiate.
package main

import (
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
	since, typ := map[string]string{}, map[string]string{}
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
			i := strings.LastIndexByte(row, '\t')
			option, kind := row[:i], strings.Fields(row[i:])[0] // without the arguments of the type
			if typ[option] = kind; since[option] == "" {
				since[option] = release
			}
		}
	}
	if _, err := fmt.Fprintln(out, "# units\toption\ttype\tsince (made by lint/unit/internal/options)"); err != nil {
		return err
	}
	for _, option := range slices.Sorted(maps.Keys(since)) {
		if _, err := fmt.Fprintf(out, "%s\t%s\t%s\n", option, typ[option], since[option]); err != nil {
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
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--arg", "tree", tree, "-E", expression)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("nix-instantiate: %w", err)
	}
	var rows string
	return rows, json.Unmarshal(out, &rows)
}
