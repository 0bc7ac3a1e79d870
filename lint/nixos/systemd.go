package nixos

import "wardnix/lint/systemd"

// Systemd is the unit as lint/systemd judges it: what is not known is Unknown,
// and a section in which settings may be unseen is open.
func (u *Unit) Systemd() *systemd.Unit { panic("being written") }
