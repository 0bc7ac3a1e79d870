package workspace

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// nixArguments keep nix from doing more than to evaluate: no build, neither for an
// import from a derivation nor otherwise, no lock file written, and no setting
// taken from a flake.
var nixArguments = []string{
	"--extra-experimental-features", "nix-command flakes",
	"eval", "--no-write-lock-file",
	"--option", "allow-import-from-derivation", "false",
	"--option", "accept-flake-config", "false",
	"--option", "max-jobs", "0",
	"--option", "builders", "",
}

// nixEval is what nix prints for an installable, which is never taken for an
// option.
func (w *Workspace) nixEval(ctx context.Context, installable string, args ...string) (string, error) {
	program, err := exec.LookPath("nix")
	if err != nil {
		return "", errors.New("nix is needed to evaluate a flake, and was not found; a .drv, a built system or a directory of unit files needs none")
	}
	full := append(append(append([]string{}, nixArguments...), args...), "--", installable)
	cmd := exec.CommandContext(ctx, program, full...)
	cmd.Dir = w.abs(".")
	var out, messages strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("nix eval: %w\n%s", err, strings.TrimSpace(messages.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
