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
func (s *Unit) byName() map[key]*settings {
	if s.byKey != nil {
		return s.byKey
	}
	s.byKey = map[key]*settings{}
	for _, l := range s.Lines() {
		k := key{l.Section, l.Key}
		found := s.byKey[k]
		if found == nil {
			found = &settings{ok: true}
			s.byKey[k] = found
		}
		if !l.Known || l.Unseen != "" || l.Def == nil {
			found.ok = false
		}
		found.all = append(found.all, Setting{l})
	}
	return s.byKey
}

// Complete reports whether the project defines everything about the unit: what
// no line sets is not set.
func (s *Unit) Complete() bool {
	if s.complete == eval.Maybe {
		s.complete = eval.No
		if !s.IsOverride() && len(s.Full.Open) == 0 && !s.replacesMain() {
			s.complete = eval.Yes
		}
	}
	return s.complete == eval.Yes
}

// Wanted are the names of the directives that a baseline requires of the unit.
func (s *Unit) Wanted() []string {
	var found []string
	for _, b := range s.World.Baselines {
		for _, r := range s.Asked(b) {
			found = append(found, r.Name())
		}
	}
	return found
}

// IsWeaker reports whether the unit sets a directive to less than a baseline
// requires.
func (s *Unit) IsWeaker(name string) bool {
	for _, b := range s.World.Baselines {
		standings := s.Standings(b)
		for i, r := range s.Asked(b) {
			if standings[i] == Weaker && r.Name() == name {
				return true
			}
		}
	}
	return false
}

// replacesMain reports whether the command that the unit runs takes the place of
// another one by priority: then the rest of the unit's definition is most likely
// where that other one is.
func (s *Unit) replacesMain() bool {
	return slices.ContainsFunc(s.Directive("Service", "ExecStart").Defs, func(d *nixos.Def) bool {
		return d.Priority < nixos.PriorityPlain
	})
}

// A Setting is a line that is certainly in force when its condition holds.
type Setting struct {
	nixos.Line
}

// Settings are the lines of a directive; false if there may be others, or if one of
// them is not known. Nothing is in sight of a directive that has no lines: see
// [Unit.Lacks].
func (s *Unit) Settings(section, name string) ([]Setting, bool) {
	found := s.byName()[key{section, name}]
	if found == nil || !found.ok || len(s.Directive(section, name).Unseen) > 0 {
		return nil, false
	}
	return slices.Clip(found.all), true
}

// Setting is that of a directive of which the last line counts; false also
// for one that systemd ignores.
func (s *Unit) Setting(section, key string) (Setting, bool) {
	all, ok := s.Settings(section, key)
	if !ok || len(all) > 1 && slices.ContainsFunc(all, func(a Setting) bool { return a.When != nil }) {
		return Setting{}, false
	}
	last := all[len(all)-1]
	return last, value.Check(section, key, last.Text, s.Version).Status == value.Valid
}

// Is is the setting of a directive of [Service] whose value is one of those
// given.
func (s *Unit) Is(key string, values ...string) (Setting, bool) {
	v, ok := s.Setting("Service", key)
	return v, ok && slices.Contains(values, v.Text)
}

// On is the setting of a directive of [Service] that is switched on.
func (s *Unit) On(key string) (Setting, bool) {
	v, ok := s.Setting("Service", key)
	return v, ok && isTrue(v.Text)
}

// isTrue reports whether a text is a boolean that is true.
func isTrue(text string) bool {
	yes, isBool := value.ParseBool(text)
	return isBool && yes
}

// off is the setting of a directive of [Service] that is switched off.
func (s *Unit) off(key string) (Setting, bool) {
	v, ok := s.Setting("Service", key)
	yes, isBool := value.ParseBool(v.Text)
	return v, ok && isBool && !yes
}

// Lacks reports whether certainly nothing sets any of the directives.
func (s *Unit) Lacks(section string, keys ...string) bool {
	if !s.Complete() {
		return false
	}
	for _, key := range keys {
		if len(s.Full.Values(section, key)) > 0 || len(s.Directive(section, key).Unseen) > 0 {
			return false
		}
	}
	return true
}

// MayBeOn reports whether anything in sight may set one of the directives of [Service] to
// something other than "no".
func (s *Unit) MayBeOn(keys ...string) bool {
	for _, key := range keys {
		if s.Lacks("Service", key) {
			continue
		}
		if _, off := s.off(key); !off {
			return true
		}
	}
	return false
}

// Denies tells whether the lines of a directive that is a set of words take the
// word away: CapabilityBoundingSet, AmbientCapabilities,
// RestrictAddressFamilies, SystemCallFilter. Lists have lines from anywhere, so
// that nothing is said of a unit that is not complete.
func (s *Unit) Denies(key, word string) value.Answer {
	if !s.Complete() {
		return value.CannotTell
	}
	return security.AtLeast("Service", key, s.Full.Values("Service", key),
		[]unitfile.Assignment{{Section: "Service", Key: key, Value: "~" + word}}, s.Version)
}

// Names are the lines of a list that name the word and do not take it away.
func (s *Unit) Names(key, word string) (Setting, bool) {
	all, _ := s.Settings("Service", key)
	for _, a := range all {
		if !strings.HasPrefix(a.Text, "~") && slices.Contains(strings.Fields(a.Text), word) {
			return a, true
		}
	}
	return Setting{}, false
}

// Namespaced is the setting that gives the service a view of the file system of
// its own, and so keeps its mounts from the host (systemd.exec(5), PrivateMounts=).
func (s *Unit) Namespaced() (Setting, bool) {
	if v, ok := s.Is("ProtectSystem", "strict", "full", "true", "yes"); ok {
		return v, true
	}
	if v, ok := s.Is("ProtectHome", "true", "yes", "tmpfs", "read-only"); ok {
		return v, true
	}
	for _, key := range []string{"PrivateMounts", "PrivateTmp", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules",
		"ProtectKernelLogs", "ProtectControlGroups"} {
		if v, ok := s.On(key); ok {
			return v, true
		}
	}
	return Setting{}, false
}

// Together reports whether all the settings are in force at once somewhere: none
// has a condition, or those that have share it. In the world of files that belong
// to no host, definitions of one name in several files may be of several machines.
func (s *Unit) Together(all ...Setting) bool {
	var when *eval.Cond
	for _, a := range all {
		if a.When != nil && when != nil && a.When != when {
			return false
		}
		if a.When != nil {
			when = a.When
		}
		if s.Host.Name == "" && a.Def != nil && all[0].Def != nil && a.Def.File != all[0].Def.File {
			return false
		}
	}
	return true
}

// Place is where a setting is written: its element of a list, if that is written
// out, or its part of a text, else the whole value.
func (s *Unit) Place(at Setting) (*nixast.File, nixast.Span) {
	if !at.Line.Place.In.IsZero() {
		return at.Line.Place.In.File(), at.Line.Place.Span
	}
	file, span := ValuePlace(at.Def)
	ev := s.Host.Evaluator()
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
