package main

import (
	"errors"
	"os"
	"os/exec"
	"testing"
)

// missing is an error for a tool that is not installed.
func missing(tool string) error {
	if _, err := exec.LookPath(tool); err == nil {
		return nil
	}
	return errors.New(tool + " is not installed")
}

// needs skips a test if a tool is missing; if CI is set, it fails.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		err := missing(tool)
		switch {
		case err != nil && os.Getenv("CI") != "":
			t.Fatalf("%v, and CI is set", err)
		case err != nil:
			t.Skip(err)
		}
	}
}
