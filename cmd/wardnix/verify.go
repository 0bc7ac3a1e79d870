package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"

	"wardnix/lint"
)

// nixParse is the program that --verify asks.
const nixParse = "nix-instantiate"

// verify asks Nix whether it takes what fixes made of a file. A file that it did
// not take before is no matter of the fixes.
func verify(ch lint.Change) error {
	dir := filepath.Dir(filepath.FromSlash(ch.File.Path))
	after := parses(dir, ch.New)
	if after == nil || parses(dir, ch.Old) != nil {
		return nil
	}
	return fmt.Errorf("nix-instantiate does not take the fixed text, which is a bug of wardnix: %w", after)
}

// parses runs nix-instantiate --parse on a text, as if it stood in the folder.
func parses(dir, text string) error {
	cmd := exec.Command(nixParse, "--parse", "-")
	cmd.Dir = dir
	cmd.Stdin = bytes.NewBufferString(text)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %.300s", err, bytes.TrimSpace(out))
	}
	return nil
}
