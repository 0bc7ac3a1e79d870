package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"wardnix/lint/report"
)

// evil is text that controls terminals, reorders what is read, is not UTF-8, and
// holds commands of CI runners at the start of a line and inside of one.
const evil = "e\x1b]0;title\x07\x1b[2J\u009b31m\u202e\u2066\u200f\x7f\b ##[add-mask]m ##vso[task.setvariable]v\r::stop-commands::r\n::stop-commands::n\n  ::add-mask::s\xff"

// evilName is what of it a file name may hold.
const evilName = "n\x1b]0;t\x07\u009b2J\u202e ##[add-mask]m\r\n::stop-commands::n\xff"

// evilString is text in a string of Nix.
func evilString(text string) string {
	return `"` + strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\r", "\\r", "\n", "\\n").Replace(text) + `"`
}

// evilProject is a project that has hostile text in every place: names of hosts,
// units, directives, files and directories, values, comments, settings and syntax errors.
func evilProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	unit := func(name, value string) string {
		return "{\n  # wardnix: ignore[" + strings.ReplaceAll(evil, "\n", " ") + "]\n" +
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
var command = regexp.MustCompile(`(?m)^\s*::.*::|##\[|##vso\[`)

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
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return strings.Trim(strings.ToUpper(evilString(string(r))), `"`) + " after " + text[max(0, i-40):i]
		}
		i += size
	}
	if c := command.FindString(annotation.ReplaceAllString(text, "")); c != "" {
		return "the command " + c
	}
	return ""
}

// Foreign text reaches no stream of any verb as it is.
func TestHostileText(t *testing.T) {
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
		{"known", "check"}, {"known", "create", "--file", "/nowhere/" + evilName},
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
		})
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
