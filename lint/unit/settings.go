package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// key is a directive in its section.
type key struct{ section, name string }

// settings are all lines of a directive.
type settings struct {
	all []Setting
	ok  bool // none is unknown
}

// settings are the lines of the unit by directive.
func (u *Unit) byName() map[key]*settings {
	if u.byKey != nil {
		return u.byKey
	}
	u.byKey = map[key]*settings{}
	lines := u.Lines()
	for i := range lines {
		l := &lines[i]
		k := key{l.Section, l.Key}
		found := u.byKey[k]
		if found == nil {
			found = &settings{ok: true}
			u.byKey[k] = found
		}
		if !l.Known || l.Unseen != "" || l.Def == nil {
			found.ok = false
		}
		if found.all == nil {
			found.all = make([]Setting, 0, sameKey(lines[i:]))
		}
		found.all = append(found.all, Setting{*l})
	}
	return u.byKey
}

// Complete reports whether the project defines everything about the unit: what
// no line sets is not set.
func (u *Unit) Complete() bool {
	if u.complete == eval.Maybe {
		u.complete = eval.No
		if !u.IsOverride() && len(u.Full().Open) == 0 && !u.replacesMain() {
			u.complete = eval.Yes
		}
	}
	return u.complete == eval.Yes
}

// Wanted are the names of the directives that a baseline requires of the unit.
func (u *Unit) Wanted() []string {
	var found []string
	for _, b := range u.Part.Baselines {
		for _, r := range u.Requirements(b) {
			found = append(found, r.Name())
		}
	}
	return found
}

// IsWeaker reports whether the unit sets a directive to less than a baseline
// requires that the project names, or that is for this unit.
func (u *Unit) IsWeaker(name string) bool {
	for _, b := range u.Part.Baselines {
		standings := u.Standings(b)
		for i, r := range u.Requirements(b) {
			if standings[i] == Weaker && r.Name() == name && (b.Named || !r.Generic) {
				return true
			}
		}
	}
	return false
}

// replacesMain reports whether the command that the unit runs takes the place of
// another one by priority: then the rest of the unit's definition is most likely
// where that other one is.
func (u *Unit) replacesMain() bool {
	return slices.ContainsFunc(u.Directive("Service", "ExecStart").Defs, func(d *nixos.Def) bool {
		return d.Priority < nixos.PriorityPlain
	})
}

// A Setting is a line that is certainly effective when its condition is true.
type Setting struct {
	nixos.Line
}

// Settings are the lines of a directive; false if there may be others, or if one of
// them is not known. Nothing is in sight of a directive that has no lines: see
// [Unit.Lacks].
func (u *Unit) Settings(section, name string) ([]Setting, bool) {
	found := u.byName()[key{section, name}]
	if found == nil || !found.ok || len(u.Section(section).UnseenOf(name)) > 0 {
		return nil, false
	}
	return slices.Clip(found.all), true
}

// Setting is that of a directive of which the last line counts; false also
// for one that systemd ignores.
func (u *Unit) Setting(section, key string) (Setting, bool) {
	all, ok := u.Settings(section, key)
	if !ok || len(all) > 1 && slices.ContainsFunc(all, func(a Setting) bool { return a.When != nil }) {
		return Setting{}, false
	}
	last := all[len(all)-1]
	return last, value.Check(section, key, last.Text, u.Version).Status == value.Valid
}

// Is is the setting of a directive of [Service] whose value is one of those
// given.
func (u *Unit) Is(key string, values ...string) (Setting, bool) {
	v, ok := u.Setting("Service", key)
	return v, ok && slices.Contains(values, v.Text)
}

// On is the setting of a directive of [Service] that is switched on.
func (u *Unit) On(key string) (Setting, bool) {
	v, ok := u.Setting("Service", key)
	return v, ok && isTrue(v.Text)
}

// isTrue reports whether a text is a boolean that is true.
func isTrue(text string) bool {
	yes, isBool := value.ParseBool(text)
	return isBool && yes
}

