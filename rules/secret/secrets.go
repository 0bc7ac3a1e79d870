package secret

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// instead is what to use in the place of a secret in the text of a unit.
var instead = lint.Note{Label: "help", Text: "keep it out of the store: a file made by agenix or sops-nix, given with `LoadCredential` or `EnvironmentFile`"}

// A unitText is a value that becomes a part of a unit, or of one of its scripts.
type unitText struct {
	unit  *nixos.Unit
	key   string // the directive, "Environment", or the option of a script
	name  string // of the variable, where each has an option of its own
	value eval.Value
	def   *nixos.Def
	text  string // of shown
}

// textsKey is the key of the texts that the rules about secrets share.
type textsKey struct{}

// eachText calls do for the values of all units. The machines of NixOS tests
// are left out: what they know is no secret.
func eachText(p *lint.Pass, do func(*unitText)) {
	texts := p.Once(textsKey{}, func() any {
		var all []*unitText
		collectTexts(p, func(t *unitText) {
			t.text = t.show()
			all = append(all, t)
		})
		return all
	}).([]*unitText)
	for _, t := range texts {
		do(t)
	}
}

func collectTexts(p *lint.Pass, do func(*unitText)) {
	for _, h := range p.Project.Hosts() {
		ev := h.Evaluator()
		for _, u := range h.Units {
			if u.Scope.Kind == nixos.TestNode {
				continue
			}
			each := func(o *nixos.Option, key, name string) {
				for _, d := range o.Defs {
					for _, c := range ev.Cases(d.Value) {
						values := []eval.Value{ev.Force(c.Value)}
						if list, ok := values[0].(*eval.List); ok {
							values = values[:0]
							for _, item := range list.Items {
								values = append(values, ev.Force(item.Value))
							}
						}
						for _, v := range values {
							do(&unitText{unit: u, key: key, name: name, value: v, def: d})
						}
					}
				}
			}
			for _, section := range u.Sections() {
				for _, o := range u.Directives(section) {
					each(o, o.Name(), "")
				}
			}
			if u.Type() != "service" || u.Style != nixos.NixOSStyle {
				continue
			}
			for _, o := range u.Option("environment").Attrs() {
				each(o, "Environment", o.Name())
			}
			for _, name := range unit.ScriptOptions {
				each(u.Option(name), name, "")
			}
		}
	}
}

// pieces are the parts of a text.
func (t *unitText) pieces() []eval.Piece {
	switch v := t.value.(type) {
	case *eval.String:
		return v.Pieces
	case *eval.Unknown:
		return []eval.Piece{{Unknown: v}}
	case *eval.Path:
		return v.Pieces
	}
	return nil
}

// shown is the text with "${…}" for what is not known.
func (t *unitText) shown() string { return t.text }

func (t *unitText) show() string {
	if pieces := t.pieces(); len(pieces) == 1 && pieces[0].Unknown == nil {
		return pieces[0].Text
	}
	var b strings.Builder
	for _, p := range t.pieces() {
		if p.Unknown != nil {
			b.WriteString(unknownMark)
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// unknownMark stands for a part of a text that is not known. No secret holds it.
const unknownMark = "\x00"

// isScript reports whether the text is one of a script.
func (t *unitText) isScript() bool { return slices.Contains(unit.ScriptOptions, t.key) }

// report adds a finding at a piece of the text, or at the text as a whole.
func (t *unitText) report(p *lint.Pass, f lint.Finding, at nixast.Node) {
	f.Units, f.Message = unit.Self(t.unit), t.unit.Name+": "+f.Message
	f.About = unit.About(t.unit, t.key)
	f.File, f.Span = unit.ValuePlace(t.def)
	for _, n := range []nixast.Node{t.value.Origin(), at} {
		if !n.IsZero() && n.File() == f.File && f.Span.Start <= n.Span().Start && n.Span().End <= f.Span.End {
			f.Span = n.Span()
		}
	}
	if f.Notes == nil {
		f.Notes = []lint.Note{instead}
	}
	p.Report(f)
}

// secretWords are words that name secrets, alone or with the one before.
var secretWords = regexp.MustCompile(`^(?:password|passwd|passphrase|passwort|secret|secrets|token|apikey|credential|credentials|` +
	`(?:api|secret|private|access|auth|encryption|signing|master|session|account|license|deploy|webhook|jwt|hmac)-key|jwt-secret|pgpass|pgpassword)$`)

// publicWords are words behind which a name is no longer that of a secret: of
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

// mayNameSecret reports whether a text holds a part of one of [secretWords], so that
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

// secretFile reports whether a file is, by its name, one that holds a secret in
// the clear.
func secretFile(name string) bool {
	base := strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	for _, suffix := range []string{".age", ".gpg", ".pgp", ".asc", ".enc", ".cred", ".sops", ".yaml", ".yml", ".nix", ".sh", ".py", ".pl", ".js", ".pub", ".crt", ".cert", ".patch", ".md", ".service", ".html", ".tmpl", ".template", ".example", ".sample", ".j2"} {
		if strings.HasSuffix(base, suffix) {
			return false // encrypted, public, or a program
		}
	}
	stem, extension, _ := strings.Cut(strings.TrimPrefix(base, "."), ".")
	switch extension {
	case "key", "secret", "token", "password", "pass":
		return true
	}
	return secretive(stem) || strings.HasPrefix(base, "id_") && !strings.Contains(base, ".") || base == ".env" || base == "htpasswd" || base == ".htpasswd" || base == ".pgpass"
}

// runtimePath matches the paths at which secrets lie while a machine runs.
var runtimePath = regexp.MustCompile(`^/(?:run/(?:secrets|agenix|keys|credentials)|var/lib/(?:secrets|agenix|sops)|etc/secrets)(?:[./]|$)|^/(?:var/)?(?:secret|secrets|keys)/`)

// secretOption matches an expression that names a secret of agenix or sops-nix.
var secretOption = regexp.MustCompile(`\b(?:age|sops)\.secrets\b|\bsops\.templates\b|\b(?:clan\.core\.)?vars\.generators\b.*\.files\b`)

// flagBefore is the option of a command that ends a text: "--token" of
// "run --token ".
var flagBefore = regexp.MustCompile(`(?:^|[\s"'])(--?[A-Za-z][\w.-]*)(?:=|\s+)["']?$`)

// variableBefore is the name of the variable that ends a text, in an environment
// or a shell: "TOKEN" of "export TOKEN=".
var variableBefore = regexp.MustCompile(`(?:^|[\s"';&(])([A-Za-z_]\w*)=["']?$`)

// nameBefore is the name that a text gives to what comes behind it.
func (t *unitText) nameBefore(before string) string {
	if before == "" && t.name != "" {
		return t.name
	}
	if m := flagBefore.FindStringSubmatch(before); m != nil {
		return m[1]
	}
	if m := variableBefore.FindStringSubmatch(before); m != nil {
		return m[1]
	}
	if t.key == "SetCredential" || strings.HasPrefix(t.key, "LoadCredential") {
		id, _, _ := strings.Cut(before, ":")
		return id
	}
	return ""
}
