package profile_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// evidence are the settings that each baseline was seen to work under, by the
// file of the evidence.
func evidence(t *testing.T) map[string]map[string][]string {
	t.Helper()
	files, err := filepath.Glob("evidence/systemd-*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no evidence", err)
	}
	seen := map[string]map[string][]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Split(line, "\t"); len(f) == 6 && f[1] == "proven" && f[3] == "ok" {
				if seen[f[0]] == nil {
					seen[f[0]] = map[string][]string{}
				}
				seen[f[0]][file] = strings.Split(f[2], "; ")
			}
		}
	}
	return seen
}

// row is a setting of a module: one line, or the lines of a list.
var row = regexp.MustCompile(`(?ms)^      (\w+) = ([^\[\n]+|\[.*?\]);$`)

// settings are those of a module, as lines of a unit.
func settings(module string) []string {
	var all []string
	_, body, _ := strings.Cut(module, "serviceConfig = {\n")
	for _, m := range row.FindAllStringSubmatch(body, -1) {
		key, value := m[1], strings.NewReplacer("true", "yes", "null", "").Replace(m[2])
		words := strings.Fields(strings.Trim(value, "[]"))
		for i, w := range words {
			words[i] = strings.Trim(w, `"`)
		}
		if key != "SystemCallFilter" {
			words = []string{strings.Join(words, " ")}
		}
		for _, w := range words {
			all = append(all, key+"="+w)
		}
	}
	return all
}

// Each proven baseline is exactly what its daemon was run under, and worked.
func TestProvenHaveEvidence(t *testing.T) {
	seen := evidence(t)
	modules, err := filepath.Glob("proven/*.nix")
	if err != nil || len(modules) < 60 {
		t.Fatalf("%d baselines, want at least 60 (%v)", len(modules), err)
	}
	for _, file := range modules {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".nix")
		if len(seen[name]) == 0 {
			t.Errorf("%s: no run of it succeeded", file)
		}
		for source, want := range seen[name] {
			if got := settings(string(text)); !slices.Equal(got, want) {
				t.Errorf("%s is not what %s saw:\n%q\n%q", file, source, got, want)
			}
		}
	}
}

// The index names each proven baseline once, and nothing else.
func TestProvenIndex(t *testing.T) {
	text, err := os.ReadFile("proven/index.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) == 4 && f[0] != "baseline" {
			names = append(names, filepath.Join("proven", f[0]+".nix"))
		}
	}
	modules, err := filepath.Glob("proven/*.nix")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names, modules) {
		t.Errorf("the index has %q, the directory %q", names, modules)
	}
}
