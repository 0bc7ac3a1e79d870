package nixos

import (
	"slices"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// Version is the systemd that the host is judged by: Systemd, or the nearest
// version whose facts are known.
func (h *Host) Version() directive.Version { return directive.Version(h.Systemd).Clamp() }

// Whole is the unit as the machine has it: as [Unit.Systemd], on top of
// systemd's own unit of that name where the project only overrides it.
func (u *Unit) Whole() *unitfile.Unit {
	whole := u.Systemd()
	if up, ok := unitfile.Upstream(u.Name, u.Host.Version()); ok && u.IsOverride() {
		whole.Assignments = append(slices.Clone(up.Assignments), whole.Assignments...)
		if len(u.Partial) == 0 {
			whole.Open = nil // what is not in sight is systemd's own unit
		}
	}
	return whole
}
