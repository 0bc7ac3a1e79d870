package workspace

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/files"
	"wardnix/lint/program"
	"wardnix/nixast"
)

// nixParse is the program that --verify asks.
const nixParse = "nix-instantiate"

// verify has Nix itself look at a change: it must read the file before and after,
// and what it reads may differ in no binding but those of what findings name.
func verify(ch lint.Change, named map[string]bool) error {
	before, err := readByNix(ch.Old)
	if err != nil {
		return fmt.Errorf("%s does not take the file as it is, so that it cannot verify a fix: %w", nixParse, err)
	}
	after, err := readByNix(ch.New)
	if err != nil {
		return fmt.Errorf("%s does not take the fixed text, which is a bug of wardnix: %w", nixParse, err)
	}
	c := comparison{}
	c.compare(before, after, nil)
	for _, path := range c.paths {
		if !slices.ContainsFunc(path, func(name string) bool { return named[name] }) {
			return fmt.Errorf("%s reads a change of %s, which no finding names; this is a bug of wardnix",
				nixParse, cmp.Or(strings.Join(path, "."), "the whole"))
		}
	}
	return nil
}

// refusals are the changes that --verify does not let through, by the name of the
// file, each with the reason.
func refusals(r *lint.Result) map[string]error {
	if _, err := exec.LookPath(nixParse); err != nil {
		return refuseAll(r, fmt.Errorf("--verify: %w", err))
	}
	named := namedIn(r.Fixed)
	all := map[string]error{}
	for _, ch := range r.Changes {
		if err := verify(ch, named[ch.File.Name]); err != nil {
			all[ch.File.Name] = err
		}
	}
	return all
}

func refuseAll(r *lint.Result, err error) map[string]error {
	all := map[string]error{}
	for _, ch := range r.Changes {
		all[ch.File.Name] = err
	}
	return all
}

// namedIn are the last names of the directives and options that the fixed
// findings name, by the name of the file that a fix is in.
func namedIn(fixed []lint.Finding) map[string]map[string]bool {
	named := map[string]map[string]bool{}
	for _, f := range fixed {
		for _, x := range f.Fixes {
			for _, e := range x.Edits {
				if named[e.File.Name] == nil {
					named[e.File.Name] = map[string]bool{}
				}
				for _, d := range f.Directives() {
					named[e.File.Name][d[strings.LastIndexByte(d, '.')+1:]] = true
				}
			}
		}
	}
	return named
}

// readByNix is how Nix reads a text. Nix prints what it has read as one
// expression in a form of its own: without comments, with attribute paths as
// nested sets.
func readByNix(text string) (nixast.Node, error) {
	ctx := context.Background()
	cmd := exec.CommandContext(ctx, nixParse, "--option", "allow-import-from-derivation", "false", "--parse", "-")
	cmd.Stdin = strings.NewReader(text)
	// Nix writes paths and operators in full, which makes a text longer.
	printed, messages, err := program.Output(ctx, cmd, 16*files.MaxModule)
	if err != nil {
		return nixast.Node{}, fmt.Errorf("%w: %.300s", err, strings.TrimSpace(messages))
	}
	return nixast.Parse("", printed, nixast.Options{PipeOperators: true}).Root(), nil
}

// comparison collects the paths of the bindings in which two trees differ.
type comparison struct{ paths [][]string }

func (c *comparison) differ(path []string) { c.paths = append(c.paths, slices.Clone(path)) }

// compare compares two nodes below the bindings that path names. The order of the
// names of sets, lets and formals means nothing, and Nix 2.8 prints it at random.
func (c *comparison) compare(a, b nixast.Node, path []string) {
	switch {
	case a.Text() == b.Text():
	case a.Kind() != b.Kind():
		c.differ(path)
	case a.Kind() == nixast.AttrSet || a.Kind() == nixast.Let:
		if heading(a) != heading(b) {
			c.differ(path)
		}
		c.compareNames(entries(a), entries(b), path)
		if let, ok := a.AsLet(); ok {
			other, _ := b.AsLet()
			c.compare(let.Body(), other.Body(), path)
		}
	case a.Kind() == nixast.FormalsNode:
		if !slices.Equal(formals(a), formals(b)) {
			c.differ(path)
		}
	default:
		c.compareChildren(a, b, path)
	}
}

// compareChildren compares two nodes of one kind part by part.
func (c *comparison) compareChildren(a, b nixast.Node, path []string) {
	as, bs := slices.Collect(a.Children()), slices.Collect(b.Children())
	if len(as) != len(bs) || len(as) == 0 || ownText(a) != ownText(b) {
		c.differ(path)
		return
	}
	for i := range as {
		c.compare(as[i], bs[i], path)
	}
}

// compareNames compares two sets of bindings by name. One that is only in one of
// them counts as the bindings that are in it.
func (c *comparison) compareNames(a, b map[string]nixast.Node, path []string) {
	for name := range a {
		if _, both := b[name]; !both {
			c.only(a[name], append(path, name))
		}
	}
	for name, value := range b {
		if old, both := a[name]; both {
			c.compare(old, value, append(path, name))
		} else {
			c.only(value, append(path, name))
		}
	}
}

// only notes a binding that one side does not have.
func (c *comparison) only(value nixast.Node, path []string) {
	inner := entries(value)
	if value.Kind() != nixast.AttrSet || len(inner) == 0 {
		c.differ(path)
		return
	}
	c.compareNames(nil, inner, path)
}

// entries are what a set or a let binds. Names are the last ones that Nix prints:
// it prints no longer paths but those with dynamic parts.
func entries(set nixast.Node) map[string]nixast.Node {
	all := map[string]nixast.Node{}
	for e := range set.Entries() {
		if b, ok := e.AsBinding(); ok {
			name := b.Path().Text()
			if plain, ok := b.Path().Child(0).AttrName(); ok {
				name = plain
			}
			all[name] = b.Value()
		} else if inherit, ok := e.AsInherit(); ok {
			for attr := range inherit.Attrs() {
				name, _ := attr.AttrName()
				if all[name] = attr; !inherit.From().IsZero() {
					all[name] = inherit.From()
				}
			}
		}
	}
	return all
}

// formals are the arguments that a function takes, each with its default.
func formals(n nixast.Node) []string {
	var all []string
	for child := range n.Children() {
		all = append(all, child.Text())
	}
	slices.Sort(all)
	return append(all, ownText(n))
}

// heading distinguishes a set from a recursive one.
func heading(n nixast.Node) string { return n.First().Text() }

// ownText is what of a node is in none of its children: operators and keywords.
func ownText(n nixast.Node) string {
	words := map[string]int{}
	for t := range n.OwnTokens() {
		if !t.Kind().IsTrivia() && t.Kind() != nixast.Comma {
			words[t.Text()]++
		}
	}
	return fmt.Sprint(slices.Sorted(maps.Keys(words)))
}
