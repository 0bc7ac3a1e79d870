package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint/release"
	"wardnix/lint/report"
	"wardnix/lint/spell"
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
	// Dir is the working directory: relative paths start here, and names of files
	// are relative to it.
	Dir string
	// Env looks up an environment variable.
	Env func(name string) (value string, ok bool)
}

// A verb is what the first argument names. Help, the manual page and the
// completions are made from what it says about itself.
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
	// words are what the arguments may be, if they are no files.
	words func() []string
}

// verbs returns every verb, fresh, in the order in which help lists them.
func verbs() []verb {
	return []verb{
		&lintVerb{},
		&scoreVerb{},
		&unitsVerb{},
		&auditVerb{},
		&knownVerb{},
		&explainVerb{},
		&genVerb{},
		&rulesVerb{},
		&settingsVerb{},
		&lspVerb{},
		&playgroundVerb{},
		&docsVerb{},
		&parseVerb{},
		&manVerb{},
		&completionVerb{},
	}
}

// Main runs wardnix with the arguments after the program's name and returns
// the exit status.
func (c *Command) Main(args []string) int {
	out := &output{w: c.Stdout}
	inner := *c
	inner.Stdout = out
	status := inner.run(args)
	if out.err != nil && status != exitFailed {
		return c.fail("standard output: %v", out.err)
	}
	return status
}

// output remembers that something could not be written.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// data writes what is wardnix's own or the user's own text: help, generated and
// fixed modules. To a file or another program it goes as it is. Foreign text that
// people read goes through print.
func (c *Command) data(text string) {
	if terminal(c.Stdout) != nil {
		text = report.SafeLines(text).String()
	}
	io.WriteString(c.Stdout, text)
}

// print writes text to standard output.
func (c *Command) print(t report.Text) { io.WriteString(c.Stdout, t.String()) }

// json writes a value to standard output as JSON.
func (c *Command) json(v any) error { return report.JSON(c.Stdout, v) }

// warn writes text to standard error.
func (c *Command) warn(t report.Text) { io.WriteString(c.Stderr, t.String()) }

func (c *Command) run(args []string) int {
	if len(args) == 0 {
		io.WriteString(c.Stderr, helpAll())
		return exitFailed
	}
	switch args[0] {
	case "-h", "--help":
		c.data(helpAll())
		return exitClean
	case "help":
		return c.help(args[1:])
	case "--version", "-V", "version":
		c.data("wardnix " + release.Full() + "\n")
		return exitClean
	case "baseline":
		return c.fail("wardnix baseline is now called wardnix known, and keeps its list in wardnix-known.json")
	}
	v, ok := findVerb(args[0])
	if !ok {
		return c.fail("%s; see wardnix --help", c.unknown(args[0]))
	}
	rest, err := c.parseFlags(v, args[1:])
	switch {
	case errors.Is(err, pflag.ErrHelp):
		c.data(help(v))
		return exitClean
	case err != nil:
		return c.fail("%s: %v%s; see wardnix %[1]s --help", v.about().name, err, c.flagHint(v, err))
	}
	return v.run(c, rest)
}

// unknown says what may be meant by a first argument that is not a command.
func (c *Command) unknown(word string) string {
	if strings.HasPrefix(word, "-") {
		return fmt.Sprintf("%s comes before the command; write it after the command, as in wardnix lint --write", word)
	}
	said := fmt.Sprintf("there is no command %q", word)
	switch word {
	case "check":
		return said + "; to find what is wrong: wardnix lint"
	case "fix", "fmt", "format":
		return said + "; to repair what is wrong: wardnix lint --write"
	case "generate", "new", "init":
		return said + "; to write a module: wardnix gen"
	}
	if _, err := os.Stat(filepath.Join(c.Dir, word)); err == nil && !filepath.IsAbs(word) || strings.ContainsAny(word, "./") {
		return said + "; to lint a file or directory: wardnix lint " + word
	}
	var names []string
	for _, v := range verbs() {
		names = append(names, v.about().name)
	}
	return said + spell.Hint(word, names)
}

// flagHint says what may be meant by a flag that v does not have.
func (c *Command) flagHint(v verb, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	if short := unknown.GetSpecifiedShortnames(); short != "" {
		if _, err := os.Stat(filepath.Join(c.Dir, "-"+short)); err == nil {
			return fmt.Sprintf("; for the file of that name: wardnix %s -- -%s", v.about().name, short)
		}
		return "; flags other than -q, -v and -h are written out, with two dashes"
	}
	word := unknown.GetSpecifiedName()
	fs := flagSet(v)
	var names []string
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return spell.Hint("--"+word, names)
}

func (c *Command) help(args []string) int {
	if len(args) == 0 {
		c.data(helpAll())
		return exitClean
	}
	v, ok := findVerb(args[0])
	if !ok {
		return c.fail("%s; see wardnix --help", c.unknown(args[0]))
	}
	c.data(help(v))
	return exitClean
}

// fail says on standard error what went wrong, in one line or several.
func (c *Command) fail(format string, args ...any) int {
	c.say(fmt.Sprintf(format, args...))
	return exitFailed
}

// say writes lines to standard error, each with the name of the program.
func (c *Command) say(text string) {
	for line := range strings.Lines(text) {
		c.warn(report.Textf("wardnix: %s\n", strings.TrimSuffix(line, "\n")))
	}
}

func findVerb(name string) (verb, bool) {
	for _, v := range verbs() {
		if v.about().name == name {
			return v, true
		}
	}
	return nil, false
}

// parseFlags sets v's flags from args and from the environment, and returns the
// other arguments.
func (c *Command) parseFlags(v verb, args []string) ([]string, error) {
	fs := flagSet(v)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := c.setFromEnv(fs); err != nil {
		return nil, err
	}
	return fs.Args(), checkFlags(fs, fs.Args())
}

func flagSet(v verb) *pflag.FlagSet {
	fs := pflag.NewFlagSet(v.about().name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.Usage = func() {}
	fs.SetOutput(io.Discard)
	v.flags(fs)
	fs.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(otherName(v, name))
	})
	return fs
}

// otherNames are other names of flags of lint, as linters of other languages have
// them.
var otherNames = map[string]string{"fix": "write", "unsafe-fixes": "unsafe"}

func otherName(v verb, name string) string {
	if _, isLint := v.(*lintVerb); isLint && otherNames[name] != "" {
		return otherNames[name]
	}
	return name
}
