//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a user gives comes last on the command line of nix, after "--", so that it is
// never an option; and nix is run without the variables of git that name a repository.
func TestAuditPassesNoOptions(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	script := "#!/bin/sh\nprintf '%s\\0' \"$@\" \"\n\" >>" + log + "\nprintf 'GIT_DIR=%s' \"$GIT_DIR\" >>" + log + ".env\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "nix"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("GIT_DIR", dir)
	targets := []string{"--impure#h", "--impure#nixosConfigurations", "-f./x.nix#h", "--option#h", "\n--expr#h", "#-h", ".#h\" --impure \"", "--#h", "#nixosConfigurations"}
	for _, target := range targets {
		var out bytes.Buffer
		c := Command{Stdout: &out, Stderr: &out, Dir: dir, Env: func(string) (string, bool) { return "", false }}
		if status := c.Main([]string{"audit", "--", target}); status != exitFailed {
			t.Errorf("%q: exit status %d\n%s", target, status, &out)
		}
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	calls := strings.Split(strings.TrimSuffix(string(text), "\x00\n\x00"), "\x00\n\x00")
	if len(calls) != len(targets) {
		t.Fatalf("nix is called %d times, not %d: %q", len(calls), len(targets), calls)
	}
	for i, call := range calls {
		words := strings.Split(call, "\x00")
		flake, _, _ := strings.Cut(targets[i], "#")
		last := len(words) - 1
		if slices.Index(words, "--") != last-1 || !strings.HasPrefix(words[last], flake+"#nixosConfigurations") {
			t.Errorf("%q: nix gets %q", targets[i], words)
		}
	}
	if env, err := os.ReadFile(log + ".env"); err != nil || strings.ReplaceAll(string(env), "GIT_DIR=", "") != "" {
		t.Errorf("%q, %v", env, err)
	}
}
