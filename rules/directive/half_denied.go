package directive

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// HalfDenied reports deny lists that name one internet protocol and leave the other
// open.
var HalfDenied = &lint.Rule{Page: lint.ReadPage(pages, "half-denied"), Unit: checkHalfDenied}

func checkHalfDenied(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		if d.Name != "IPAddressDeny" && d.Name != "RestrictAddressFamilies" || !k.Known() || u.UnseenIn(k.Section, k.Key) {
			continue
		}
		switch {
		case d.Name == "RestrictAddressFamilies":
			checkFamilies(p, u, k)
		case !familiesLimited(u):
			checkAddresses(p, u, k)
		}
	}
}

// familiesLimited reports whether another directive restricts the address families,
// or might.
func familiesLimited(u *unit.Unit) bool {
	if len(u.Full().Values("Service", "RestrictAddressFamilies")) > 0 {
		return true
	}
	private, set, known := u.Effective("Service", "PrivateNetwork")
	on, ok := value.ParseBool(private)
	return set && (!known || ok && on)
}

// checkAddresses reports a deny list with all addresses of one protocol only.
func checkAddresses(p *lint.Pass, u *unit.Unit, k *unit.DirectiveLines) {
	var words []string
	for _, l := range k.Lines {
		words = append(words, strings.Fields(l.Text)...)
	}
	four, six := slices.Contains(words, "0.0.0.0/0"), slices.Contains(words, "::/0")
	if four == six || slices.Contains(words, "any") {
		return
	}
	all, open := "0.0.0.0/0", "IPv6"
	if six {
		all, open = "::/0", "IPv4"
	}
	for _, l := range k.Lines {
		if !slices.Contains(strings.Fields(l.Text), all) || !l.IsWritten() {
			continue
		}
		d := p.AtLine(u, l).Help("use `any` to deny IPv4 and IPv6")
		if strings.TrimSpace(l.Text) == all {
			d.Fix(fix.Replace(u, u.WrittenAt(l), "any", replaceWith("any"), "connections over "+open)...)
		}
		d.Reportf("`%s=%s` leaves %s open", l.Key, l.Text, open)
		return
	}
}

// checkFamilies reports a deny list with IPv4 and without IPv6. The other way
// round is a service without IPv6, which is common and intended.
func checkFamilies(p *lint.Pass, u *unit.Unit, k *unit.DirectiveLines) {
	var at nixos.Line
	for _, l := range k.Lines {
		names, deny := strings.CutPrefix(l.Text, "~")
		if !deny {
			return
		}
		words := strings.Fields(names)
		if slices.Contains(words, "AF_INET6") {
			return
		}
		if slices.Contains(words, "AF_INET") {
			at = l
		}
	}
	if !at.IsWritten() {
		return
	}
	p.AtLine(u, at).
		Fix(fix.Replace(u, u.WrittenAt(at), at.Text+" AF_INET6", "add `AF_INET6`", "connections over IPv6")...).
		Reportf("`RestrictAddressFamilies=%s` leaves IPv6 open", at.Text)
}
