package contradiction

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/shell"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
)

// CredentialMissing reports credentials that the unit reads and does not load.
var CredentialMissing = &lint.Rule{Page: lint.ReadPage(pages, "credential-missing"), Unit: checkCredentials}

// credentialUse matches the path of a credential. Its groups are the way in which it is
// named, the unit of a full path, and the name.
var credentialUse = regexp.MustCompile(`(%d|\$CREDENTIALS_DIRECTORY|\$\{CREDENTIALS_DIRECTORY\}|/run/credentials/([\w:.\\@-]+))"?/([\w.:-]*\w)`)

// mayNameCredential reports whether a text has what is in whatever credentialUse matches.
func mayNameCredential(text string) bool {
	return strings.Contains(text, "%d") || strings.Contains(text, "CREDENTIALS_DIRECTORY") || strings.Contains(text, "/run/credentials/")
}

// fileTest matches the end of a text after which a shell tests whether a file is there.
var fileTest = regexp.MustCompile(`-[edfrs]\s+["']?$`)

func checkCredentials(p *lint.Pass, u *unit.Unit) {
	if u.Type() != "service" || u.Pattern || u.IsOverride() || !u.Complete() {
		return
	}
	var texts []unit.Text
	for _, t := range u.Texts() {
		if mayNameCredential(t.String()) {
			texts = append(texts, t)
		}
	}
	loaded, ok := loadedBy(u)
	if !ok {
		return
	}
	var settled []string // reported, or not needed
	for _, t := range texts {
		settled = append(settled, optionalIn(t)...)
	}
	for _, t := range texts {
		for _, use := range usesIn(t) {
			if !slices.Contains(settled, use.name) && reportUse(p, u, t, use, loaded) {
				settled = append(settled, use.name)
			}
		}
	}
}

// optionalIn are the credentials without which a script goes on: it looks whether they are
// there, or has a command for the case that they are not.
func optionalIn(t unit.Text) []string {
	var names []string
	for line := range strings.Lines(t.String()) {
		for _, m := range credentialUse.FindAllStringSubmatchIndex(line, -1) {
			if fileTest.MatchString(line[:m[0]]) || strings.Contains(line[m[1]:], "||") {
				names = append(names, line[m[6]:m[7]])
			}
		}
	}
	return names
}

// A credentialRead is the path of a credential in a text.
type credentialRead struct{ unit, name string } // unit is "" if the path is relative to the unit's directory

// usesIn are the credentials that a text certainly reads.
func usesIn(t unit.Text) []credentialRead {
	var found []credentialRead
	text := t.String()
	if t.Shell || t.Program {
		text = shell.WithoutComments(text)
	}
	for _, m := range credentialUse.FindAllStringSubmatchIndex(text, -1) {
		before, way, use := text[:m[0]], text[m[2]:m[3]], credentialRead{name: text[m[6]:m[7]]}
		if m[4] >= 0 {
			use.unit = text[m[4]:m[5]]
		}
		expanded := way != "%d" || !t.Shell && !t.Program && !strings.HasSuffix(before, "%")
		if expanded && !isPartial(text[m[7]:]) && !strings.Contains(use.unit, "@") {
			found = append(found, use)
		}
	}
	return found
}

// reportUse reports a credential that the unit cannot read, and whether it did.
func reportUse(p *lint.Pass, u *unit.Unit, t unit.Text, use credentialRead, loaded credentials) bool {
	if use.unit != "" && use.unit != u.Name {
		if !u.RunsAs().Ordinary() {
			return false
		}
		p.At(u, t.Setting).Concerns(u.About("LoadCredential")...).
			Note("systemd lets only %s read it, and removes it when that unit stops", use.unit).
			Help("load it here as well: `LoadCredential = [ \"%s:…\" ]`", use.name).
			Reportf("reads the credential `%s` of %s", use.name, use.unit)
		return true
	}
	if loaded.has(use.name) || isNamed(u, use.name) {
		return false
	}
	d := p.At(u, t.Setting).Concerns(u.About("LoadCredential")...).Note("the file does not exist when the unit runs")
	if meant := spell.Nearest(use.name, loaded.names); meant != "" {
		d.Help("did you mean `%s`?", meant)
	}
	d.Reportf("reads the credential `%s`, which it does not load", use.name)
	return true
}

// isNamed reports whether a string in the files of the host is the name of a credential:
// an option of another module may load it, in a way that is not in sight.
func isNamed(u *unit.Unit, name string) bool {
	return slices.ContainsFunc(u.Host.Files, func(f *nixos.File) bool {
		return f.Tree != nil && strings.Contains(f.Tree.Src, `"`+name+`"`)
	})
}

// isPartial reports whether a name goes on with what a shell or the evaluation adds.
func isPartial(rest string) bool {
	return rest != "" && strings.ContainsAny(rest[:1], "$*?[{/%\\`"+unit.UnknownText)
}

// credentials are those that a unit loads.
type credentials struct {
	names    []string
	patterns []string // of ImportCredential
}

// has reports whether a credential is loaded, or may be: a directory is loaded as a
// credential for each of its files (systemd.exec(5), LoadCredential=).
func (c *credentials) has(name string) bool {
	return slices.Contains(c.names, name) ||
		slices.ContainsFunc(c.names, func(n string) bool { return strings.HasPrefix(name, n+"_") }) ||
		slices.ContainsFunc(c.patterns, func(p string) bool { ok, err := path.Match(p, name); return ok || err != nil })
}

// loadedBy are the credentials that a unit loads under any condition; false if they are
// not all known.
func loadedBy(u *unit.Unit) (loaded credentials, ok bool) {
	for _, key := range []string{"LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted", "ImportCredential"} {
		if u.UnseenIn("Service", key) {
			return loaded, false
		}
	}
	for _, l := range u.Lines() {
		if l.Section != "Service" || !strings.HasSuffix(strings.TrimSuffix(l.Key, "Encrypted"), "Credential") {
			continue
		}
		text := l.Shown
		if l.Known {
			text = l.Text
		}
		name, renamed, _ := strings.Cut(text, ":")
		switch {
		case l.Unseen != "" || name == "" || strings.Contains(name, "${"):
			return loaded, false
		case l.Key == "ImportCredential" && renamed != "":
			return loaded, false
		case l.Key == "ImportCredential":
			loaded.patterns = append(loaded.patterns, name)
		default:
			loaded.names = append(loaded.names, name)
		}
	}
	return loaded, true
}
