package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
)

// Notifies is the setting for which the service has to notify systemd over a socket
// of AF_UNIX: its type, or its watchdog (sd_notify(3)).
func (u *Unit) Notifies() (Setting, bool) {
	if at, ok := u.Is("Type", "notify", "notify-reload"); ok {
		return at, true
	}
	at, ok := u.Setting("Service", "WatchdogSec")
	span, isSpan := value.ParseSpan(at.Text)
	return at, ok && isSpan && span != 0 && span != value.Infinite
}

// SocketActivated reports whether a socket unit may open sockets for the service.
func (u *Unit) SocketActivated() bool {
	if u.MayBeOn("Sockets", "StandardInput") || strings.Contains(u.Name, "@") {
		return true
	}
	for _, other := range u.Host.Units {
		if other.Type() != "socket" {
			continue
		}
		if other.BaseName() == u.BaseName() || other.Pattern {
			return true
		}
		for _, l := range other.Lines() {
			if l.Key == "Service" && (!l.Known || l.Text == u.Name) {
				return true
			}
		}
	}
	for _, l := range u.Lines() {
		if l.Section == "Unit" && strings.Contains(l.Shown, ".socket") {
			return true
		}
	}
	return false
}

// CutOff is the setting, besides PrivateNetwork, that keeps the service from every
// other host, and how.
func (u *Unit) CutOff() (at Setting, how string, ok bool) {
	if families, set := u.Settings("Service", "RestrictAddressFamilies"); set && u.Allows("AF_INET") == value.No && u.Allows("AF_INET6") == value.No {
		return Setting{families[0].WholeLine()}, "RestrictAddressFamilies allows neither AF_INET nor AF_INET6", true
	}
	deny, set := u.Settings("Service", "IPAddressDeny")
	if set && u.Lacks("Service", "IPAddressAllow", "Slice", "IPEgressFilterPath") && deny[len(deny)-1].Text == "any" {
		return deny[len(deny)-1], "IPAddressDeny denies every address, and no IPAddressAllow makes an exception", true
	}
	return Setting{}, "", false
}

// Joined reports whether another unit may share the network of this one.
func (u *Unit) Joined() bool {
	return slices.ContainsFunc(u.Host.Units, func(other *nixos.Unit) bool {
		return other.Pattern || slices.ContainsFunc(other.Lines(), func(l nixos.Line) bool {
			return l.Key == "JoinsNamespaceOf" || l.Key == "NetworkNamespacePath"
		})
	})
}
