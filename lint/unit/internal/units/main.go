// Command units collects the names of units that modules of NixOS define or mention:
//
//	go run ./lint/unit/internal/units NIXPKGS-20.09 NIXPKGS-26.11 > lint/unit/units.tsv
//
// A row is a name, with "*" for what differs, and the options one of which is set
// where NixOS has the unit. The options are "*" if the modules do not say: the unit
// may be there on every host.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: units NIXPKGS..., checkouts of nixpkgs, the oldest release first")
		os.Exit(2)
	}
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "units:", err)
		os.Exit(1)
	}
}

// always replaces a condition that is not one option.
const always = "*"

// names are the units by name, each with the options that enable it.
type names map[string]map[string]bool

func (n names) add(name, option string) {
	if n[name] == nil {
		n[name] = map[string]bool{}
	}
	n[name][option] = true
}

func run(trees []string, out io.Writer) error {
	all := names{}
	for _, tree := range trees {
		if err := all.collect(filepath.Join(tree, "nixos", "modules")); err != nil {
			return err
		}
	}
	w := bufio.NewWriter(out)
	fmt.Fprintln(w, "# unit\toptions that enable it (made by lint/unit/internal/units)")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		options := slices.Sorted(maps.Keys(all[name]))
		if all[name][always] {
			options = []string{always}
		}
		fmt.Fprintf(w, "%s\t%s\n", name, strings.Join(options, " "))
	}
	return w.Flush()
}

// mentioned finds names of units in the source of modules, where they are alone in
// quotes.
var mentioned = regexp.MustCompile(`"([A-Za-z0-9][\w@:.\\-]*\.(?:service|socket|timer|path|target|slice|mount|automount))"`)

// collect adds the units that the modules of a directory set up, and those that their
// source names.
func (n names) collect(dir string) error {
	p, err := nixos.Load(context.Background(), nixos.Options{Dir: dir}, ".")
	if err != nil {
		return err
	}
	for _, h := range p.Hosts() {
		if h.Unfinished() != nil {
			return errors.New(h.Unfinished().Text)
		}
		for _, u := range h.Units {
			n.defined(h, u)
		}
	}
	for _, f := range p.Files() {
		if f.Tree == nil {
			continue
		}
		for _, m := range mentioned.FindAllStringSubmatch(f.Tree.Src, -1) {
			if n[m[1]] == nil {
				n.add(m[1], always)
			}
		}
	}
	return nil
}

// unknownPart is what is not known of a name.
var unknownPart = regexp.MustCompile(`\$\{.*\}`)

// defined adds a unit, for each of its definitions.
func (n names) defined(h *nixos.Host, u *nixos.Unit) {
	name := u.Name
	if u.Pattern {
		name = unknownPart.ReplaceAllString(name, always)
	}
	for _, d := range u.Defs() {
		when, _ := h.Evaluator().And(u.When(), d.When)
		options := map[string]bool{}
		if option := enabledBy(when); option != "" && d.Maybe == nil {
			enablers(h, option, options)
		} else {
			options[always] = true
		}
		for option := range options {
			n.add(name, option)
		}
	}
}

// enablers adds an option and those that set it to something other than false.
func enablers(h *nixos.Host, option string, found map[string]bool) {
	if found[option] {
		return
	}
	found[option] = true
	path := strings.Split(option, ".")
	if byDefault, ok := h.Default(path...); !ok || !isFalse(h, byDefault) {
		found[always] = true
	}
	for _, d := range h.Option(path...).Defs {
		if isFalse(h, d.Value) {
			continue
		}
		if by := enabledBy(d.When); by != "" && d.Maybe == nil {
			enablers(h, by, found)
		} else {
			found[always] = true
		}
	}
}

func isFalse(h *nixos.Host, t *eval.Thunk) bool {
	b, ok := h.Evaluator().Force(t).(*eval.Bool)
	return ok && !b.V
}

// plainOption matches a condition that is an option without unknown parts.
var plainOption = regexp.MustCompile(`^config\.((?:[\w'-]+\.)+[\w'-]+)$`)

// enabledBy is the option without which a condition is false, by name of its enable
// option if there is one; "" if there is none.
func enabledBy(c *eval.Cond) string {
	if c == nil {
		return ""
	}
	switch c.Op {
	case eval.And:
		left, right := enabledBy(c.Args[0]), enabledBy(c.Args[1])
		if left == "" || !strings.HasSuffix(left, ".enable") && strings.HasSuffix(right, ".enable") {
			return right
		}
		return left
	case eval.Leaf:
		if m := plainOption.FindStringSubmatch(c.String()); m != nil {
			return m[1]
		}
	}
	return ""
}
