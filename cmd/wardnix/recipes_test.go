//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"wardnix/nixast"
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
			if _, missing := exec.LookPath(nixParse); missing == nil {
				cmd := exec.Command(nixParse, "--parse", "-")
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
	recipeCommand = regexp.MustCompile(`wardnix(?:\S* --)? (lint(?: --?[\w-]+(?:=\S+)?| [a-z]+\.[a-z.]+| sarif)*)`)
	// A list of arguments in TOML or Nix that begins with lint.
	recipeList = regexp.MustCompile(`\[\s*"lint"[^\]]*\]`)
	quoted     = regexp.MustCompile(`"([^"]*)"`)
)

// recipeCommands are the arguments of wardnix that the recipes give, without files.
func recipeCommands(text string) []string {
	var all []string
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
			if strings.Contains(command, "--write") {
				first = 0
			}
			t.Logf("%s: wardnix %s", name, command)
			w.run(first, "$wardnix "+command)
			w.run(0, "$wardnix lint --write")
			w.holds("a.nix", goodModule)
			w.run(0, "$wardnix "+command)
		}
	}
	if n < 5 {
		t.Errorf("the page holds %d commands", n)
	}
}

// host is a world with a git repository, wardnix on the PATH, and recipes in
// their files. The test is skipped where the host is not installed.
func host(t *testing.T, program string, files ...string) *world {
	t.Helper()
	for _, tool := range []string{program, "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
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
