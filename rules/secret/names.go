package secret

import (
	"path"
	"regexp"
	"strings"
)

// secretWords are words that name secrets, alone or with the one before.
var secretWords = regexp.MustCompile(`^(?:password|passwd|passphrase|passwort|secret|secrets|token|apikey|credential|credentials|` +
	`(?:api|secret|private|access|auth|encryption|signing|master|session|account|license|deploy|webhook|jwt|hmac)-key|jwt-secret|pgpass|pgpassword)$`)

// publicWords are words after which a name is no longer that of a secret: of
// what is known about it, or where it is.
var publicWords = regexp.MustCompile(`^(?:file|files|filename|path|paths|location|dir|directory|folder|url|uri|name|names|id|ids|ttl|age|expiry|expires|expiration|expire|lifetime|duration|` +
	`timeout|interval|length|len|size|type|kind|enabled|enable|disabled|required|optional|algorithm|algo|alg|method|mode|header|headers|endpoint|field|claim|claims|env|` +
	`var|variable|command|cmd|program|helper|store|storage|provider|backend|host|port|user|username|policy|min|max|limit|limits|count|prefix|suffix|regex|pattern|format|` +
	`public|pub|scope|scopes|issuer|audience|source|engine|driver|realm|version|rotation|hash|salt|budget|usage|per|cache|db|database|bytes|window|manager|service|cost|rate|stdin|fd|prompt|interactive)$`)

// secretive reports whether a name, of a variable, an option of a command or a
// file, is one of a secret: "DB_PASSWORD", "--api-key", "token.txt".
func secretive(name string) bool {
	words := nameWords(name)
	if len(words) == 0 || publicWords.MatchString(words[len(words)-1]) {
		return false
	}
	switch words[0] {
	case "no", "not", "disable", "enable", "allow", "require", "use", "is", "has", "skip", "show", "hide", "reset", "max", "min", "allowed", "public", "pub":
		return false
	}
	for i, w := range words {
		if secretWords.MatchString(w) || i > 0 && secretWords.MatchString(words[i-1]+"-"+w) {
			return true
		}
	}
	return false
}

// mayNameSecret reports whether a text has a part of one of [secretWords], so that
// a name in it may be secretive.
func mayNameSecret(text string) bool {
	for i := range len(text) {
		word := ""
		switch text[i] | 0x20 {
		case 'p':
			word = "pass"
		case 's':
			word = "secret"
		case 't':
			word = "token"
		case 'k':
			word = "key"
		case 'c':
			word = "credential"
		default:
			continue
		}
		if len(text)-i >= len(word) && strings.EqualFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

var wordBounds = regexp.MustCompile(`[A-Z]+[a-z0-9]*|[a-z0-9]+`)

// nameWords are the words of a name in lower case.
func nameWords(name string) []string {
	if strings.ToUpper(name) == name {
		name = strings.ToLower(name)
	}
	words := wordBounds.FindAllString(name, -1)
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}
	return words
}

// encrypted reports whether a file is, by its name, of no use without a key.
func encrypted(name string) bool {
	for _, suffix := range []string{".age", ".gpg", ".pgp", ".asc", ".enc", ".cred", ".pub"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// secretFile reports whether a file is, by its name, one that has a secret in
// the clear.
func secretFile(name string) bool {
	base := strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	for _, suffix := range []string{".age", ".gpg", ".pgp", ".asc", ".enc", ".cred", ".sops", ".yaml", ".yml", ".nix", ".sh", ".py", ".pl", ".js", ".pub", ".crt", ".cert", ".patch", ".md", ".service", ".html", ".tmpl", ".template", ".example", ".sample", ".j2"} {
		if strings.HasSuffix(base, suffix) {
			return false // encrypted, public, or a program
		}
	}
	stem, _, _ := strings.Cut(strings.TrimPrefix(base, "."), ".")
	switch path.Ext(base) {
	case ".key":
		return !dnssecKey.MatchString(base)
	case ".secret", ".token", ".password", ".pass":
		return true
	case ".pem", ".der":
		return privateKey.MatchString(base) && !publicKey.MatchString(base)
	}
	return secretive(stem) || strings.HasPrefix(base, "id_") && !strings.Contains(base, ".") || base == ".env" || base == "htpasswd" || base == ".htpasswd" || base == ".pgpass"
}

// Names of files with keys: a private one, "server-key.pem"; a public one,
// "jwt-public-key.pem"; a public one of DNSSEC, which dnssec-keygen(8) writes.
var (
	privateKey = regexp.MustCompile(`(?:^|[^a-z])(?:priv(?:ate)?[-_]?)?key\.(?:pem|der)$|(?:^|[^a-z])private\.(?:pem|der)$`)
	publicKey  = regexp.MustCompile(`pub|verif`)
	dnssecKey  = regexp.MustCompile(`^k.+\+\d{3}\+\d{5}\.key$`)
)

// runtimePath matches the paths at which secrets lie while a machine runs.
var runtimePath = regexp.MustCompile(`^/(?:run/(?:secrets|agenix|keys|credentials)|var/lib/(?:secrets|agenix|sops)|etc/secrets)(?:[./]|$)|^/(?:var/)?(?:secret|secrets|keys)/`)

// secretOption matches an expression that names a secret of agenix or sops-nix.
var secretOption = regexp.MustCompile(`\b(?:age|sops)\.secrets\b|\bsops\.templates\b|\b(?:clan\.core\.)?vars\.generators\b.*\.files\b`)
