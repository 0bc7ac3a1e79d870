package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// envKey is the annotation of a flag that a variable of the environment may set.
const envKey = "environment"

// fromEnv lets variables of the environment set flags.
func fromEnv(fs *pflag.FlagSet, flags ...string) {
	for _, name := range flags {
		annotate(fs, name, envKey, envName(name))
	}
}

// envName is the variable of a flag: WARDNIX_FAIL_ON for --fail-on.
func envName(flag string) string {
	return "WARDNIX_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// setFromEnv sets the flags that the command line does not, and that it does not
// exclude, from the environment. An empty variable counts as unset.
func (c *Command) setFromEnv(fs *pflag.FlagSet) error {
	if c.Env == nil {
		return nil
	}
	var given []string
	fs.Visit(func(f *pflag.Flag) { given = append(given, f.Name) })
	var err error
	fs.VisitAll(func(f *pflag.Flag) {
		name := envName(f.Name)
		value, ok := c.Env(name)
		if err != nil || !ok || value == "" || f.Annotations[envKey] == nil || f.Changed || excluded(f.Name, given) {
			return
		}
		if problem := fs.Set(f.Name, value); problem != nil {
			err = fmt.Errorf("%s=%q: not a value of --%s", name, value, f.Name)
		}
	})
	return err
}

// excluded reports whether one of some flags excludes another.
func excluded(flag string, given []string) bool {
	return slices.ContainsFunc(relations, func(r relation) bool {
		return r.flag == flag && slices.ContainsFunc(r.excludes, func(x string) bool { return slices.Contains(given, x) }) ||
			slices.Contains(given, r.flag) && slices.Contains(r.excludes, flag)
	})
}
