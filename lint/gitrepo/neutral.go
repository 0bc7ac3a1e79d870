package gitrepo

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Neutral is the environment of this process for a program that runs git itself, as
// nix does: in it the settings of the repositories have git run nothing. Settings of
// the user and of the machine stay as they are, unless a repository sets the same.
//
// Of a repository that is not among these, nothing but hooks, monitors and signatures
// is neutralized: the names of its filters are not known.
func Neutral(repositories ...*Repository) ([]string, error) {
	settings := slices.Clone(neutralAlways)
	for _, r := range repositories {
		own, err := r.programs()
		if err != nil {
			return nil, err
		}
		settings = append(settings, own...)
	}
	environment := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(localVariables, name)
	})
	given, _ := strconv.Atoi(os.Getenv("GIT_CONFIG_COUNT")) // later ones win
	for i, s := range settings {
		environment = append(environment, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", given+i, s.key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", given+i, s.value))
	}
	return append(environment,
		fmt.Sprintf("GIT_CONFIG_COUNT=%d", given+len(settings)),
		"GIT_NO_LAZY_FETCH=1", // a remote is a command; from git 2.39.4 on
		"GIT_TERMINAL_PROMPT=0",
		"GIT_OPTIONAL_LOCKS=0",
		"HGRCSKIPREPO=1", // Mercurial reads no settings of a repository
	), nil
}

// localVariables are those that make git look at another repository (git-rev-parse(1),
// --local-env-vars).
var localVariables = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_REPLACE_REF_BASE",
}

// setting is a setting of git.
type setting struct{ key, value string }

// neutralAlways are settings with which git runs nothing of a repository.
var neutralAlways = []setting{
	{"safe.bareRepository", "explicit"}, {"protocol.ext.allow", "never"},
	{"core.fsmonitor", "false"}, {"core.hooksPath", os.DevNull}, {"log.showSignature", "false"},
}

// neutral is the value with which a setting that names a program for files names none,
// by the first and last part of its name (git-config(1)).
var neutral = map[[2]string]string{
	{"diff", "command"}:    "",
	{"diff", "external"}:   "",
	{"diff", "textconv"}:   "",
	{"filter", "clean"}:    "",
	{"filter", "process"}:  "",
	{"filter", "required"}: "false",
	{"filter", "smudge"}:   "",
}

// programs are the settings of the repository itself that name programs, with neutral
// values.
func (r *Repository) programs() ([]setting, error) {
	out, err := r.run("config", "--list", "--show-scope", "--name-only", "--null", "--includes")
	if err != nil {
		return nil, err
	}
	return parseScopes(out), nil
}

// parseScopes are the settings of a repository that name programs, with neutral values,
// in what "config --list --show-scope --name-only --null" prints.
func parseScopes(out string) []setting {
	var found []setting
	for scope, key := range pairs(out) {
		if scope != "local" && scope != "worktree" {
			continue
		}
		first, last := key[:strings.IndexByte(key+".", '.')], key[strings.LastIndexByte(key, '.')+1:]
		if value, ok := neutral[[2]string{first, last}]; ok && !slices.Contains(found, setting{key, value}) {
			found = append(found, setting{key, value})
		}
	}
	return found
}

// pairs are the texts that NULs end, two by two.
func pairs(text string) func(yield func(a, b string) bool) {
	return func(yield func(a, b string) bool) {
		all := strings.Split(text, "\x00")
		for i := 0; i+1 < len(all); i += 2 {
			if !yield(all[i], all[i+1]) {
				return
			}
		}
	}
}
