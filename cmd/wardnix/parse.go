package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"wardnix/lint/files"
	"wardnix/lint/report"
	"wardnix/nixast"
)

// parseVerb reports whether Nix would accept files, and how it reads them.
type parseVerb struct {
	nix       string
	pipes     bool
	canonical bool
	tree      bool
}

func (*parseVerb) about() about {
	return about{name: "parse", args: "FILE…", line: "check whether Nix accepts files, and print how it reads them", text: `
Exits with 0 when nix-instantiate --parse of the chosen Nix accepts every file, with 1
when it rejects one, and with 2 when one cannot be read. "-" is standard input.`}
}

func (v *parseVerb) flags(fs *pflag.FlagSet) {
	fs.StringVar(&v.nix, "nix", "2.36", "the `VERSION` of Nix to agree with: 2.8 or 2.36")
	fs.BoolVar(&v.pipes, "pipe-operators", false, "allow the experimental pipe operators")
	fs.BoolVar(&v.canonical, "canonical", false, "print what nix-instantiate --parse prints")
	fs.BoolVar(&v.tree, "tree", false, "print the tree")
}

func (v *parseVerb) run(c *Command, args []string) int {
	opts := nixast.Options{PipeOperators: v.pipes}
	switch v.nix {
	case "2.36":
	case "2.8":
		opts.Dialect = nixast.Nix28
	default:
		return c.fail("parse: --nix takes 2.8 or 2.36, not %q", v.nix)
	}
	if len(args) == 0 {
		return c.fail("parse takes files; see wardnix parse --help")
	}
	status := exitClean
	for _, arg := range args {
		status = max(status, v.one(c, arg, opts))
	}
	return status
}

// one parses one file and prints what was requested.
func (v *parseVerb) one(c *Command, name string, opts nixast.Options) int {
	if info, err := os.Stat(c.abs(name)); name != "-" && err == nil && info.IsDir() {
		name = filepath.Join(name, "default.nix") // as Nix has it
	}
	src, err := c.readFile(name)
	if err != nil {
		return c.fail("%v", err)
	}
	f := nixast.Parse(name, src, opts)
	if len(f.Diagnostics) > 0 {
		style := report.Style{Color: c.colors("auto", c.Stderr)}
		c.warn(style.Diagnostics(f))
	}
	if v.tree {
		c.print(report.SafeLines(string(nixast.DumpTree(f))))
	}
	if !f.Accepts() {
		return exitFindings
	}
	if v.canonical {
		dir := c.Dir
		if name != "-" {
			dir = filepath.Dir(follow(c.abs(name)))
		}
		c.data(string(nixast.Canonical(f, nixast.CanonicalOptions{Dir: dir, Home: c.env("HOME")})))
	}
	return exitClean
}

// follow is the file that a path leads to where its last component is a link:
// relative paths in the file start from there.
func follow(path string) string {
	for range 40 { // as many links as Linux follows
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return path
}

// readFile reads a file, or standard input for "-".
func (c *Command) readFile(name string) (string, error) {
	if name == "-" {
		return c.input()
	}
	return files.Read(c.abs(name), files.MaxModule)
}

// input is the text from standard input.
func (c *Command) input() (string, error) {
	text, err := io.ReadAll(io.LimitReader(c.Stdin, files.MaxModule+1))
	if err == nil && len(text) > files.MaxModule {
		err = files.ErrTooLarge
	}
	if err != nil {
		return "", fmt.Errorf("standard input: %w", err)
	}
	return string(text), nil
}

// abs is the path that name means from the working directory.
func (c *Command) abs(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.Dir, name)
}

func (c *Command) env(name string) string {
	value, _ := c.Env(name)
	return value
}
