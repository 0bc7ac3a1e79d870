package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"wardnix/docs"
)

// docsVerb writes the documentation.
type docsVerb struct{ force bool }

func (*docsVerb) about() about {
	return about{name: "docs", args: "DIR", line: "write the documentation as pages for a browser", text: `
The pages link only to each other. They can be read from the directory without a network, or published on a web
server; the search works either way. Each rule is at rules/ID.html, each directive of systemd at
directives/NAME.html. The directory must be new or empty.`}
}

func (v *docsVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.force, "force", false, "write into a directory that is not empty")
}

func (v *docsVerb) run(c *Command, args []string) int {
	if len(args) != 1 {
		return c.fail("docs takes the directory to write to")
	}
	dir := c.abs(args[0])
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 && !v.force {
		return c.fail("docs: %s is not empty; --force writes into it", args[0])
	}
	files, err := docs.Site(playground)
	if err != nil {
		return c.fail("docs: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return c.fail("docs: %v", err)
		}
		if err := os.WriteFile(file, []byte(files[name]), 0o644); err != nil {
			return c.fail("docs: %v", err)
		}
	}
	return exitClean
}
