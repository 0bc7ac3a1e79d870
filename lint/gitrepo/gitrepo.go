// Package gitrepo reads commits of git repositories that strangers made: nothing
// of a repository can run anything.
package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"wardnix/lint/program"
)

// A Repository reads the objects of a git repository. It runs only those git
// commands that look at neither the index nor the working tree, so that no
// filter, hook or monitor that a repository's settings name can be part of it.
type Repository struct {
	// Top is the directory that holds .git.
	Top string
}

// errNoRepository is the error of a directory in no git repository.
var errNoRepository = errors.New("git: not a git repository")

// Find finds the repository around an absolute directory. Only an
// entry named .git marks one: git checks out no such entry, while a directory
// that looks like a bare repository can be part of any commit.
func Find(dir string) (*Repository, error) {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return &Repository{Top: dir}, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, errNoRepository
		}
		dir = parent
	}
}

// gitEnvironment is what git is run with in addition to the user's own
// environment, which loses all GIT_ variables: no replaced objects, no objects
// fetched when they are missing (a remote is a command), no questions.
var gitEnvironment = []string{
	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_NO_LAZY_FETCH=1",
	"GIT_ALLOW_PROTOCOL=",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_OPTIONAL_LOCKS=0",
	"LC_ALL=C",
}

// patience is how long git may take: a repository may have a named pipe where a file
// should be, and a revision may be an expensive regular expression.
var patience = time.Minute

var errSlow = errors.New("git did not finish in time")

// maxPrinted is the number of bytes that git may print: a commit of a few objects
// may have more files than there are atoms. The names of a million files fit.
const maxPrinted = 128 << 20

// command is git with arguments, for this repository and no other.
func (r *Repository) command(ctx context.Context, args ...string) *exec.Cmd {
	fixed := []string{
		"--git-dir=" + filepath.Join(r.Top, ".git"), "--no-pager", "--literal-pathspecs",
		"-c", "safe.bareRepository=explicit", "-c", "protocol.allow=never",
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull,
		"-c", "core.bigFileThreshold=1m", // larger ones pass through git in pieces
	}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	cmd.Dir = r.Top
	cmd.Env = append(withoutGit(os.Environ()), gitEnvironment...)
	return cmd
}

// withoutGit is an environment without the variables of git.
func withoutGit(environment []string) []string {
	return slices.DeleteFunc(environment, func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "GIT_") })
}

// run is what git prints.
func (r *Repository) run(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, problem, err := program.Output(ctx, r.command(ctx, args...), maxPrinted)
	return out, gitError(ctx, err, problem)
}

// gitError is the error of a run of git that printed problem.
func gitError(ctx context.Context, err error, problem string) error {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("git is needed and cannot be found")
	case err != nil && ctx.Err() != nil:
		return errSlow
	case errors.Is(err, program.ErrTooMuch):
		return errors.New("the repository is too large: git prints too much")
	}
	if line, _, _ := strings.Cut(strings.TrimSpace(problem), "\n"); err != nil && line != "" {
		return errors.New("git: " + strings.TrimPrefix(line, "fatal: "))
	}
	return err
}

// Base is the commit at which a revision and HEAD parted; the revision's own
// where they never were one.
func (r *Repository) Base(rev string) (string, error) {
	commit, err := r.run("rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	switch {
	case errors.Is(err, errSlow):
		return "", err
	case err != nil:
		if _, broken := r.run("rev-parse", "--git-dir"); broken != nil {
			return "", broken
		}
		return "", fmt.Errorf("git knows no revision %q", rev)
	}
	commit = strings.TrimSpace(commit)
	if base, err := r.run("merge-base", commit, "HEAD"); err == nil {
		return strings.TrimSpace(base), nil
	}
	return commit, nil
}

// Blobs are the names of a commit's file objects by path below the top, with "/".
func (r *Repository) Blobs(commit string) (map[string]string, error) {
	out, err := r.run("ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	return parseTree(out), nil
}

// parseTree reads what "ls-tree -r -z" prints.
func parseTree(out string) map[string]string {
	blobs := map[string]string{}
	for entry := range strings.SplitSeq(out, "\x00") {
		about, name, _ := strings.Cut(entry, "\t")
		if fields := strings.Fields(about); len(fields) == 3 && fields[1] == "blob" {
			blobs[name] = fields[2]
		}
	}
	return blobs
}

// Contents reads objects in order. What is larger than limit bytes, or missing, is
// empty.
func (r *Repository) Contents(objects []string, limit int64) ([]string, error) {
	if len(objects) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := r.command(ctx, "cat-file", "--batch")
	cmd.Stdin = strings.NewReader(strings.Join(objects, "\n") + "\n")
	var problem bytes.Buffer
	cmd.Stderr = &problem
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, gitError(ctx, err, "")
	}
	texts, readErr := readBatch(bufio.NewReader(pipe), len(objects), limit)
	_, _ = io.Copy(io.Discard, pipe) // so that git ends
	if err := gitError(ctx, cmd.Wait(), problem.String()); err != nil {
		return nil, err
	}
	return texts, readErr
}

// readBatch reads n answers of "cat-file --batch": a line that ends in the size,
// the content, a newline.
func readBatch(in *bufio.Reader, n int, limit int64) ([]string, error) {
	texts := make([]string, n)
	for i := range texts {
		header, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		fields := strings.Fields(header)
		if len(fields) != 3 { // "NAME missing"
			continue
		}
		size, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil || size < 0 {
			return nil, fmt.Errorf("git: cat-file: %q", header)
		}
		if size <= limit {
			text := make([]byte, size)
			if _, err := io.ReadFull(in, text); err != nil {
				return nil, err
			}
			texts[i], size = string(text), 0
		}
		if _, err := io.CopyN(io.Discard, in, size+1); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// BlobName is the name that git gives a file's content, in a repository whose
// names look like this one.
func BlobName(text, like string) string {
	h := sha1.New()
	if len(like) == hex.EncodedLen(sha256.Size) {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(text))
	io.WriteString(h, text)
	return hex.EncodeToString(h.Sum(nil))
}
