//go:build e2e && unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"wardnix/nixast/testtool"
)

// actionEnv are the inputs of the action as its file has them, with some replaced.
func actionEnv(t *testing.T, given map[string]string) []string {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Inputs map[string]struct{ Default string }
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	for name := range given {
		if _, ok := action.Inputs[name]; !ok {
			t.Fatalf("the action has no input %s", name)
		}
	}
	var env []string
	for name, input := range action.Inputs {
		value, ok := given[name]
		if !ok {
			value = input.Default
		}
		env = append(env, "INPUT_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+value)
	}
	return env
}

// The script of the action annotates, writes the whole list into the log and the summary,
// sets its outputs, and fails where lint does.
func TestActionScript(t *testing.T) {
	testtool.Need(t, "bash")
	for _, c := range []struct {
		name            string
		inputs          map[string]string
		status          int
		log, sum, out   []string
		missing, noFile string
	}{
		{
			"findings", map[string]string{"paths": "misspelt\n\n"}, 1,
			[]string{"::error ", "::group::All findings", "ProtectHom"},
			[]string{"## wardnix", "<pre>", "cloudflared-tunnel.service"},
			[]string{"findings="}, "sarif-file=", "wardnix.sarif",
		},
		{"nothing wrong", map[string]string{"paths": "good"}, 0, []string{"nothing to report"}, []string{"nothing to report"}, []string{"findings=0"}, "::error ", "wardnix.sarif"},
		{"SARIF", map[string]string{"paths": "good", "sarif": "true"}, 0, nil, nil, []string{"sarif-file="}, "::error ", ""},
		{"a baseline, and no failure", map[string]string{"paths": "weaker", "baseline": "strict", "fail-on": "none"}, 0, []string{"strict"}, nil, nil, "", ""},
		{"text of an attacker", map[string]string{"paths": "$(touch hacked)\n`touch hacked`\n; touch hacked"}, 2, nil, nil, nil, "", "hacked"},
		{"a word that is no choice", map[string]string{"sarif": "yes"}, 2, []string{"sarif is true or false"}, nil, nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			summary, outputs := filepath.Join(dir, "summary"), filepath.Join(dir, "outputs")
			for _, name := range []string{summary, outputs} {
				if err := os.WriteFile(name, nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			self, err := os.Executable() // is wardnix under that name: see TestMain
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(self, filepath.Join(dir, "wardnix")); err != nil {
				t.Fatal(err)
			}
			script, _ := filepath.Abs("../../.ci/action")
			cmd := exec.Command("bash", script)
			cmd.Dir = "../../testdata/server"
			cmd.Env = append(append(os.Environ(), "RUNNER_TEMP="+dir, "GITHUB_STEP_SUMMARY="+summary, "GITHUB_OUTPUT="+outputs), actionEnv(t, c.inputs)...)
			log, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("exit status %d, not %d:\n%s", got, c.status, log)
			}
			sum, _ := os.ReadFile(summary)
			out, _ := os.ReadFile(outputs)
			for _, x := range []struct {
				where string
				text  []byte
				wants []string
			}{{"log", log, c.log}, {"summary", sum, c.sum}, {"outputs", out, c.out}} {
				for _, want := range x.wants {
					if !strings.Contains(string(x.text), want) {
						t.Errorf("the %s has no %q:\n%s", x.where, want, x.text)
					}
				}
			}
			if all := string(log) + string(out); c.missing != "" && strings.Contains(all, c.missing) {
				t.Errorf("there is %q in\n%s", c.missing, all)
			}
			if _, err := os.Stat(filepath.Join(dir, c.noFile)); c.noFile != "" && err == nil {
				t.Errorf("%s was written", c.noFile)
			}
			if _, err := os.Stat(filepath.Join(cmd.Dir, "hacked")); err == nil {
				t.Error("text of an input was run")
			}
		})
	}
}

// The action and the workflows of the recipes are what the linters of workflows and the
// schemas of their hosts accept.
func TestWorkflowsAreSafe(t *testing.T) {
	dir := t.TempDir()
	var workflows []string
	for name, text := range recipes(t) {
		github := strings.HasPrefix(name, ".github/")
		if !github && name != ".gitlab-ci.yml" {
			continue
		}
		if github {
			workflows = append(workflows, name)
		}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	action, err := filepath.Abs("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name, command := range map[string][]string{
		"linted by zizmor":     append([]string{"zizmor", "--offline", "--no-progress", "--quiet", action}, workflows...),
		"linted by actionlint": append([]string{"actionlint"}, workflows...),
		"schema of actions":    {"check-jsonschema", "--builtin-schema", "vendor.github-actions", action},
		"schema of workflows":  append([]string{"check-jsonschema", "--builtin-schema", "vendor.github-workflows"}, workflows...),
		"schema of GitLab":     {"check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", ".gitlab-ci.yml"},
	} {
		t.Run(name, func(t *testing.T) {
			if command[0] == "actionlint" {
				testtool.Need(t, command[0])
			} else {
				needExtra(t, command[0])
			}
			cmd := exec.Command(command[0], command[1:]...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
