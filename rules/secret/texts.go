package secret

import (
	"iter"
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// instead is what to use in the place of a secret in the text of a unit.
const instead = "keep it out of the store: a file made by agenix or sops-nix, passed with `LoadCredential` or `EnvironmentFile`"

// A unitText is a value that becomes a part of a unit, of one of its scripts, or of a
// program that the project writes.
type unitText struct {
	unit *unit.Unit
	*unit.Text
}

// textsOf are the values of a unit. The machines of NixOS tests are left out: what
// they know is not a secret.
func textsOf(u *unit.Unit) iter.Seq[unitText] {
	return func(yield func(unitText) bool) {
		if u.Scope.Kind == nixos.TestNode {
			return
		}
		texts := u.Texts()
		for i := range texts {
			if !yield(unitText{u, &texts[i]}) {
				return
			}
		}
	}
}

// at begins a finding at a piece of the text, or at the text as a whole.
func (t unitText) at(p *lint.Pass, piece nixast.Node) *lint.Draft {
	d := p.AtDef(t.unit, t.Def, t.Key)
	if n := t.Value.Origin(); t.Program && !n.IsZero() {
		d.Place(n.File(), n.Span())
	}
	for _, n := range []nixast.Node{t.Value.Origin(), piece} {
		if !n.IsZero() && n.File() == d.File && d.Span.Start <= n.Span().Start && n.Span().End <= d.Span.End {
			d.Span = n.Span()
		}
	}
	return d
}

// atWords begins a finding at words of the text, if the source has them as they are.
func (t unitText) atWords(p *lint.Pass, words string) *lint.Draft {
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
func (t unitText) nameBefore(before string) string {
	if before == "" && t.Variable != "" {
		return t.Variable
	}
	if m := flagBefore.FindStringSubmatch(before); m != nil {
		return m[1]
	}
	if m := variableBefore.FindStringSubmatch(before); m != nil {
		return m[1]
	}
	if t.Key == "SetCredential" || strings.HasPrefix(t.Key, "LoadCredential") {
		id, _, _ := strings.Cut(before, ":")
		return id
	}
	return ""
}
