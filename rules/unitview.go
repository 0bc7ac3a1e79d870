package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast"
)

// unitView is a unit as the baseline rules look at it.
type unitView struct {
	*nixos.Unit
	whole   *unitfile.Unit // upstream's unit included
	version directive.Version
	editors editors // of all units
	rows    map[*Baseline][]row
	judged  map[*Baseline][]standing
	// reading is whole as systemd reads it, and closed the same without what is
	// not in sight; nil until they are asked for.
	reading, closed *security.Reading
	groups          []keyLines // of eachDirective, once grouped
	grouped         bool
	misreads        []misread // of eachMisread; nil until it is asked for
	read            *signs    // of signs, once read
}

func viewOf(u *nixos.Unit, es editors) *unitView {
	return &unitView{Unit: u, editors: es, whole: u.Whole(), version: u.Host.Version(), rows: map[*Baseline][]row{}, judged: map[*Baseline][]standing{}}
}

// viewsKey is the key of the views that all rules share.
type viewsKey struct{}

// viewsOf are the units of all hosts.
func viewsOf(p *lint.Pass) []*unitView {
	return p.Once(viewsKey{}, func() any {
		var all []*unitView
		es := editors{}
		for _, h := range p.Project.Hosts() {
			for _, u := range h.Units {
				all = append(all, viewOf(u, es))
			}
		}
		return all
	}).([]*unitView)
}

// confViewsKey is the key of the views of configuration files.
type confViewsKey struct{}

// confViewsOf are the configuration files of all hosts.
func confViewsOf(p *lint.Pass) []*unitView {
	return p.Once(confViewsKey{}, func() any {
		var all []*unitView
		for _, h := range p.Project.Hosts() {
			for _, u := range h.Confs {
				all = append(all, viewOf(u, editors{}))
			}
		}
		return all
	}).([]*unitView)
}

// asked are the rows of the baseline that are asked of the unit. The caller must
// not change them.
func (u *unitView) asked(b *Baseline) []row {
	rows, ok := u.rows[b]
	if !ok {
		rows = u.choose(b)
		u.rows[b] = rows
	}
	return rows
}

func (u *unitView) choose(b *Baseline) []row {
	if u.Pattern || u.Scope.Kind != nixos.System && u.Scope.Kind != nixos.Container || u.Enabled() == -1 {
		return nil
	}
	all := b.rows(u.Host.Release)
	chosen := b.assignment(u.Unit)
	var found []row
	switch {
	case chosen.Baseline != "":
		found = u.assigned(b, chosen)
	case b.covers(u.Unit) && b.applies != nil:
		for _, rs := range all.units {
			found = append(found, rs...)
		}
	case b.covers(u.Unit):
		found = slices.Clone(all.units[u.Name])
		if !b.Named && !slices.ContainsFunc(found, func(r row) bool { return u.sets(&r) }) {
			return nil
		}
	case len(all.generic) > 0 && u.Type() == "service" && !u.IsOverride() && b.generic(u.Unit):
		found = slices.DeleteFunc(slices.Clone(all.generic), func(r row) bool { return spared(u, &r) != "" })
	}
	return slices.DeleteFunc(found, func(r row) bool {
		_, known := directive.Lookup(r.section, r.name(), u.version)
		return r.section != "" && !known
	})
}

// sets reports whether the unit says anything of the row.
func (u *unitView) sets(r *row) bool { return u.option(r).IsSet() }

// option is the unit's option that the row is about.
func (u *unitView) option(r *row) *nixos.Option {
	if r.section != "" {
		return u.Directive(r.section, r.name())
	}
	return u.Option(r.path...)
}

// misspelt reports whether a directive that the unit sets, and that systemd
// does not know, was most likely meant to be the row's: then that is what is
// reported.
func (u *unitView) misspelt(r *row) bool {
	for _, o := range u.Directives(r.section) {
		if _, known := directive.LookupAny(r.section, o.Name()); known {
			continue
		}
		if near, ok := directive.Nearest(r.section, o.Name(), u.version); ok && near.Name == r.name() {
			return true
		}
	}
	return false
}

// exposure is the unit's exposure now and with the rows, in words; "" where it
// cannot be told.
func (u *unitView) exposure(rs []row) string {
	low, now, err := security.Score(u.whole, u.version)
	if err != nil || low != now {
		return ""
	}
	with := &unitfile.Unit{Name: u.Name, Assignments: slices.Clone(u.whole.Assignments)}
	for _, r := range rs {
		with.Assignments = append(with.Assignments, r.lines...)
	}
	low, then, err := security.Score(with, u.version)
	if err != nil || low != then {
		return ""
	}
	return fmt.Sprintf("%s %s now, %s %s with what the baseline asks for (systemd %s)",
		now, now.Predicate(), then, then.Predicate(), u.version)
}

// anchor is where a finding about the section as a whole stands: the name of
// the set that holds it, else the unit's own name; in a file that was asked for,
// if there is one.
func (u *unitView) anchor(site nixos.Site) (*nixast.File, nixast.Span) {
	if site.File != nil && !site.File.Asked {
		for _, d := range u.Defs() {
			if d.File != nil && d.File.Asked {
				return place(d.Binding)
			}
		}
	}
	if n := len(site.Siblings); site.OK() && n > 0 && site.Prefix != "" {
		return place(site.Siblings[n-1])
	}
	if site.OK() && site.Prefix == "" {
		for a := range site.Set.Ancestors() {
			if a.Kind() == nixast.BindingNode {
				return place(a)
			}
		}
	}
	return place(u.Def().Binding)
}

// place is the part of n that a person would point at: the path of a binding.
func place(n nixast.Node) (*nixast.File, nixast.Span) {
	if b, ok := n.AsBinding(); ok {
		return n.File(), b.Path().Span()
	}
	return n.File(), n.Span()
}

// why is what a row's comment says of its effect, and cost what it says of its
// cost, each on one line.
func (r *row) why() string {
	why, _, _ := strings.Cut(r.comment, "Cost:")
	return oneLine(why)
}

func (r *row) cost() string {
	_, cost, _ := strings.Cut(r.comment, "Cost:")
	return oneLine(cost)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// firstSentence is s up to its first full stop that ends a sentence.
func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

// explainRows are the notes that say of each row what it does: in full for
// one row, a line each for several.
func explainRows(label string, rs []row, text func(*row) string) []lint.Note {
	if len(rs) == 1 {
		return []lint.Note{{Label: "why", Text: rs[0].why()}, {Label: "cost", Text: rs[0].cost()}}
	}
	lines := make([]string, len(rs))
	for i := range rs {
		lines[i] = text(&rs[i]) + "  # " + firstSentence(rs[i].why())
	}
	return []lint.Note{{Label: label, Text: strings.Join(lines, "\n")}}
}
