package activation

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// NameTaken reports two units that want the same name on D-Bus, or listen on the same
// address.
var NameTaken = &lint.Rule{Page: lint.ReadPage(pages, "name-taken"), Part: checkNameTaken}

// exclusive are the directives whose value only one unit can have, and what happens to
// the other, or for a path in the file system to the first (service_add_extras in
// src/core/service.c, socket_address_listen in src/shared/socket-label.c).
var exclusive = []struct{ section, key, effect, takenOver string }{
	{"Service", "BusName", "systemd refuses to load the second unit", ""},
	{"Socket", "ListenStream", addressInUse, pathReplaced},
	{"Socket", "ListenDatagram", addressInUse, pathReplaced},
	{"Socket", "ListenSequentialPacket", addressInUse, pathReplaced},
	{"Socket", "ListenFIFO", "both sockets read from one FIFO", ""},
}

const (
	addressInUse = "the second socket fails to start: the address is in use"
	pathReplaced = "the second socket replaces the file, so nothing reaches the first one"
)

// A claim is a value that a unit wants for itself.
type claim struct {
	u  *unit.Unit
	at unit.Setting
}

func checkNameTaken(p *lint.Pass, part *unit.Part) {
	for _, x := range exclusive {
		taken := map[string][]claim{}
		for _, u := range part.Units {
			if !standsAlone(u) || u.When() != nil || u.Enabled() != eval.Yes || !u.Lacks(x.section, "ReusePort") {
				continue
			}
			all, ok := u.Settings(x.section, x.key)
			if !ok {
				continue
			}
			for _, at := range all {
				if at.When != nil || at.Text == "" || strings.Contains(at.Text, "%") {
					continue
				}
				c := claim{u, at}
				if first := claimOf(taken[at.Text], u); first != nil {
					effect := x.effect
					if strings.HasPrefix(at.Text, "/") && x.takenOver != "" {
						effect = x.takenOver
					}
					p.At(u, at).See(lintPlace(first.u)).Note("%s", effect).
						Reportf("%s has the same %s `%s`", first.u.Name, x.key, at.Text)
					break
				}
				taken[at.Text] = append(taken[at.Text], c)
			}
		}
	}
}

// claimOf is the claim of another unit of the same system that may run at the same time;
// nil if there is none.
func claimOf(all []claim, u *unit.Unit) *claim {
	for i := range all {
		if all[i].u != u && together(all[i].u, u) && all[i].u.DependsOn(u.Name, "Conflicts") == eval.No && u.DependsOn(all[i].u.Name, "Conflicts") == eval.No {
			return &all[i]
		}
	}
	return nil
}
