package nixos

import (
	"strings"

	"wardnix/nixast/eval"
)

// remains are what is left to evaluate of a host, with the host as it was. The zero remains
// are all of it.
type remains struct {
	old   *Host
	names map[string]bool // of units, as a share has them
}

// remainsOf is what is left to evaluate of a host; nil if there was none.
func (p *Project) remainsOf(old *Host) remains {
	if p.changed == nil || old == nil || old.IsFree() || old.Unfinished() != nil {
		return remains{}
	}
	for v := range old.views() {
		if v.units && !old.world.loose {
			return remains{}
		}
	}
	r := remains{old, map[string]bool{}}
	for _, units := range [][]*Unit{old.Units, old.Confs} {
		for _, u := range units {
			if p.changed(u) {
				r.names[shareName(u)] = true
			}
		}
	}
	return r
}

// shareName is the name by which a share has a unit: that of the system inside the host,
// or else its own.
func shareName(u *Unit) string {
	if u.Scope.Name != "" {
		outermost, _, _ := strings.Cut(u.Scope.Name, "/")
		return outermost
	}
	name, _, _ := strings.Cut(u.BaseName(), "@")
	if name == modularName {
		return ""
	}
	return name
}

// evaluator is that of the host as it was; nil if all of it is left.
func (r remains) evaluator() *eval.Evaluator {
	if r.old == nil {
		return nil
	}
	return r.old.Evaluator()
}

// has reports whether a unit is among what is evaluated. Mounts and configuration files
// always are, since what they are called is not known before.
func (r remains) has(u *Unit) bool {
	always := u.conf != nil || u.Type() == "mount" || u.Type() == "automount"
	return u.Scope.Name == "" && always || r.names[shareName(u)]
}

// addTo takes the other units over.
func (r remains) addTo(h *Host, p *Project) {
	if r.old == nil {
		return
	}
	hosts := map[*Host]*Host{} // of units that are taken over
	take := func(to *[]*Unit, units []*Unit) {
		for _, u := range units {
			if r.has(u) {
				continue
			}
			if hosts[u.Host] == nil {
				of := *u.Host
				of.group, of.others = h.group, nil
				of.move(p)
				hosts[u.Host] = &of
				h.others = append(h.others, &of)
			}
			mine := *u
			mine.Host = hosts[u.Host]
			*to = append(*to, &mine)
		}
		sortUnits(*to)
	}
	take(&h.Units, r.old.Units)
	take(&h.Confs, r.old.Confs)
	for _, of := range h.others {
		of.Units, of.Confs = h.Units, h.Confs
	}
}
