package unit

import (
	"iter"
	"strconv"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// Invalid reports whether another rule says what is wrong with what the unit sets the
// row to: that systemd ignores it, or reads it otherwise. That does not depend on
// whether that rule is enabled.
func (u *Unit) Invalid(r *profile.Requirement) bool {
	if r.Section == "" {
		return false
	}
	claimed := u.isOpenDespite(r.Name())
	for d, k := range u.LinesByDirective() {
		if k.Section != r.Section || d.Name != r.Name() {
			continue
		}
		for _, l := range k.Lines {
			m := Misread{Line: l, Directive: d, Verdict: value.Check(l.Section, l.Key, strings.TrimSpace(l.Text), u.Version)}
			if !l.Known || l.Unseen != "" {
				continue
			}
			if u.mistakeOf(&m) != NoMistake {
				claimed = true
			}
		}
		claimed = claimed || len(u.BareAfterDeny(d, k)) > 0
	}
	return claimed
}

// A Misread is a line whose value systemd does not take as it is written.
type Misread struct {
	nixos.Line
	Directive *directive.Directive
	Verdict   value.Verdict
	// Mode is what a [ModeInDecimal] was meant to be, in octal digits.
	Mode string
	kind Mistake
	// first reports whether it is the first line of the directive.
	first bool
}

// A Mistake is a kind of misread. Each kind is one rule's matter, so that one
// value gives one finding.
type Mistake uint8

// The kinds of misreads.
const (
	NoMistake     Mistake = iota
	PlainlyWrong          // D002: nothing more precise is known
	withoutForce          // D004: the directive has no effect any more
	FromTheFuture         // D006: a newer systemd takes it
	NullMeant             // N002: null, where "not set" was meant
	ModeInDecimal         // N003: a mode written as a decimal number
	TextOfFalse           // N014: toString false
	LaterTilde            // N007: "~" before a later name of a string
	brokenLine            // N013: a newline inside the value
)

// Misreads are the lines of the unit in which systemd meets this mistake.
func (u *Unit) Misreads(kind Mistake) iter.Seq[Misread] {
	if u.misreads == nil {
		u.misreads = u.findMisreads()
	}
	return func(yield func(Misread) bool) {
		for _, m := range u.misreads {
			if m.kind == kind && !yield(m) {
				return
			}
		}
	}
}

// findMisreads are all known lines of the unit, each with its mistake, if any. The
// result is never nil.
func (u *Unit) findMisreads() []Misread {
	found := make([]Misread, 0, len(u.Lines()))
	for d, k := range u.LinesByDirective() {
		for i, l := range k.Lines {
			if l.Def == nil || l.Origin.IsZero() || l.Unseen != "" || !l.Known {
				continue
			}
			m := Misread{Line: l, Directive: d, first: i == 0, Verdict: value.CheckIn(u.knownName(), l.Section, l.Key, strings.TrimSpace(l.Text), u.Version)}
			m.kind = u.mistakeOf(&m)
			found = append(found, m)
		}
	}
	return found
}

// knownName is the name of the unit; empty if only a part of it is known.
func (u *Unit) knownName() string {
	if u.Pattern {
		return ""
	}
	return u.Name
}

// mistakeOf is the kind of mistake in a line. It sets the mode that was meant.
func (u *Unit) mistakeOf(m *Misread) Mistake {
	ev := u.Host.Evaluator()
	m.Mode = u.modeMeant(m)
	switch {
	case strings.Contains(strings.TrimRight(m.Text, " \t\r\n"), "\n"):
		return brokenLine
	case u.isNull(m.Line) && m.Directive.Empty == directive.EmptyEnables:
		return NullMeant
	case m.Verdict.Status == value.Valid && m.Mode != "":
		return ModeInDecimal
	case m.Verdict.Status == value.Valid:
		return NoMistake
	case m.Directive.KindIn(u.Version) == directive.KindIgnored:
		return withoutForce
	case u.isNull(m.Line):
		return NullMeant
	case m.Text == "" && m.Value != nil && isFalseAsText(ev, ev.Force(m.Value).Origin()):
		return TextOfFalse
	case !u.Host.ReleaseKnown && validSomewhere(m.Line), NamesInstance(m.Text):
		return NoMistake
	case u.Version < directive.Newest && value.Check(m.Section, m.Key, m.Text, directive.Newest).Status == value.Valid:
		return FromTheFuture
	case hasTildeInside(m.Line, m.Directive.KindIn(u.Version)):
		return LaterTilde
	case m.Mode != "":
		return ModeInDecimal
	}
	return PlainlyWrong
}

// NamesInstance reports whether a value depends on the name of the unit.
func NamesInstance(text string) bool {
	return strings.Contains(text, "%i") || strings.Contains(text, "%I") || strings.Contains(text, "%j") || strings.Contains(text, "%J")
}

// validSomewhere reports whether a version of systemd takes the value.
func validSomewhere(l nixos.Line) bool {
	for v := directive.Oldest; v <= directive.Newest; v++ {
		if _, known := directive.Lookup(l.Section, l.Key, v); known && value.Check(l.Section, l.Key, l.Text, v).Status == value.Valid {
			return true
		}
	}
	return false
}

// Reason is systemd's reason, without what it would mean in another place, and
// with the value at its end once only.
func (m *Misread) Reason() string {
	reason := m.Verdict.Reason
	if value := ": " + m.Text; strings.HasSuffix(reason, value+value) {
		reason = strings.TrimSuffix(reason, value)
	}
	if before, _, ok := strings.Cut(reason, "; as the first line"); ok && !m.first {
		return before
	}
	return reason
}

// hasTildeInside reports whether a later name of a set begins with "~".
func hasTildeInside(l nixos.Line, kind directive.Kind) bool {
	if !value.Inverts(kind) {
		return false
	}
	words := strings.Fields(l.Text)
	for i, word := range words {
		if i > 0 && len(word) > 1 && word[0] == '~' {
			return true
		}
	}
	return false
}

// commonModes are the modes that people write: file creation masks, then modes of
// directories and files.
var commonModes = map[string]bool{
	"07": true, "022": true, "026": true, "027": true, "037": true, "066": true, "077": true, "0111": true, "0117": true, "0137": true,
	"0177": true, "0277": true, "0377": true,
	"0400": true, "0440": true, "0444": true, "0500": true, "0550": true, "0555": true, "0600": true, "0640": true, "0644": true,
	"0660": true, "0664": true, "0666": true, "0700": true, "0710": true, "0711": true, "0750": true, "0755": true, "0770": true,
	"0775": true, "0777": true,
}

// modeMeant is the mode, in octal digits, that a whole number in Nix was meant
// to be: one that systemd, which reads octal digits, takes for an odd mode or for
// none, and that is a common mode as a decimal number. It is empty for others.
func (u *Unit) modeMeant(m *Misread) string {
	if m.Directive.KindIn(u.Version) != directive.KindMode || m.Value == nil {
		return ""
	}
	n, ok := u.Host.Evaluator().Force(m.Value).(*eval.Int)
	if !ok || n.V < 0 || n.V > 0o7777 || strings.HasPrefix(n.Origin().Text(), "0") {
		return ""
	}
	meant := "0" + strconv.FormatInt(n.V, 8)
	if !commonModes[meant] || commonModes["0"+m.Text] {
		return ""
	}
	return strings.Repeat("0", max(0, 4-len(meant))) + meant
}

// isFalseAsText reports whether n is a call of toString on a boolean.
func isFalseAsText(ev *eval.Evaluator, n nixast.Node) bool {
	call, ok := n.AsApply()
	if !ok || !call.Func().NamesFunction("toString") {
		return false
	}
	b, ok := ev.Force(ev.At(call.Arg())).(*eval.Bool)
	return ok && !b.V
}

// Misspelled reports whether a directive that the unit sets, and that systemd
// does not know, was most likely meant to be the row's: then that is what is
// reported.
func (u *Unit) Misspelled(r *profile.Requirement) bool {
	meant, known := u.meant[r.Section]
	if !known {
		meant = u.meantIn(r.Section)
		if u.meant == nil {
			u.meant = map[string]map[string]bool{}
		}
		u.meant[r.Section] = meant
	}
	return meant[r.Name()]
}

// meantIn are the directives that misspelled names in a section most likely mean.
func (u *Unit) meantIn(section string) map[string]bool {
	meant := map[string]bool{}
	for _, o := range u.Directives(section) {
		if _, known := directive.LookupAny(section, o.Name()); known {
			continue
		}
		if near, ok := directive.Nearest(section, o.Name(), u.Version); ok {
			meant[near.Name] = true
		}
	}
	return meant
}
