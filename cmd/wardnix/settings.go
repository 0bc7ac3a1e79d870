package main

import (
	"github.com/spf13/pflag"

	"wardnix/lint/config"
	"wardnix/lint/workspace"
	"wardnix/rules/profile"
)

// settingsVerb describes the settings of wardnix.toml.
type settingsVerb struct{ format string }

func (*settingsVerb) about() about {
	return about{name: "settings", line: "describe the settings of wardnix.toml", text: `
--format schema prints a JSON schema, with which editors complete and check the
file.`}
}

func (v *settingsVerb) flags(fs *pflag.FlagSet) {
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text or schema")
	takes(fs, "format", "text", "schema")
}

func (v *settingsVerb) run(c *Command, args []string) int {
	if len(args) > 0 {
		return c.fail("settings takes no arguments")
	}
	if err := oneOf("format", v.format, "text", "schema"); err != nil {
		return c.fail("settings: %v", err)
	}
	if v.format == "text" {
		c.data(config.Reference())
		return exitClean
	}
	words := config.Vocabulary{Rules: workspace.Catalog(), Classes: profile.ClassNames()}
	if err := c.json(config.Schema(words)); err != nil {
		return c.fail("settings: %v", err)
	}
	return exitClean
}
