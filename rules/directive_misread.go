package rules

import (
	"strconv"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A misread is a line whose value systemd does not take as it is written.
type misread struct {
	nixos.Line
	directive *directive.Directive
	verdict   value.Verdict
	kind      mistake
	// first tells that no line of the directive stands before it.
	first bool
}

// A mistake is a kind of misread. Each kind is one rule's matter, so that one
// value gives one finding.
type mistake uint8

const (
	noMistake     mistake = iota
	plainlyWrong          // D002: nothing more precise is known
	withoutForce          // D004: the directive has no effect any more
	fromTheFuture         // D006: a newer systemd takes it
	nullMeant             // N002: null, where "not set" was meant
	modeInDecimal         // N003: a mode written as a decimal number
	textOfFalse           // N014: toString false
	laterTilde            // N007: "~" before a later name of a string
	brokenLine            // N013: a line end inside the value
)

// eachMisread calls do for the lines of the unit in which systemd meets this
// mistake.
func eachMisread(u *unitView, kind mistake, do func(misread)) {
	if u.misreads == nil {
		u.misreads = findMisreads(u)
	}
	for _, m := range u.misreads {
		if m.kind == kind {
			do(m)
		}
	}
}

// findMisreads tells of every line in sight what is wrong with it, if anything.
// It is never nil.
func findMisreads(u *unitView) []misread {
	found := []misread{}
	eachDirective(u, func(d *directive.Directive, k *keyLines) {
		for i, l := range k.lines {
			if l.Def == nil || l.Origin.IsZero() || l.Unseen != "" || !l.Known {
				continue
			}
			m := misread{Line: l, directive: d, first: i == 0, verdict: value.CheckIn(u.knownName(), l.Section, l.Key, l.Text, u.version)}
			m.kind = u.mistakeOf(&m)
			found = append(found, m)
		}
	})
	return found
}

// knownName is the name of the unit; empty if only a part of it is known.
func (u *unitView) knownName() string {
	if u.Pattern {
		return ""
	}
	return u.Name
}

// mistakeOf tells what is wrong with a line.
func (u *unitView) mistakeOf(m *misread) mistake {
	ev := u.Host.Evaluator()
	switch {
	case strings.Contains(strings.TrimSpace(m.Text), "\n"):
		return brokenLine
	case isNull(u, m.Line) && m.directive.Empty == directive.EmptyEnables:
		return nullMeant
	case m.verdict.Status == value.Valid:
		if _, ok := modeMeant(u, m); ok {
			return modeInDecimal
		}
		return noMistake
	case m.directive.KindIn(u.version) == directive.KindIgnored:
		return withoutForce
	case isNull(u, m.Line):
		return nullMeant
	case m.Text == "" && m.Value != nil && isFalseAsText(ev, ev.Force(m.Value).Origin()):
		return textOfFalse
	case !u.Host.ReleaseKnown && validSomewhere(m.Line), ofInstance(m.Text):
		return noMistake
	case u.version < directive.Newest && value.Check(m.Section, m.Key, m.Text, directive.Newest).Status == value.Valid:
		return fromTheFuture
	case hasTildeInside(m.Line, m.directive.KindIn(u.version)):
		return laterTilde
	}
	if _, ok := modeMeant(u, m); ok {
		return modeInDecimal
	}
	return plainlyWrong
}

// ofInstance reports whether a value depends on the name of the unit.
func ofInstance(text string) bool {
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

// reason is systemd's reason, without what it would mean in another place, and
// with the value at its end once only.
func (m *misread) reason() string {
	reason := m.verdict.Reason
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
	switch kind {
	case directive.KindSyscallFilter, directive.KindSyscallLog, directive.KindCapabilities, directive.KindFamilies, directive.KindNamespaces,
		directive.KindFileSystems, directive.KindInterfaces:
	default:
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
// none, and that is a common mode as a decimal number.
func modeMeant(u *unitView, m *misread) (string, bool) {
	if m.directive.KindIn(u.version) != directive.KindMode || m.Value == nil {
		return "", false
	}
	n, ok := u.Host.Evaluator().Force(m.Value).(*eval.Int)
	if !ok || n.V < 0 || n.V > 0o7777 || strings.HasPrefix(n.Origin().Text(), "0") {
		return "", false
	}
	meant := "0" + strconv.FormatInt(n.V, 8)
	if !commonModes[meant] || commonModes["0"+m.Text] {
		return "", false
	}
	return strings.Repeat("0", max(0, 4-len(meant))) + meant, true
}

// isFalseAsText reports whether n is a call of toString on a boolean.
func isFalseAsText(ev *eval.Evaluator, n nixast.Node) bool {
	call, ok := n.AsApply()
	if !ok || !namesFunction(call.Func(), "toString") {
		return false
	}
	b, ok := ev.Force(ev.At(call.Arg())).(*eval.Bool)
	return ok && !b.V
}

// namesFunction reports whether n is the function of that name, of lib, builtins
// or in scope.
func namesFunction(n nixast.Node, name string) bool {
	n = n.Unparen()
	if s, ok := n.AsSelect(); ok {
		last := nixast.Node{}
		for a := range s.Path().Attrs() {
			last = a
		}
		got, ok := last.AttrName()
		return ok && got == name
	}
	return n.Kind() == nixast.Ident && n.Text() == name
}
