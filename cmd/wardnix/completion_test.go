package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/report"
	"wardnix/nixast/testtool"
)

// TestBashCompletion lets bash complete command lines with the script.
func TestBashCompletion(t *testing.T) {
	testtool.Need(t, "bash")
	var script bytes.Buffer
	c := Command{Stdout: &script}
	if status := c.Main([]string{"completion", "bash"}); status != exitClean {
		t.Fatal("status", status)
	}
	var formats []string
	for _, f := range report.Formats() {
		formats = append(formats, f.Name)
	}
	for line, want := range map[string]string{
		"wardnix ex":                        "explain",
		"wardnix lint --form":               "--format",
		"wardnix lint --format ch":          "checkstyle",
		"wardnix lint --fail-on ":           "error warning info none",
		"wardnix units --format ":           "text json",
		"wardnix rules --format mark":       "markdown",
		"wardnix lint --output-file ":       "", // bash names files
		"wardnix lint modules/":             "",
		"wardnix lint --fi":                 "--fix --fixable",
		"wardnix lint --format = ch":        "checkstyle",
		"wardnix lint --format=ch":          "checkstyle",
		"wardnix lint --format =":           strings.Join(formats, " "),
		"wardnix lint --select B001,void-s": "B001,void-setting",
		"wardnix lint --baseline str":       "strict",
		"wardnix explain ProtectHom":        "ProtectHome",
		"wardnix explain baseline-m":        "baseline-missing",
		"wardnix gen clou":                  "cloudflared",
		"wardnix gen --class da":            "database",
		"wardnix known ":                    "create check prune",
		"wardnix completion f":              "fish",
	} {
		words := strings.Split(line, " ")
		args := append([]string{"-c", script.String() + `
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _wardnix; echo "${COMPREPLY[*]}"`, "bash"}, words...)
		out, err := exec.Command("bash", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		if diff := cmp.Diff(want, strings.TrimSpace(string(out))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}
