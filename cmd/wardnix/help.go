package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint/spell"
)

const (
	tagline = "wardnix lints and hardens the systemd services of NixOS configurations."
	columns = 80
)

// helpAll is the help without a command: a screen that says where to start.
func helpAll() string {
	var b strings.Builder
	b.WriteString(tagline + "\n\nUsage: wardnix COMMAND [FLAGS] [PATH…]\n\nCommands:\n")
	for _, v := range verbs() {
		a := v.about()
		fmt.Fprintf(&b, "  %-12s%s\n", a.name, a.line)
	}
	b.WriteString(`
Start here:
  wardnix lint                    what is wrong below this directory
  wardnix lint --diff             what the safe fixes would change
  wardnix lint --write            apply the safe fixes
  wardnix explain ProtectSystem   what a directive does, and what it costs

wardnix COMMAND --help prints the flags of a command.
`)
	return b.String()
}

// help is the help of one command.
func help(v verb) string {
	a := v.about()
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\nUsage: wardnix %s\n", sentence(a.line), usage(a))
	if a.text != "" {
		b.WriteString("\n" + fill(a.text, columns) + "\n")
	}
	if f := flagTable(v); f != "" {
		b.WriteString("\nFlags:\n" + f)
	}
	return b.String()
}

// flagColumn is where the texts of flags begin; a flag that is longer has a line
// to itself.
const flagColumn = 28

// flagTable lists the flags of a verb, --help excepted.
func flagTable(v verb) string {
	var b strings.Builder
	flagSet(v).VisitAll(func(f *pflag.Flag) {
		form := "  " + flagForm(f)
		if f.Shorthand == "" {
			form = "      " + flagForm(f)
		}
		text := flagText(f)
		if def := f.DefValue; def != "" && def != "false" && def != "[]" && def != "0" {
			text += " (default: " + def + ")"
		}
		if n := len([]rune(form)); n < flagColumn {
			form += strings.Repeat(" ", flagColumn-n)
		} else {
			form += "\n" + strings.Repeat(" ", flagColumn)
		}
		lines := strings.ReplaceAll(fill(text, columns-flagColumn), "\n", "\n"+strings.Repeat(" ", flagColumn))
		b.WriteString(form + lines + "\n")
	})
	return b.String()
}

// usage is the command line of a verb.
func usage(a about) string {
	return strings.TrimSpace(a.name + " [FLAGS] " + a.args)
}

// sentence is s with a capital letter.
func sentence(s string) string { return spell.Capitalised(s) }

// fill breaks the paragraphs of s, parted by blank lines, into lines of at
// most width columns. A paragraph that begins with a blank stays as it is.
func fill(s string, width int) string {
	paras := strings.Split(strings.Trim(s, "\n"), "\n\n")
	for i, p := range paras {
		if strings.HasPrefix(p, " ") {
			continue
		}
		var lines []string
		line := ""
		for _, w := range strings.Fields(p) {
			if line != "" && len([]rune(line))+1+len([]rune(w)) > width {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimPrefix(line+" "+w, " ")
		}
		paras[i] = strings.Join(append(lines, line), "\n")
	}
	return strings.Join(paras, "\n\n")
}

// eachFlag calls do for every flag of v, --help included.
func eachFlag(v verb, do func(*pflag.Flag)) {
	fs := flagSet(v)
	fs.BoolP("help", "h", false, "show this help")
	fs.VisitAll(do)
}
