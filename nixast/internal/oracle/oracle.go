// Package oracle asks a real Nix how it parses Nix files, for tests and
// measurements.
package oracle

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"wardnix/nixast"
)

// Nix is a `nix-instantiate` on this machine.
type Nix struct {
	path    string
	Version string // "2.8.0"
	Dialect nixast.Dialect
}

// Find looks for `nix-instantiate` in PATH. It fails if there is none, or one
// whose language is neither dialect of nixast.
func Find() (*Nix, error) {
	path, err := exec.LookPath("nix-instantiate")
	if err != nil {
		return nil, err
	}
	out, err := exec.Command(path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("nix-instantiate --version: %w", err)
	}
	fields := strings.Fields(string(out))
	if len(fields) == 0 {
		return nil, fmt.Errorf("nix-instantiate --version printed nothing")
	}
	n := &Nix{path: path, Version: fields[len(fields)-1]}
	var major, minor int
	if _, err := fmt.Sscanf(n.Version, "%d.%d", &major, &minor); err != nil {
		return nil, fmt.Errorf("version of nix-instantiate: %q", out)
	}
	switch {
	case major == 2 && minor == 8:
		n.Dialect = nixast.Nix28
	case major == 2 && minor >= 34 || major > 2:
		n.Dialect = nixast.Nix236
	default:
		return nil, fmt.Errorf("nix %s is neither dialect; 2.8 and 2.34 or later are", n.Version)
	}
	return n, nil
}

// Result is what Nix says of one file.
type Result struct {
	Accepted bool
	Text     string // what --parse printed, sorted as nixast.Canonical sorts it; no newline
	Err      string // why it was not accepted
}

// batch is how many files one process is given. Nix stops at the first file
// that it does not accept.
const batch = 200

// Parse asks about files, given by absolute paths.
func (n *Nix) Parse(files []string) ([]Result, error) {
	results := make([]Result, 0, len(files))
	for len(results) < len(files) {
		rest := files[len(results):]
		rest = rest[:min(batch, len(rest))]
		rs, err := n.run(rest)
		if err != nil {
			return nil, err
		}
		results = append(results, rs...)
	}
	return results, nil
}

// run asks about files up to the first that is not accepted.
func (n *Nix) run(files []string) ([]Result, error) {
	cmd := exec.Command(n.path, append([]string{"--parse"}, files...)...)
	cmd.Env = append(os.Environ(), "NIX_PATH=", "NIX_REMOTE=dummy://", "NO_COLOR=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	lines := strings.Split(stdout.String(), "\n")
	lines = lines[:len(lines)-1]
	results := make([]Result, 0, len(files))
	for _, line := range lines {
		if n.Dialect == nixast.Nix28 {
			line = normalize(line)
		}
		results = append(results, Result{Accepted: true, Text: line})
	}
	if err != nil {
		results = append(results, Result{Err: strings.TrimSpace(stderr.String())})
	}
	if len(results) == 0 || len(results) > len(files) || err == nil && len(results) < len(files) {
		return nil, fmt.Errorf("nix-instantiate printed %d lines for %d files: %s", len(lines), len(files), stderr.String())
	}
	return results, nil
}
