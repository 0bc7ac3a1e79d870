package secret

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/lint"
	"wardnix/nixast"
)

// SecretLiteral reports secrets that are written out.
var SecretLiteral = &lint.Rule{
	Page: lint.ReadPage(pages, "secret-literal"),
	Check: func(p *lint.Pass) {
		eachText(p, func(t *unitText) { checkLiteral(p, t) })
	},
}

// tokenFormats are the formats of secrets that say by themselves what they are.
var tokenFormats = []struct {
	name    string
	mark    string // a part of each
	pattern *regexp.Regexp
}{
	{"a private key", "PRIVATE KEY", regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+\S`)},
	{"an age key", "AGE-SECRET-KEY-1", regexp.MustCompile(`\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b`)},
	{"a token of GitHub", "gh", regexp.MustCompile(`\bgh(?:[pousr]_[A-Za-z0-9]{36}|ithub_pat_[A-Za-z0-9_]{60,})\b`)},
	{"a token of GitLab", "glpat-", regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20,}`)},
	{"an access key of AWS", "AKIA", regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b`)},
	{"a token of Slack", "xox", regexp.MustCompile(`\bxox[abpr]-[0-9A-Za-z-]{20,}`)},
	{"a live key of Stripe", "k_live_", regexp.MustCompile(`\b[sr]k_live_[0-9A-Za-z]{20,}`)},
	{"an auth key of Tailscale", "tskey-", regexp.MustCompile(`\btskey-(?:auth|client|api)-[0-9A-Za-z]{6,}-[0-9A-Za-z]{16,}`)},
	{"a token of Telegram", ":AA", regexp.MustCompile(`\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b`)},
	{"an API key of Google", "AIza", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`)},
}

// assigned finds what a text gives to a variable or an option of a command. Its
// groups are the name and the value, plain or in quotes.
var assigned = regexp.MustCompile(`(?:^|[\s"';&(])(--?[A-Za-z][\w.-]*(?:=|[ \t]+)|[A-Za-z_]\w*=)(?:"([^"]*)"|'([^']*)'|([^\s"';&|]+))`)

func checkLiteral(p *lint.Pass, t *unitText) {
	text := t.shown()
	for _, f := range tokenFormats {
		if strings.Contains(text, f.mark) && f.pattern.MatchString(text) && !sampleText.MatchString(f.pattern.FindString(text)) {
			t.report(p, lint.Finding{Message: fmt.Sprintf("%s holds %s, which everybody can read in the Nix store", t.key, f.name)}, nixast.Node{})
			return
		}
	}
	switch {
	case t.name != "":
		checkNamed(p, t, t.name, text)
	case t.key == "SetCredential":
		if id, value, ok := strings.Cut(text, ":"); ok {
			checkNamed(p, t, id, value)
		}
	case !mayNameSecret(text):
	case t.key == "Environment" || t.isScript() || strings.HasPrefix(t.key, "Exec"):
		for _, m := range assigned.FindAllStringSubmatch(text, -1) {
			if checkNamed(p, t, strings.TrimRight(m[1], "= \t"), m[2]+m[3]+m[4]) {
				return
			}
		}
	}
}

func checkNamed(p *lint.Pass, t *unitText, name, value string) bool {
	if !secretive(name) || !plausibleSecret(name, value) {
		return false
	}
	t.report(p, lint.Finding{
		Message: fmt.Sprintf("the value of %s is written out, and everybody can read it in the Nix store", name),
	}, nixast.Node{})
	return true
}

// sampleText matches values that stand for a secret, or for none.
var sampleText = regexp.MustCompile(`(?i)change.?me|replace|placeholder|example|sample|dummy|insecure|redacted|todo|fixme|your[-_ ]|xxx|\.\.\.|<|>|unused|not.?(?:a|needed|required|used)|` +
	`^(?:test\w*|none|null|nil|default|password|secret|token|key|true|false|yes|no|on|off|admin|empty|local|disabled|enabled|optional|required|always|never|bearer|basic|auto|file|env|prompt|ask|stdin|changed?|anything|whatever|nothing|foo|bar|baz|hunter2|sk-no-key-required|no-key)$`)

