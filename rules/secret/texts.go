package secret

import (
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// instead is what to use in the place of a secret in the text of a unit.
const instead = "keep it out of the store: a file made by agenix or sops-nix, passed with `LoadCredential` or `EnvironmentFile`"

// A unitText is a value that becomes a part of a unit, of one of its scripts, or of a
// program that the project writes.
type unitText struct {
	unit    *unit.Unit
	key     string // the directive, "Environment", or the option of a script
	name    string // of the variable, where each has an option of its own
	value   eval.Value
	def     *nixos.Def
	script  bool   // a shell reads it
	program bool   // it is the text of a program
	text    string // of shown
}

// textsKey is the key of the texts that the rules about secrets share.
type textsKey struct{}

// textsOf are the values of a unit. The machines of NixOS tests are left out: what
// they know is no secret.
func textsOf(u *unit.Unit) []*unitText {
	if u.Scope.Kind == nixos.TestNode {
		return nil
	}
	return u.Once(textsKey{}, func() any { return collectTexts(u) }).([]*unitText)
}

func collectTexts(u *unit.Unit) []*unitText {
	var all []*unitText
	for _, found := range u.Texts() {
		t := &unitText{
			unit: u, key: found.Key, name: found.Variable, value: found.Value, def: found.Def, script: found.Shell, program: found.Program,
		}
		t.text = t.show()
		all = append(all, t)
	}
	return all
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

// unknownMark represents a part of a text that is not known. No secret has it.
const unknownMark = "\x00"

// isScript reports whether the text is one of a script.
func (t *unitText) isScript() bool { return t.script }

// at begins a finding at a piece of the text, or at the text as a whole.
func (t *unitText) at(p *lint.Pass, piece nixast.Node) *lint.Draft {
	d := p.AtDef(t.unit, t.def, t.key)
	if n := t.value.Origin(); t.program && !n.IsZero() {
		d.Place(n.File(), n.Span())
	}
	for _, n := range []nixast.Node{t.value.Origin(), piece} {
		if !n.IsZero() && n.File() == d.File && d.Span.Start <= n.Span().Start && n.Span().End <= d.Span.End {
			d.Span = n.Span()
		}
	}
	return d
}

// atWords begins a finding at words of the text, if the source has them as they are.
func (t *unitText) atWords(p *lint.Pass, words string) *lint.Draft {
	d := t.at(p, nixast.Node{})
	if i := strings.Index(d.File.Src[d.Span.Start:d.Span.End], words); i >= 0 {
		start := d.Span.Start + i
		d.Span = nixast.Span{Start: start, End: start + len(words)}
	}
	return d
}

// flagBefore is the option of a command that ends a text: "--token" of
// "run --token ".
var flagBefore = regexp.MustCompile(`(?:^|[\s"'])(--?[A-Za-z][\w.-]*)(?:=|\s+)["']?$`)

// variableBefore is the name of the variable that ends a text, in an environment
// or a shell: "TOKEN" of "export TOKEN=".
var variableBefore = regexp.MustCompile(`(?:^|[\s"';&(])([A-Za-z_]\w*)=["']?$`)

// nameBefore is the name that a text gives to what comes after it.
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
