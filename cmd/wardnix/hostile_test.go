package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"wardnix/lint/report"
	"wardnix/nixast/testtool"
)

// evil is text that controls terminals, reorders what is read, is not UTF-8, and
// holds commands of CI runners at the start of a line and inside of one.
// It ends strings, attributes, elements and scripts of HTML, and is a link and a formula.
const evil = "e\x1b]0;title\x07\x1b[2J\u009b31m\u202e\u2066\u200f\u034f\x7f\b ##[add-mask]m ###vso[task.setvariable]v ##teamcity[x]\r::stop-commands::r\n::stop-commands::n\n  ::add-mask::s" +
	"\n\ufe0f:\ufe0f:add-mask::s\n%0A::add-mask::s]]></title></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>--> [a](https://example.org)\n=cmd|' /C calc'!A0\xff"

// evilName is what of it a file name may hold.
const evilName = "n\x1b]0;t\x07\u009b2J\u202e ##[add-mask]m\r\n::stop-commands::n\"'><img src=x onerror=alert(1)>\xff"

// evilString is text in a string of Nix.
func evilString(text string) string {
	return `"` + strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\r", "\\r", "\n", "\\n").Replace(text) + `"`
}

// tomlString is text in a string of TOML, where it must be UTF-8.
func tomlString(text string) string {
	quoted, _ := json.Marshal(text) // a string of JSON is one of TOML, but for U+007F
	return strings.ReplaceAll(string(quoted), "\x7f", `\u007f`)
}

// evilKnown is a list of known findings with the text in every place.
func evilKnown() string {
	list, _ := json.Marshal(map[string]any{
		"version":  1,
		"findings": map[string]any{evil: map[string]any{evil: map[string]any{evil: []string{evil}, "D002": []string{evil}}}},
		"exposure": map[string]any{evil: map[string]string{"web.service": "0.1", evil: evil}, "": map[string]string{"web.service": "0.1", evil + ".service": "0.0"}},
	})
	return string(list)
}

// evilProject is a project that has hostile text in every place: names of hosts,
// units, directives, files and directories, values, comments, settings and syntax errors.
func evilProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	unit := func(name, value string) string {
		return "{\n  # wardnix: ignore[" + strings.NewReplacer("\n", " ", "\r", " ").Replace(evil) + "]\n" +
			"  systemd.services." + name + " = {\n    script = " + value + ";\n    environment.X = " + value + ";\n" +
			"    serviceConfig = { ProtectSystem = " + value + "; " + value + " = " + value + "; ExecStart = " + value + "; User = " + value + "; };\n  };\n" +
			"  systemd.services.web.serviceConfig.ProtectSystem = \"Strict\";\n}\n"
	}
	for name, text := range map[string]string{
		"flake.nix": "{ outputs = { nixpkgs, ... }: { nixosConfigurations." + evilString(evil) +
			" = nixpkgs.lib.nixosSystem { modules = [ ./a.nix (./. + " + evilString("/"+evilName+"/b.nix") + ") ]; }; }; }\n",
		"a.nix":                      unit(evilString(evil), evilString(evil)),
		evilName + "/b.nix":          unit("b", "''\n"+evil+"''"),
		evilName + ".nix":            unit("c", evilString("/nix/store/"+evil)),
		"broken" + evilName + ".nix": "{ a = " + evilString(evil) + " " + evil + " }\n",
		"huge" + evilName + ".nix":   "\x00",
		"units/web.service":          "[Service]\nExecStart=/bin/web " + evil + "\nProtectSystem=" + evil + "\n" + evil + "=1\n",
		"units/web.service.d/" + evilName[:12] + ".conf": "[Service]\nNoNewPrivileges=" + evil + "\n",
		"new/web.service":       "[Service]\nExecStart=/bin/web\nUser=" + evil + "\n",
		evilName + "/x.service": "[Service]\nExecStart=" + evil + "\n",
		"evil.nix":              unit("evil", evilString(evil)),
		"wardnix.toml":          "[unit." + tomlString(evil) + "]\nignore = [\"B\"]\n[path." + tomlString("**/"+evil) + "]\nignore = [\"B\"]\n",
		"known.json":            evilKnown(),
		"bad.toml":              "ignore = [" + evilString("B\u202e\u009b##[x]") + "]\n\"k\u202e##[x]\" = 1\n",
		"bad.json":              "{\"version\": 1, \"" + "\u202e##[x]" + "\": 2}",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Skipf("the file system takes no such name: %v", err)
		}
	}
	return dir
}

// command is a line that a runner of CI takes for a command.
var command = regexp.MustCompile(`(?m)^\s*::.*::|##\w*\[`)

// annotation is a line that the format github writes itself.
var annotation = regexp.MustCompile(`(?m)^::(error|warning|notice) title=wardnix [A-Z]\d{3} `)

// unsafe is what a stream must not have; "" if it has nothing of it.
func unsafe(text string) string {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return "a byte that is not UTF-8"
		case r == '\n' || r == '\t':
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point):
			return strings.Trim(strings.ToUpper(evilString(string(r))), `"`) + " after " + text[max(0, i-40):i]
		}
		i += size
	}
	text = strings.ReplaceAll(annotation.ReplaceAllString(text, ""), "\ufe0f", "")
	if c := command.FindString(text); c != "" {
		return "the command " + c
	}
	return ""
}