// reference matches values that are no text of their own: paths, variables,
// templates, commands, addresses.
var reference = regexp.MustCompile("^[-+@]?[/~.]|^#|^db:|[$%{}`()\x00]|^@|^(?:file|env|fd|cmd|https?|vault|op|pass|ref)[:+]|^-|\\\\")

// wordsOnly matches several words, such as the name of a file.
var wordsOnly = regexp.MustCompile(`^[a-z]+\d{0,5}(?:[-_.][a-z]*\d{0,5})+$`)

// plausibleSecret reports whether a value is most likely the secret itself.
func plausibleSecret(name, value string) bool {
	value = strings.TrimSpace(value)
	if len(value) < 6 || sampleText.MatchString(value) || reference.MatchString(value) || strings.ContainsAny(value, " \t\n") {
		return false
	}
	letters, digits, capitals := 0, 0, 0
	for _, r := range value {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case 'A' <= r && r <= 'Z':
			capitals++
		case 'a' <= r && r <= 'z':
			letters++
		}
	}
	words := strings.Join(nameWords(name), "-")
	switch {
	case strings.HasSuffix(words, "private-key") || strings.HasSuffix(words, "access-key"), wordsOnly.MatchString(value):
		return false // the name of a file, or of the key
	case strings.Contains(words[strings.LastIndexByte(words, '-')+1:], "pass"):
		return letters+capitals > 0 || digits >= 6
	}
	return len(value) >= 12 && digits > 0 && letters+capitals > 0 || len(value) >= 16 && letters > 0 && capitals > 2
}

// StorePathLiteral reports store paths that are written out.
var StorePathLiteral = &lint.Rule{
	Page: lint.ReadPage(pages, "store-path-literal"),
	Check: func(p *lint.Pass) {
		eachText(p, func(t *unitText) {
			for _, path := range storePaths(t.shown()) {
				t.report(p, lint.Finding{
					Message: fmt.Sprintf("%s of the store is written out: nothing builds it, and garbage collection removes it", path.Name),
					Notes:   []lint.Note{{Label: "help", Text: "write the package or the file that it comes from, as `${pkgs.…}`"}},
				}, nixast.Node{})
			}
		})
	},
}

var storePathText = regexp.MustCompile(`/nix/store/([0-9a-z]{32}-[0-9a-zA-Z+\-._?=]+)`)

// storePaths are the paths of the Nix store in a text.
func storePaths(text string) []*storepath.StorePath {
	if !strings.Contains(text, "/nix/store/") {
		return nil
	}
	var out []*storepath.StorePath
	for _, m := range storePathText.FindAllStringSubmatch(text, -1) {
		if path, err := storepath.FromString(m[1]); err == nil {
			out = append(out, path)
		}
	}
	return out
}

// SecretArgument reports secrets among the arguments of a process.
var SecretArgument = &lint.Rule{
	Page: lint.ReadPage(pages, "secret-argument"),
	Check: func(p *lint.Pass) {
		eachText(p, func(t *unitText) {
			if t.isScript() || strings.HasPrefix(t.key, "Exec") {
				checkArguments(p, t)
			}
		})
	},
}

// expanded matches an option of a command whose argument is a variable or the
// output of a command that reads a file, and the slash behind it, with which it is
// the beginning of a path.
var expanded = regexp.MustCompile(`(?:^|[ \t])(--[A-Za-z][\w.-]*)(?:=|[ \t]+)["']?(\$\{?[A-Za-z_]\w*\}?|\$\((?:cat |<)[^)\n]*\))(/?)`)

func checkArguments(p *lint.Pass, t *unitText) {
	for line := range strings.Lines(t.shown()) {
		if !strings.Contains(line, "--") || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, m := range expanded.FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(m[2], "$(") && !t.isScript() {
				continue // no shell reads it
			}
			if m[3] != "" || !secretive(m[1]) || strings.HasSuffix(strings.Trim(m[2], "${}"), "_FILE") || strings.HasSuffix(strings.Trim(m[2], "${}"), "_PATH") {
				continue
			}
			t.report(p, lint.Finding{
				Message: fmt.Sprintf("%s gives %s a secret as an argument, which every user can see in /proc", t.key, m[1]),
				Notes:   []lint.Note{{Label: "help", Text: "give the program a file, such as `%d/token` of `LoadCredential`, or the variable itself in its environment"}},
			}, nixast.Node{})
			return
		}
	}
}