// off is the setting of a directive of [Service] that is switched off.
func (u *Unit) off(key string) (Setting, bool) {
	v, ok := u.Setting("Service", key)
	yes, isBool := value.ParseBool(v.Text)
	return v, ok && isBool && !yes
}

// Lacks reports whether certainly nothing sets any of the directives.
func (u *Unit) Lacks(section string, keys ...string) bool {
	if !u.Complete() {
		return false
	}
	for _, key := range keys {
		if len(u.Full().Values(section, key)) > 0 || len(u.Section(section).UnseenOf(key)) > 0 {
			return false
		}
	}
	return true
}

// MayBeOn reports whether anything in sight may set one of the directives of [Service] to
// something other than "no".
func (u *Unit) MayBeOn(keys ...string) bool {
	for _, key := range keys {
		if u.Lacks("Service", key) {
			continue
		}
		if _, off := u.off(key); !off {
			return true
		}
	}
	return false
}

// Denies reports whether the lines of a directive that is a set of words take the
// word away: CapabilityBoundingSet, AmbientCapabilities,
// RestrictAddressFamilies, SystemCallFilter. Lists have lines from anywhere, so
// that nothing is said of a unit that is not complete.
func (u *Unit) Denies(key, word string) value.Answer {
	if !u.Complete() {
		return value.CannotTell
	}
	return security.AtLeast("Service", key, u.Full().Values("Service", key),
		[]unitfile.Assignment{{Section: "Service", Key: key, Value: "~" + word}}, u.Version)
}

// Names are the lines of a list that name the word and do not take it away.
func (u *Unit) Names(key, word string) (Setting, bool) {
	all, _ := u.Settings("Service", key)
	for _, a := range all {
		if !strings.HasPrefix(a.Text, "~") && slices.Contains(strings.Fields(a.Text), word) {
			return a, true
		}
	}
	return Setting{}, false
}

// Namespaced is the setting that gives the service a view of the file system of
// its own, and so keeps its mounts from the host (systemd.exec(5), PrivateMounts=).
func (u *Unit) Namespaced() (Setting, bool) {
	if v, ok := u.Is("ProtectSystem", "strict", "full", "true", "yes"); ok {
		return v, true
	}
	if v, ok := u.Is("ProtectHome", "true", "yes", "tmpfs", "read-only"); ok {
		return v, true
	}
	for _, key := range []string{"PrivateMounts", "PrivateTmp", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules",
		"ProtectKernelLogs", "ProtectControlGroups"} {
		if v, ok := u.On(key); ok {
			return v, true
		}
	}
	return Setting{}, false
}

// Together reports whether all the settings are effective at once somewhere: none
// has a condition, or those that have share it. In the world of files that belong
// to no host, definitions of one name in several files may be of several machines.
func (u *Unit) Together(all ...Setting) bool {
	var when *eval.Cond
	for _, a := range all {
		if a.When != nil && when != nil && a.When != when {
			return false
		}
		if a.When != nil {
			when = a.When
		}
		if u.Host.Name == "" && a.Def != nil && all[0].Def != nil && a.Def.File != all[0].Def.File {
			return false
		}
	}
	return true
}

// Place is where a setting is written: its element of a list, if that is written
// out, or its part of a text, else the whole value.
func (u *Unit) Place(at Setting) (*nixast.File, nixast.Span) {
	if !at.Line.Place.In.IsZero() {
		return at.Line.Place.In.File(), at.Line.Place.Span
	}
	file, span := at.Def.ValuePlace()
	ev := u.Host.Evaluator()
	list, ok := ev.Force(at.Def.Value).(*eval.List)
	if !ok {
		return file, span
	}
	for _, item := range list.Items {
		v := ev.Force(item.Value)
		if text, ok := v.(*eval.String); ok && text.Pattern() == at.Shown {
			if n := v.Origin(); !n.IsZero() && n.File() == file && span.Start <= n.Span().Start && n.Span().End <= span.End {
				return file, n.Span()
			}
		}
	}
	return file, span
}

// WholeLine is the line of the whole value, of which the setting is an element.
func (s Setting) WholeLine() nixos.Line {
	l := s.Line
	l.Shown = ""
	return l
}
