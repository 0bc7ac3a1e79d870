//go:build e2e && unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

// recipes are the files that docs/recipes.md shows, by name.
func recipes(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, m := range fence.FindAllStringSubmatch(string(page), -1) {
		if name := m[2]; name != "" {
			if files[name] != "" {
				t.Errorf("the page shows %s twice", name)
			}
			files[name] = m[3]
		}
	}
	if len(files) == 0 {
		t.Fatal("the page shows no file")
	}
	return files
}

// Every file is one in its language.
func TestRecipesParse(t *testing.T) {
	for name, text := range recipes(t) {
		var err error
		var any any
		switch filepath.Ext(name) {
		case ".yaml", ".yml":
			err = yaml.Unmarshal([]byte(text), &any)
		case ".toml":
			err = toml.Unmarshal([]byte(text), &any)
		case ".json":
			err = json.Unmarshal([]byte(text), &any)
		case ".nix":
			for _, d := range nixast.Parse(name, text, nixast.Options{}).Diagnostics {
				t.Errorf("%s: %s", name, d.Message)
			}
			if _, missing := exec.LookPath("nix-instantiate"); missing == nil {
				cmd := exec.Command("nix-instantiate", "--parse", "-")
				cmd.Stdin = strings.NewReader(text)
				var out []byte
				if out, err = cmd.CombinedOutput(); err != nil {
					t.Errorf("%s: %s", name, out)
				}
			}
		case "": // a hook
			err = exec.Command("sh", "-n", "-c", text).Run()
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var (
	// A command of wardnix in a recipe, with its flags.
	recipeCommand = regexp.MustCompile(`wardnix(?:\S* --)? (lint(?: --[\w-]*(?:=\w+)?)*)`)
	// A list of arguments in TOML or Nix that begins with lint.
	recipeList = regexp.MustCompile(`\[\s*"lint"[^\]]*\]`)
	quoted     = regexp.MustCompile(`"([^"]*)"`)
)

// recipeCommands are the arguments of wardnix that the recipes give, without files.
func recipeCommands(text string) []string {
	var all []string
	text = strings.ReplaceAll(text, `\ `, " ") // of Vim
	for _, m := range recipeCommand.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.TrimSuffix(m[1], " --"))
	}
	for _, list := range recipeList.FindAllString(text, -1) {
		var words []string
		for _, m := range quoted.FindAllStringSubmatch(list, -1) {
			words = append(words, m[1])
		}
		all = append(all, strings.TrimSuffix(strings.Join(words, " "), " --"))
	}
	return all
}

// Every command finds what is wrong, or repairs it, and is content afterwards.
func TestRecipeCommands(t *testing.T) {
	n := 0
	for name, text := range recipes(t) {
		for _, command := range recipeCommands(text) {
			n++
			w := newWorld(t, "a.nix")
			first := 1
			if strings.Contains(command, "--write") || strings.Contains(command, "--fail-on=none") {
				first = 0
			}
			t.Logf("%s: wardnix %s", name, command)
			out := w.run(first, "$wardnix "+command)
			if _, format, ok := strings.Cut(command, "--format="); ok {
				format, _, _ = strings.Cut(format, " ")
				if err := readable(format, out); err != nil {
					t.Errorf("%s: what wardnix %s prints: %v:\n%s", name, command, err, out)
				}
			}
			w.run(0, "$wardnix lint --write")
			w.holds("a.nix", goodModule)
			w.run(0, "$wardnix "+command)
		}
	}
	if n < 5 {
		t.Errorf("the page holds %d commands", n)
	}
}

// readable reads a report of the finding in [badModule] as the host does that
// a format is for.
func readable(format, out string) error {
	const line = 1
	switch format {
	case "sarif":
		var log struct {
			Version string
			Runs    []struct {
				Results []struct {
					RuleID    string
					Locations []struct {
						PhysicalLocation struct {
							ArtifactLocation struct{ URI string }
							Region           struct{ StartLine int }
						}
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(out), &log); err != nil {
			return err
		}
		at := log.Runs[0].Results[0].Locations[0].PhysicalLocation
		return told(log.Version == "2.1.0" && at.ArtifactLocation.URI == "a.nix" && at.Region.StartLine == line)
	case "gitlab":
		var issues []struct {
			Description, Fingerprint, Severity string
			CheckName                          string `json:"check_name"`
			Location                           struct {
				Path      string
				Lines     struct{ Begin int }
				Positions struct{ Begin struct{ Line int } }
			}
		}
		if err := json.Unmarshal([]byte(out), &issues); err != nil {
			return err
		}
		i := issues[0]
		return told(i.Description != "" && i.Fingerprint != "" && i.Severity != "" && i.CheckName != "" &&
			i.Location.Path == "a.nix" && max(i.Location.Lines.Begin, i.Location.Positions.Begin.Line) == line)
	case "rdjsonl":
		var d struct {
			Message  string
			Location struct {
				Path  string
				Range struct{ Start struct{ Line, Column int } }
			}
		}
		if err := json.Unmarshal([]byte(out), &d); err != nil {
			return err
		}
		return told(d.Message != "" && d.Location.Path == "a.nix" && d.Location.Range.Start.Line == line)
	case "concise":
		return told(strings.HasPrefix(out, "a.nix:1:52: error[D002] "))
	}
	return fmt.Errorf("no host reads %s", format)
}

func told(ok bool) error {
	if !ok {
		return errors.New("the finding is not where the host looks for it")
	}
	return nil
}

// needExtra skips a test unless a program is in PATH that .ci/run does not install.
func needExtra(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed, and .ci/run does not install it", program)
	}
}

// host is a world with a git repository, wardnix on the PATH, and recipes in
// their files.
func host(t *testing.T, program string, files ...string) *world {
	t.Helper()
	testtool.Need(t, "git")
	needExtra(t, program)
	w := newWorld(t)
	dir := filepath.Dir(w.program)
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(dir, "gitconfig"))
	w.run(0, "git config --global user.name a; git config --global user.email a@example.org; git init -q")
	all := recipes(t)
	for _, name := range files {
		if all[name] == "" {
			t.Fatalf("the page does not show %s", name)
		}
		w.write(name, all[name])
	}
	return w
}

// blocks commits a bad change, which must fail; repairs it, which must pass.
func blocks(w *world) {
	w.t.Helper()
	w.run(0, "git add . && git commit -q --no-verify -m Begin")
	w.write("sub/with space.nix", badModule)
	says(w.t, w.run(1, "git add . && git commit -m Bad"), "error[D002]", "with space.nix:1:52")
	w.run(0, "wardnix lint --write && git add . && git commit -m Good")
	w.holds("sub/with space.nix", goodModule)
	says(w.t, w.run(0, "git log --format=%s; git status --short"), "Good\nBegin\n")
	// Without a file of Nix there is nothing to do.
	w.write("README", "text\n")
	w.run(0, "git add . && git commit -m Text")
}

func TestRecipeGitHook(t *testing.T) {
	w := host(t, "xargs")
	w.write(".git/hooks/pre-commit", recipes(t)[".git/hooks/pre-commit"])
	w.run(0, "chmod +x .git/hooks/pre-commit")
	blocks(w)
}

func TestRecipeLefthook(t *testing.T) {
	w := host(t, "lefthook", "lefthook.yml")
	w.run(0, "lefthook install")
	blocks(w)
}

func TestRecipeTreefmt(t *testing.T) {
	w := host(t, "treefmt", "treefmt.toml")
	w.write("a.nix", badModule)
	w.run(0, "git add .")
	says(t, w.run(1, "treefmt --ci"), "unexpected changes")
	w.holds("a.nix", goodModule)
	w.run(0, "treefmt --ci")
	// What no safe fix repairs fails every time.
	w.write("b.nix", "{ systemd.services.b.serviceConfig.ProtectSystem = \"tight\"; }\n")
	w.run(0, "git add .")
	w.run(1, "treefmt")
	w.run(1, "treefmt --ci")
}

func TestRecipeVim(t *testing.T) {
	w := host(t, "vim", "wardnix.vim")
	w.write("a.nix", "\n"+badModule)
	w.run(0, `vim -N -u wardnix.vim -es a.nix -c 'set filetype=nix' -c 'silent make!' -c 'call writefile(map(getqflist(), "bufname(v:val.bufnr) .. v:val.lnum .. v:val.col .. v:val.type .. v:val.text"), "out")' -c 'qa!' </dev/null`)
	out, err := os.ReadFile(w.path("out"))
	if err != nil {
		t.Fatal(err)
	}
	says(t, string(out), "a.nix252e[D002] [*] a.service: ")
}

// The task of Visual Studio Code reads what wardnix prints.
func TestRecipeTask(t *testing.T) {
	var file struct {
		Tasks []struct {
			ProblemMatcher struct {
				Pattern struct {
					Regexp                                string
					File, Line, Column, Severity, Message int
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(recipes(t)[".vscode/tasks.json"]), &file); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, "a.nix")
	out := w.run(1, "$wardnix lint --format=concise")
	p := file.Tasks[0].ProblemMatcher.Pattern
	m := regexp.MustCompile(p.Regexp).FindStringSubmatch(strings.SplitN(out, "\n", 2)[0])
	if m == nil || m[p.File] != "a.nix" || m[p.Line] != "1" || m[p.Column] != "52" || m[p.Severity] != "error" || m[p.Message] == "" {
		t.Errorf("%q: %q", out, m)
	}
}

// pre-commit and Nix are run with the template, which says what the page says.
func TestRecipesAreTheTemplate(t *testing.T) {
	all := recipes(t)
	template, err := os.ReadFile("../../docs/template/default/.pre-commit-config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page := all[".pre-commit-config.yaml"]
	if got := bytes.ReplaceAll(template, []byte("wardnix-fix"), []byte("wardnix")); string(got) != page {
		t.Errorf("the template is\n%sand the page\n%s", got, page)
	}
	flake, err := os.ReadFile("../../docs/template/default/flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"wardnix.lib.mkCheck", "wardnix.lib.mkLintApp"} {
		says(t, string(flake), name)
		says(t, all["flake.nix"], name)
	}
}
