package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	exitClean    = 0 // nothing of severity --fail-on or above remains
	exitFindings = 1 // something remains, or --diff printed a diff
	exitFailed   = 2 // wardnix could not do its work, in whole or in part
)

// Command is one call of wardnix with all that it touches of the world.
type Command struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Dir is the working directory: relative paths start here and are told
	// from here.
	Dir string
	// Env looks up an environment variable.
	Env func(name string) (value string, ok bool)
}

// A verb is what the first argument asks for. Help, the manual page and the
// completions are made from what it tells of itself.
type verb interface {
	// about describes the verb.
	about() about
	// flags declares the verb's flags.
	flags(*pflag.FlagSet)
	// run does the work and returns the exit status.
	run(c *Command, args []string) int
}

// about is what a verb says of itself.
type about struct {
	name string
	args string // the arguments in the usage line
	line string // what it does, in one line
	text string // what else is worth knowing, in paragraphs
}

// verbs returns every verb, fresh, in the order in which help lists them.
func verbs() []verb {
	return []verb{
		&lintVerb{},
		&scoreVerb{},
		&unitsVerb{},
		&auditVerb{},
		&baselineVerb{},
		&explainVerb{},
		&genVerb{},
		&rulesVerb{},
		&parseVerb{},
		&manVerb{},
		&completionVerb{},
	}
}

// Main runs wardnix with the arguments behind the program's name and returns
// the exit status.
func (c *Command) Main(args []string) int {
	if len(args) == 0 {
		io.WriteString(c.Stderr, helpAll())
		return exitFailed
	}
	switch args[0] {
	case "-h", "--help":
		io.WriteString(c.Stdout, helpAll())
		return exitClean
	case "help":
		return c.help(args[1:])
	case "--version", "-V", "version":
		fmt.Fprintln(c.Stdout, "wardnix", version())
		return exitClean
	}
	v, ok := findVerb(args[0])
	if !ok {
		return c.fail("there is no command %q; see wardnix --help", args[0])
	}
	rest, err := parseFlags(v, args[1:])
	switch {
	case errors.Is(err, pflag.ErrHelp):
		io.WriteString(c.Stdout, help(v))
		return exitClean
	case err != nil:
		return c.fail("%s: %v; see wardnix %[1]s --help", v.about().name, err)
	}
	return v.run(c, rest)
}

func (c *Command) help(args []string) int {
	if len(args) == 0 {
		io.WriteString(c.Stdout, helpAll())
		return exitClean
	}
	v, ok := findVerb(args[0])
	if !ok {
		return c.fail("there is no command %q; see wardnix --help", args[0])
	}
	io.WriteString(c.Stdout, help(v))
	return exitClean
}

// fail says on standard error what went wrong, in one line or several.
func (c *Command) fail(format string, args ...any) int {
	for line := range strings.Lines(fmt.Sprintf(format, args...)) {
		fmt.Fprintln(c.Stderr, "wardnix: "+strings.TrimSuffix(line, "\n"))
	}
	return exitFailed
}

func findVerb(name string) (verb, bool) {
	for _, v := range verbs() {
		if v.about().name == name {
			return v, true
		}
	}
	return nil, false
}

// parseFlags sets v's flags from args and returns the other arguments.
func parseFlags(v verb, args []string) ([]string, error) {
	fs := flagSet(v)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	return fs.Args(), nil
}

func flagSet(v verb) *pflag.FlagSet {
	fs := pflag.NewFlagSet(v.about().name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.Usage = func() {}
	fs.SetOutput(io.Discard)
	v.flags(fs)
	return fs
}
