package workspace

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/lint/gitrepo"
	"wardnix/lint/program"
)

// nixArguments keep nix from doing more than to evaluate: no build, neither for an
// import from a derivation nor otherwise, no native code, no lock file written, no
// file of this machine read but those of flakes, and no setting taken from a flake.
var nixArguments = []string{
	"--extra-experimental-features", "nix-command flakes",
	"eval", "--no-write-lock-file",
	"--option", "allow-import-from-derivation", "false",
	"--option", "allow-unsafe-native-code-during-evaluation", "false",
	"--option", "pure-eval", "true",
	"--option", "accept-flake-config", "false",
	"--option", "max-jobs", "0",
	"--option", "builders", "",
}

// maxEvaluated is the number of bytes that an evaluation may come to.
const maxEvaluated = 1 << 20

// nixEval is what nix prints for an attribute of a flake. Neither is ever taken for an
// option, and git, which nix runs, runs nothing of the flake's repository.
func (w *Workspace) nixEval(ctx context.Context, flake, attr string, args ...string) (string, error) {
	nix, err := exec.LookPath("nix")
	if err != nil {
		return "", errors.New("nix is needed to evaluate a flake, and was not found; a .drv, a built system or a directory of unit files needs none")
	}
	cmd := exec.CommandContext(ctx, nix, slices.Concat(nixArguments, args, []string{"--", flake + "#" + attr})...)
	cmd.Dir = w.abs(".")
	if cmd.Env, err = gitrepo.Neutral(w.repositoriesOf(flake)...); err != nil {
		return "", err
	}
	out, messages, err := program.Output(ctx, cmd, maxEvaluated)
	if err != nil {
		return "", fmt.Errorf("nix eval: %w\n%s", err, strings.TrimSpace(messages))
	}
	return strings.TrimSpace(out), nil
}

// repositoriesOf are the git repositories in which nix runs git for a reference to a
// flake on this machine: the one around the working directory, and those around the
// directory that is named, with and without its links.
func (w *Workspace) repositoriesOf(flake string) []*gitrepo.Repository {
	named, _, _ := strings.Cut(flake, "?")
	for _, scheme := range []string{"git+", "path:", "file:"} {
		named = strings.TrimPrefix(named, scheme)
	}
	if plain, err := url.PathUnescape(named); err == nil {
		named = plain
	}
	dirs := []string{w.abs("."), w.abs(named)}
	if real, err := filepath.EvalSymlinks(w.abs(named)); err == nil {
		dirs = append(dirs, real)
	}
	var found []*gitrepo.Repository
	for _, dir := range dirs {
		r, err := gitrepo.Find(dir)
		if err == nil && !slices.ContainsFunc(found, func(other *gitrepo.Repository) bool { return *other == *r }) {
			found = append(found, r)
		}
	}
	return found
}