// Foreign text reaches no stream of any verb as it is.
func TestHostileText(t *testing.T) {
	testtool.Long(t)
	t.Parallel()
	dir := evilProject(t)
	runs := [][]string{
		{"lint", "--diff"}, {"lint", "--diff", "--unsafe"}, {"lint", "--statistics"}, {"lint", "--show-settings"},
		{"lint", "--select", evil}, {"lint", "--baseline", evil}, {"lint", "--config", "bad.toml"}, {"lint", "--known", "bad.json"},
		{"lint", "--since", evil}, {"lint", "--" + evil}, {"lint", "--format", evil}, {"lint", "--exclude", evil + "["}, {evil}, {"lint", evil},
		{"units"}, {"units", "--render"}, {"units", "--format", "json", "--render"},
		{"score"}, {"score", "--format", "json"}, {"score", "--detail", "web.service"}, {"score", "--detail", evil}, {"score", "--ratchet", "bad.json"},
		{"audit", "--compare", "units", "new"}, {"audit", "--compare", "--format", "json", "units", "new"}, {"audit", evil}, {"audit", evilName + "/x.service"},
		{"audit", "--agreement", "--project", "a.nix", "units"}, {"audit", "--agreement", "--format", "json", "--project", "a.nix", "units"},
		{"audit", "--project", evilName + "/b.nix", "units"},
		{"lint", "--baseline", "./evil.nix"}, {"lint", "--known", "known.json"}, {"score", "--ratchet", "known.json"}, {"score", "--ratchet", "known.json", "units"},
		{"lint", "--add-ignore", evil, "--diff"}, {"lint", "--show-settings", evilName + ".nix"}, {"audit", "-v", "units"}, {"lint", "-v"},
		{"known", "check"}, {"known", "check", "--file", "bad.json"}, {"known", "create", "--file", "/nowhere/" + evilName},
		{"parse", "--tree", "broken" + evilName + ".nix", evilName + ".nix"}, {"explain", evil}, {"help", evil},
		{"gen", "service", evil}, {"gen", "--from-unit", evilName + "/x.service"}, {"completion", evil}, {"rules", "--format", evil},
	}
	for _, f := range report.Formats() {
		runs = append(runs, []string{"lint", "--format", f.Name}, []string{"lint", "--diff", "--format", f.Name},
			[]string{"audit", "--format", f.Name, "units"}, []string{"audit", "--format", f.Name, "units", "new"},
			[]string{"audit", "--format", f.Name, "--project", "a.nix", "units"})
	}
	for _, args := range runs {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			c := Command{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: dir, Env: func(string) (string, bool) { return "", false }}
			c.Main(args)
			if stdout.Len()+stderr.Len() == 0 {
				t.Error("it prints nothing")
			}
			for stream, text := range map[string]string{"standard output": stdout.String(), "standard error": stderr.String()} {
				if args[0] == "gen" && stream == "standard output" {
					continue // a module, as its user wants it
				}
				if found := unsafe(text); found != "" {
					t.Errorf("%s has %q", stream, found)
				}
			}
			// With --diff, the report is on standard error.
			if i := slices.Index(args, "--format"); i >= 0 && stdout.Len() > 0 && !slices.Contains(args, "--diff") {
				if check, ok := wellFormed[args[i+1]]; ok {
					if err := check(stdout.String()); err != nil {
						t.Errorf("%s: %v", args[i+1], err)
					}
				}
			}
		})
	}
}

