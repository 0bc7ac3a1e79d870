// Package unit holds the facts about one unit that rules use: its settings and commands
// as systemd reads them, its class and needs, and how it compares with the baselines. A
// [World] has the [Unit]s of a project.
package unit

import (
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// OfUser reports whether the unit belongs to a user's manager.
func (u *Unit) OfUser() bool { return u.Scope.Kind == nixos.User || u.Scope.Kind == nixos.HomeManager }

// OfSystem reports whether the service manager of a running system runs the unit: it
// is not one of a user manager or of the initrd, and not certainly disabled.
func (u *Unit) OfSystem() bool {
	return !u.OfUser() && u.Scope.Kind != nixos.Initrd && u.Enabled() != eval.No
}

// Unit is a unit as rules look at it. What they ask of it is computed once.
type Unit struct {
	*nixos.Unit
	Version directive.Version
	Part    *Part
	facts
}

// facts are what was asked of a unit.
type facts struct {
	full     *unitfile.Unit // of Full, once read
	required map[*profile.Baseline][]profile.Requirement
	judged   map[*profile.Baseline][]Standing
	// reading is Full as systemd reads it, and inSight the same without what is not in
	// sight; nil until they are needed.
	reading, inSight *security.Reading
	groups           []DirectiveLines // of LinesByDirective, once grouped
	grouped          bool
	misreads         []Misread                  // of Misreads; nil until they are needed
	read             *signs                     // of signs, once read
	byKey            map[key]*settings          // of settings; nil until they are needed
	texts            []Text                     // of Texts; nil until it is needed
	commands         []Command                  // of Commands; nil until it is needed
	complete         eval.Truth                 // of Complete; Maybe until it is needed
	identity         *Identity                  // of RunsAs, once known
	meant            map[string]map[string]bool // of Misspelled, by section
	rightsTests      map[string]bool            // of testsRights, by key
	needs            []Need                     // of Needs; nil until it is needed
	doubts           []Need                     // those that are unsure
}

// New is the view of a single unit, compared with baselines. What depends on other units is not known
// of it.
func New(u *nixos.Unit, baselines []*profile.Baseline) *Unit {
	return viewOf(u, &Part{Baselines: baselines, shown: &shownNeeds{}})
}

func viewOf(u *nixos.Unit, p *Part) *Unit {
	return &Unit{Unit: u, Part: p, Version: u.Host.Version()}
}

// Full is the unit with upstream's, if it extends that. The caller must not change it.
func (u *Unit) Full() *unitfile.Unit {
	if u.full == nil {
		u.full = u.Whole()
	}
	return u.full
}

// Forget frees what was computed of the unit. It is computed anew if it is needed
// again.
func (u *Unit) Forget() {
	u.facts = facts{}
	u.Unit.Forget()
}

// Anchor is where a finding about the section as a whole is: the name of
// the set that holds it, else the unit's own name; in a file that was asked for,
// if there is one.
func (u *Unit) Anchor(site nixos.Site) (*nixast.File, nixast.Span) {
	if site.File != nil && !site.File.Reported {
		for _, d := range u.Defs() {
			if d.File != nil && d.File.Reported {
				return d.Binding.Place()
			}
		}
	}
	if n := len(site.Siblings); site.OK() && n > 0 && site.Prefix != "" {
		return site.Siblings[n-1].Place()
	}
	if site.OK() && site.Prefix == "" {
		for a := range site.Set.Ancestors() {
			if a.Kind() == nixast.BindingNode {
				return a.Place()
			}
		}
	}
	return u.Def().Binding.Place()
}

// InOneSystem reports whether two definitions of the unit are certainly used
// together: as [nixos.Host.InOneSystem] has it, or because a single binding is all
// that defines the unit.
func (u *Unit) InOneSystem(a, b *nixos.Def) bool {
	return u.Host.InOneSystem(a, b) || len(u.Defs()) == 1
}

// OnlyMasks reports whether all that the project says of a unit of the system is
// that it is switched off.
func (u *Unit) OnlyMasks() bool {
	if u.Pattern || u.Scope.Kind != nixos.System || u.Enabled() != eval.No || u.When() != nil || len(u.Partial) > 0 || strings.Contains(u.Name, "@") {
		return false
	}
	set := u.Option().Attrs()
	return len(set) == 1 && set[0].Name() == "enable" && len(set[0].Defs) == 1 && !set[0].Defs[0].Binding.IsZero()
}
