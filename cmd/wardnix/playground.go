package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/pflag"
)

// playgroundVerb writes the page that runs wardnix in a browser.
type playgroundVerb struct{ force bool }

func (*playgroundVerb) about() about {
	return about{name: "playground", args: "[FILE]", line: "write a page that runs wardnix in a browser", text: `
The page (default: wardnix-playground.html) is one file with wardnix in it. It needs no network and no
server, and what is typed into it stays in the browser.

Released programs contain the page. A program made with go build or go install does not; to write the page from a clone of the source, use go run ./cmd/playground/build FILE.`}
}

func (v *playgroundVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.force, "force", false, "replace the file")
}

func (v *playgroundVerb) run(c *Command, args []string) int {
	if len(args) > 1 {
		return c.fail("playground takes one file, not %d", len(args))
	}
	if len(playground) == 0 {
		return c.fail("playground: this wardnix was built without the page; in a clone of its source: go run ./cmd/playground/build FILE")
	}
	name := cmp.Or(append(args, "wardnix-playground.html")...)
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if v.force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(c.abs(name), how, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return c.fail("playground: %s exists; --force replaces it", name)
	case err != nil:
		return c.fail("playground: %v", err)
	}
	_, err = f.Write(playground)
	if err := errors.Join(err, f.Close()); err != nil {
		return c.fail("playground: %v", err)
	}
	return exitClean
}
