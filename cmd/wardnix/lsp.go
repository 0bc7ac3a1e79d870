package main

import (
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"wardnix/lint/lsp"
	"wardnix/lint/release"
)

// restDelay is how long a document rests before wardnix lsp looks at it.
const restDelay = 150 * time.Millisecond

// lspVerb serves editors.
type lspVerb struct{ stdio bool }

func (*lspVerb) about() about {
	return about{name: "lsp", line: "serve editors with the Language Server Protocol", text: `
Editors start it, and communicate with it over standard input and output. It reports what wardnix lint reports,
while the text is edited. Rules are set in wardnix.toml, so that the editor and CI agree; see
docs/editors.md for how to set up editors.`}
}

func (v *lspVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.stdio, "stdio", true, "use standard input and output, the only channel there is")
}

func (v *lspVerb) run(c *Command, args []string) int {
	if len(args) > 0 {
		return c.fail("lsp takes no arguments")
	}
	boundMemory(ofServer)
	signal.Ignore(syscall.SIGPIPE) // who reads no log may read the rest, and Serve notices who reads nothing
	orderly := lsp.Serve(lsp.Options{In: c.Stdin, Out: c.Stdout, Log: c.Stderr, Version: release.Full(), Delay: restDelay, Alive: processAlive})
	if !orderly {
		return exitFindings // as the protocol has it for a client that did not say goodbye
	}
	return exitClean
}
