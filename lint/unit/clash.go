package unit

import (
	"slices"
	"strings"
	"unicode/utf8"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// A Clash is two definitions of an option that NixOS does not merge.
type Clash struct {
	Name string // of the option
	A, B Worth
	Why  string
	When *eval.Cond // under which the unit is there
	// Derived reports whether A is what NixOS derives from another option.
	Derived bool
}

// A Worth is a definition and what it comes to, for people to read.
type Worth struct {
	*nixos.Def
	Text string
}

// scalarOptions are the options of units of which several definitions must be
// equal (nixos/lib/systemd-unit-options.nix, NixOS 20.09 and 26.11).
var scalarOptions = []string{
	"enable", "description", "overrideStrategy", "scriptArgs", "text", "where", "what", "type",
	"restartIfChanged", "reloadIfChanged", "stopIfChanged", "notSocketActivated",
	"enableDefaultPath", "enableStrictShellChecks", "startLimitBurst", "startLimitIntervalSec",
}

// Clashes are those of the unit, one an option.
func (u *Unit) Clashes() []Clash {
	var found []Clash
	add := func(o *nixos.Option, name, mixed string) {
		if c, ok := ClashOf(u.Host, o, mixed); ok {
			c.Name, c.When = name, u.When()
			found = append(found, c)
		}
	}
	options := u.Option().Attrs()
	if u.Style == nixos.ConfStyle {
		options = nil
	}
	for _, o := range options {
		switch name := o.Name(); {
		case name == "startAt":
			add(o, name, mixedNever)
		case name == "environment":
			for _, variable := range o.Attrs() {
				add(variable, name+"."+variable.Name(), "")
			}
		case slices.Contains(scalarOptions, name):
			add(o, name, "")
		}
	}
	for _, section := range u.Sections() {
		for _, o := range u.Directives(section) {
			if u.Style == nixos.SectionStyle && slices.Contains(homeLists, o.Name()) {
				continue
			}
			add(o, o.Name(), u.mixed())
			if c, ok := u.derivedClash(section, o); ok {
				found = append(found, c)
			}
		}
	}
	return found
}

const mixedNever = "a list and a single value do not merge"

// homeLists are the directives that home-manager makes lists of, whatever is
// written (modules/systemd.nix).
var homeLists = []string{"Documentation", "Environment"}

// mixed says why a list and a single value of a directive do not merge; "" if they
// do, or if that cannot be known.
func (u *Unit) mixed() string {
	switch {
	case u.Style == nixos.SectionStyle: // home-manager: modules/systemd.nix
		return mixedNever
	case u.Host.ReleaseKnown && u.Host.Release.Before(nixos.Release{Year: 24, Month: 5}):
		return mixedNever + " before NixOS 24.05"
	}
	return ""
}

// ClashOf finds the first two definitions of an option that clash. mixed says why
// a list and a single value do, if that is so.
func ClashOf(h *nixos.Host, o *nixos.Option, mixed string) (Clash, bool) {
	if len(o.Defs) < 2 || o.IsPattern() {
		return Clash{}, false
	}
	ev := h.Evaluator()
	for i, b := range o.Defs {
		for _, a := range o.Defs[:i] {
			if !a.IsSure() || !b.IsSure() || a.Priority != b.Priority {
				continue
			}
			why := "different values do not merge"
			switch aList, bList := isList(ev, a.Value), isList(ev, b.Value); {
			case aList != bList && (aList || isScalar(ev, a.Value)) && (bList || isScalar(ev, b.Value)):
				why = mixed
			case aList || bList || !isScalar(ev, a.Value) || !isScalar(ev, b.Value) || ev.Equal(a.Value, b.Value) != eval.No:
				continue
			}
			if why != "" && h.Together(a, b) {
				return Clash{Name: o.String(), A: worthOf(ev, a), B: worthOf(ev, b), Why: why}, true
			}
		}
	}
	return Clash{}, false
}

// derivedClash is that of a directive with what NixOS derives from another option.
func (u *Unit) derivedClash(section string, o *nixos.Option) (Clash, bool) {
	option := derivedFrom(section, o.Name())
	if option == "" || u.Style != nixos.NixOSStyle || o.IsPattern() || !u.Option(option).IsSet() {
		return Clash{}, false
	}
	for _, l := range u.Lines() {
		if l.Section != section || l.Key != o.Name() || l.Def == nil || l.When != nil || l.Unseen != "" || slices.Contains(o.Defs, l.Def) {
			continue
		}
		for _, d := range o.Defs {
			if !d.IsSure() || d.Priority != nixos.PriorityPlain || l.Def.Binding.IsZero() || !u.Host.Together(l.Def, d) {
				continue
			}
			if why := u.derivedWhy(l, d); why != "" {
				made := Worth{l.Def, "what `" + option + "` makes"}
				return Clash{Name: o.Name(), A: made, B: worthOf(u.Host.Evaluator(), d), Why: why, When: u.When(), Derived: true}, true
			}
		}
	}
	return Clash{}, false
}

// derivedWhy says why a line that NixOS makes and a definition do not merge.
func (u *Unit) derivedWhy(l nixos.Line, d *nixos.Def) string {
	ev := u.Host.Evaluator()
	inList := l.Key == "ExecStartPre" || l.Key == "ExecStartPost"
	switch {
	case isList(ev, d.Value) != inList:
		if isList(ev, d.Value) || isScalar(ev, d.Value) {
			return u.mixed()
		}
	case inList || !isScalar(ev, d.Value):
	case l.Known && ev.Equal(eval.NewString(l.Text), d.Value) == eval.No, !l.Known && isScript(l) && isWhole(ev, d.Value):
		return "different values do not merge"
	}
	return ""
}

// isScript reports whether a line runs a script that NixOS puts into the store,
// under a name that nobody else writes.
func isScript(l nixos.Line) bool { return strings.HasPrefix(l.Shown, "${unit-script-") }

func isList(ev *eval.Evaluator, t *eval.Thunk) bool {
	_, ok := ev.Force(t).(*eval.List)
	return ok
}

// isScalar reports whether a value is one that NixOS compares with others as a
// whole, though it may be known in part only.
func isScalar(ev *eval.Evaluator, t *eval.Thunk) bool {
	switch ev.Force(t).(type) {
	case *eval.Null, *eval.Bool, *eval.Int, *eval.Float, *eval.String:
		return true
	}
	return false
}

// isWhole reports whether all of a value is known.
func isWhole(ev *eval.Evaluator, t *eval.Thunk) bool {
	_, ok := profile.GoValue(ev, t)
	return ok
}

// worthOf is a definition with its value, or the source of what is not known.
func worthOf(ev *eval.Evaluator, d *nixos.Def) Worth {
	if v, ok := profile.GoValue(ev, d.Value); ok {
		return Worth{d, excerpt(profile.NixText(v))}
	}
	file, span := d.ValuePlace()
	return Worth{d, excerpt(file.Src[span.Start:span.End])}
}

// excerpt is the beginning of a text, on one line.
func excerpt(s string) string {
	const most = 60
	if s = profile.OneLine(s); utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most-1]) + "…"
	}
	return s
}
