package secret

import (
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// SecretLiteral reports secrets that are written out.
var SecretLiteral = &lint.Rule{Page: lint.ReadPage(pages, "secret-literal"), Unit: checkLiterals}

func checkLiterals(p *lint.Pass, u *unit.Unit) {
	for t := range textsOf(u) {
		checkLiteral(p, t)
	}
}

// tokenFormats are the formats of secrets that say by themselves what they are.
var tokenFormats = []struct {
	name    string
	mark    string // a part of each
	pattern *regexp.Regexp
}{
	{"a private key", "PRIVATE KEY", regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+\S`)},
	{"an age key", "AGE-SECRET-KEY-1", regexp.MustCompile(`\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b`)},
	{"a GitHub token", "gh", regexp.MustCompile(`\bgh(?:[pousr]_[A-Za-z0-9]{36}|ithub_pat_[A-Za-z0-9_]{60,})\b`)},
	{"a GitLab token", "glpat-", regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20,}`)},
	{"an AWS access key", "AKIA", regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b`)},
	{"a Slack token", "xox", regexp.MustCompile(`\bxox[abpr]-[0-9A-Za-z-]{20,}`)},
	{"a live Stripe key", "k_live_", regexp.MustCompile(`\b[sr]k_live_[0-9A-Za-z]{20,}`)},
	{"a Tailscale auth key", "tskey-", regexp.MustCompile(`\btskey-(?:auth|client|api)-[0-9A-Za-z]{6,}-[0-9A-Za-z]{16,}`)},
	{"a Telegram token", ":AA", regexp.MustCompile(`(?:\b|bot)\d{8,10}:AA[A-Za-z0-9_-]{33}\b`)},
	{"the address of a Slack webhook", "hooks.slack.com/", regexp.MustCompile(`\bhooks\.slack\.com/services/T\w{8,}/B\w{8,}/\w{20,}`)},
	{"the address of a Discord webhook", "/api/webhooks/", regexp.MustCompile(`\bdiscord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{50,}`)},
	{"a Google API key", "AIza", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`)},
}

// assigned finds what a text gives to a variable or an option of a command. Its
// groups are the name and the value, plain or in quotes.
var assigned = regexp.MustCompile(`(?:^|[\s"';&(?])(--?[A-Za-z][\w.-]*(?:=|[ \t]+)|[A-Za-z_]\w*=)(?:"([^"]*)"|'([^']*)'|([^\s"';&|]+))`)

func checkLiteral(p *lint.Pass, t unitText) {
	text := t.String()
	for _, f := range tokenFormats {
		if strings.Contains(text, f.mark) && f.pattern.MatchString(text) && !sampleText.MatchString(f.pattern.FindString(text)) {
			t.at(p, nixast.Node{}).Help(instead).Reportf("`%s` contains %s, which every user can read", t.Key, f.name)
			return
		}
	}
	if checkAddress(p, t, text) {
		return
	}
	switch {
	case t.Variable != "":
		checkNamed(p, t, t.Variable, text)
	case t.Key == "SetCredential":
		if id, value, ok := strings.Cut(text, ":"); ok {
			checkNamed(p, t, id, value)
		}
	case !mayNameSecret(text):
	case t.Key == "Environment" || t.Shell || strings.HasPrefix(t.Key, "Exec"):
		for _, m := range assigned.FindAllStringSubmatch(text, -1) {
			if checkNamed(p, t, strings.TrimRight(m[1], "= \t"), m[2]+m[3]+m[4]) {
				return
			}
		}
	}
}

// inAddress finds the user and the password of an address (RFC 3986, section 3.2.1).
var inAddress = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://([^\s/:@"'<>]*):([^\s/@"'<>]+)@[\w\[]`)

// checkAddress reports an address with a password. One that is the name of the user is
// that of a test, or keeps nothing secret.
func checkAddress(p *lint.Pass, t unitText, text string) bool {
	if !strings.Contains(text, "://") || !strings.Contains(text, "@") {
		return false
	}
	for _, m := range inAddress.FindAllStringSubmatch(text, -1) {
		if user, password := m[1], m[2]; user != password && plausibleSecret("password", password) {
			t.at(p, nixast.Node{}).Help(instead).Reportf("the address in `%s` contains a password that every user can read", t.Key)
			return true
		}
	}
	return false
}

func checkNamed(p *lint.Pass, t unitText, name, value string) bool {
	if !secretive(name) || !plausibleSecret(name, value) {
		return false
	}
	t.at(p, nixast.Node{}).Help(instead).Reportf("the value of `%s` is a secret that every user can read", name)
	return true
}

// sampleText matches placeholders for a secret, and values that mean none.
var sampleText = regexp.MustCompile(`(?i)change.?me|replace|placeholder|example|sample|dummy|insecure|redacted|todo|fixme|your[-_ ]|xxx|\.\.\.|<|>|unused|not.?(?:a|needed|required|used)|` +
	`^(?:test\w*|none|null|nil|default|password|secret|token|key|true|false|yes|no|on|off|admin|empty|local|disabled|enabled|optional|required|always|never|bearer|basic|auto|file|env|prompt|ask|stdin|changed?|anything|whatever|nothing|foo|bar|baz|hunter2|sk-no-key-required|no-key)$`)

// reference matches values that are no text of their own: paths, variables,
// templates, commands, addresses.
var reference = regexp.MustCompile("^[-+@]?[/~.]|^#|^__\\w+__$|^db:|[$%{}`()\x00]|^@|^(?:file|env|fd|cmd|https?|vault|op|pass|ref)[:+]|^-|\\\\")

// wordsOnly matches several words, such as the name of a file.
var wordsOnly = regexp.MustCompile(`^[a-z]+\d{0,5}(?:[-_.][a-z]*\d{0,5})+$`)

// plausibleSecret reports whether a value is most likely the secret itself.
func plausibleSecret(name, value string) bool {
	value = strings.TrimSpace(value)
	if len(value) < 6 || sampleText.MatchString(value) || reference.MatchString(value) || strings.ContainsAny(value, " \t\n") {
		return false
	}
	letters, capitals, digits := countASCII(value)
	words := strings.Join(nameWords(name), "-")
	switch {
	case strings.HasSuffix(words, "private-key") || strings.HasSuffix(words, "access-key"), wordsOnly.MatchString(value):
		return false // the name of a file, or of the key
	case strings.Contains(words[strings.LastIndexByte(words, '-')+1:], "pass"):
		return letters+capitals > 0 || digits >= 6
	}
	return len(value) >= 12 && digits > 0 && letters+capitals > 0 || len(value) >= 16 && letters > 0 && capitals > 2
}

// countASCII counts the small letters, the capitals and the digits of a text.
func countASCII(text string) (letters, capitals, digits int) {
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case 'A' <= r && r <= 'Z':
			capitals++
		case 'a' <= r && r <= 'z':
			letters++
		}
	}
	return letters, capitals, digits
}