// wellFormed reads the output of the formats that programs read.
var wellFormed = map[string]func(text string) error{
	"json": isJSON, "sarif": isJSON, "gitlab": isJSON, "jsonl": eachLine(isJSON), "rdjsonl": eachLine(isJSON),
	"junit": isXML, "checkstyle": isXML, "github": eachLine(isAnnotation), "html": isPage,
}

func isJSON(text string) error { return json.Unmarshal([]byte(text), new(any)) }

func isXML(text string) error {
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func isAnnotation(line string) error {
	if !annotation.MatchString(line) {
		return errors.New("it has a line that is not an annotation: " + line)
	}
	return nil
}

// isPage checks that a page has no element but its own, of which two are a script and
// its figures.
func isPage(text string) error {
	if scripts := strings.Count(strings.ToLower(text), "<script"); scripts != 2 || strings.Contains(text, "<img") {
		return fmt.Errorf("it has %d scripts, or an image", scripts)
	}
	return nil
}

func eachLine(check func(line string) error) func(text string) error {
	return func(text string) error {
		for line := range strings.Lines(text) {
			if err := check(line); err != nil {
				return err
			}
		}
		return nil
	}
}

// Messages of other programs reach no stream as they are, either.
func TestHostileMessages(t *testing.T) {
	dir, bin := evilProject(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "messages"), []byte(evil+"\n"+evil), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nix", "git", "nix-instantiate"} {
		script := "#!/bin/sh\ncat " + bin + "/messages; cat " + bin + "/messages >&2; exit 1\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, args := range [][]string{{"audit", ".#h"}, {"audit", ".#nixosConfigurations"}, {"lint", "--since", "HEAD"}, {"lint", "--write", "--verify", "a.nix"}, {"lint", "--format", "html"}} {
		var out bytes.Buffer
		c := Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: dir, Env: func(string) (string, bool) { return "", false }}
		c.Main(args)
		if found := unsafe(out.String()); found != "" || out.Len() == 0 {
			t.Errorf("%s: it prints %q in\n%q", args, found, out.String())
		}
	}
}

// The names of the hostile project do get as far as the reports.
func TestHostileTextIsShown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := Command{Stdout: &out, Stderr: &out, Dir: evilProject(t), Env: func(string) (string, bool) { return "", false }}
	for _, args := range [][]string{{"lint"}, {"units", "--render"}, {"score"}, {"audit", "units"}} {
		out.Reset()
		c.Main(args)
		if !strings.Contains(out.String(), `\u202e`) {
			t.Errorf("%s shows nothing of the text:\n%s", args, out.String())
		}
	}
}

// Only the files that make text safe write to a stream.
func TestStreamsAreWrittenInOnePlace(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	writes := regexp.MustCompile(`\.Std(out|err)\b|fmt\.Print|fmt\.Fprint\w*\([^&]`)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "command.go" || name == "output.go" || name == "main.go" || name == "lsp.go" {
			continue // the messages of lsp are JSON
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if writes.MatchString(line) && !strings.Contains(line, "c.colors(") {
				t.Errorf("%s writes to a stream itself: %s", name, strings.TrimSpace(line))
			}
		}
	}
}
