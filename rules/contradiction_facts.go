package rules

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// subject is a unit with what is certain about it. A question about it is
// answered only where no module in sight or out of sight can make the answer
// wrong.
type subject struct {
	*unitView
	lines []nixos.Line
	byKey map[key]*settings
	// complete tells that the project says all there is about the unit: what
	// no line sets is not set.
	complete bool
	commands []command
	// wanted are the directives that a baseline asks of the unit, and weaker
	// those that are less than it asks for, which is a finding already.
	wanted, weaker []string
}

// key is a directive in its section.
type key struct{ section, name string }

// settings are all lines of a directive.
type settings struct {
	all []setting
	ok  bool // none is unknown
}

func newSubject(u *unitView, baselines []*Baseline) *subject {
	s := &subject{unitView: u, lines: u.Lines(), byKey: map[key]*settings{}}
	for i := range s.lines {
		l := &s.lines[i]
		k := key{l.Section, l.Key}
		found := s.byKey[k]
		if found == nil {
			found = &settings{ok: true}
			s.byKey[k] = found
		}
		if !l.Known || l.Unseen != "" || l.Def == nil {
			found.ok = false
		}
		found.all = append(found.all, setting{*l})
	}
	for _, b := range baselines {
		standings := s.standings(b)
		for i, r := range s.asked(b) {
			s.wanted = append(s.wanted, r.name())
			if standings[i] == weaker {
				s.weaker = append(s.weaker, r.name())
			}
		}
	}
	s.complete = !u.IsOverride() && len(s.whole.Open) == 0 && !s.replacesMain()
	s.commands = s.readCommands()
	return s
}

// replacesMain reports whether the command that the unit runs takes the place of
// another one by priority: then the rest of the unit's definition is most likely
// where that other one is.
func (s *subject) replacesMain() bool {
	return slices.ContainsFunc(s.Directive("Service", "ExecStart").Defs, func(d *nixos.Def) bool {
		return d.Priority < nixos.PriorityPlain
	})
}

// A setting is a line that is certainly in force when its condition holds.
type setting struct {
	nixos.Line
}

// of are the lines of a directive; false if there may be others, or if one of
// them is not known. Nothing is in sight of a directive that has no lines: see
// [subject.lacks].
func (s *subject) of(section, name string) ([]setting, bool) {
	found := s.byKey[key{section, name}]
	if found == nil || !found.ok || len(s.Directive(section, name).Unseen) > 0 {
		return nil, false
	}
	return slices.Clip(found.all), true
}

// last is the setting of a directive of which the last line counts; false also
// for one that systemd ignores.
func (s *subject) last(section, key string) (setting, bool) {
	all, ok := s.of(section, key)
	if !ok || len(all) > 1 && slices.ContainsFunc(all, func(a setting) bool { return a.When != nil }) {
		return setting{}, false
	}
	last := all[len(all)-1]
	return last, value.Check(section, key, last.Text, s.version).Status == value.Valid
}

// is is the setting of a directive of [Service] whose value is one of those
// given.
func (s *subject) is(key string, values ...string) (setting, bool) {
	v, ok := s.last("Service", key)
	return v, ok && slices.Contains(values, v.Text)
}

// on is the setting of a directive of [Service] that is switched on.
func (s *subject) on(key string) (setting, bool) {
	v, ok := s.last("Service", key)
	if !ok {
		return v, false
	}
	yes, isBool := value.ParseBool(v.Text)
	return v, isBool && yes
}

// off is the setting of a directive of [Service] that is switched off.
func (s *subject) off(key string) (setting, bool) {
	v, ok := s.last("Service", key)
	if !ok {
		return v, false
	}
	yes, isBool := value.ParseBool(v.Text)
	return v, isBool && !yes
}

// lacks reports whether certainly nothing sets any of the directives.
func (s *subject) lacks(section string, keys ...string) bool {
	if !s.complete {
		return false
	}
	for _, key := range keys {
		if len(s.whole.Values(section, key)) > 0 || len(s.Directive(section, key).Unseen) > 0 {
			return false
		}
	}
	return true
}

// mayBeOn reports whether anything in sight may set one of the directives of [Service] to
// something other than "no".
func (s *subject) mayBeOn(keys ...string) bool {
	for _, key := range keys {
		if s.lacks("Service", key) {
			continue
		}
		if _, off := s.off(key); !off {
			return true
		}
	}
	return false
}

// denies tells whether the lines of a directive that is a set of words take the
// word away: CapabilityBoundingSet, AmbientCapabilities,
// RestrictAddressFamilies, SystemCallFilter. Lists have lines from anywhere, so
// that nothing is said of a unit that is not complete.
func (s *subject) denies(key, word string) value.Answer {
	if !s.complete {
		return value.CannotTell
	}
	return security.AtLeast("Service", key, s.whole.Values("Service", key),
		[]unitfile.Assignment{{Section: "Service", Key: key, Value: "~" + word}}, s.version)
}

// names are the lines of a list that name the word and do not take it away.
func (s *subject) names(key, word string) (setting, bool) {
	all, _ := s.of("Service", key)
	for _, a := range all {
		if !strings.HasPrefix(a.Text, "~") && slices.Contains(strings.Fields(a.Text), word) {
			return a, true
		}
	}
	return setting{}, false
}

// nonRoot is the setting that makes the service run as somebody else than root.
func (s *subject) nonRoot() (setting, bool) {
	if v, ok := s.on("DynamicUser"); ok {
		if user, set := s.last("Service", "User"); !set || user.Text != "root" && user.Text != "0" {
			return v, true
		}
	}
	v, ok := s.last("Service", "User")
	return v, ok && v.Text != "" && v.Text != "root" && v.Text != "0" && !strings.Contains(v.Text, "%")
}

// root reports whether the service certainly runs as root.
func (s *subject) root() bool {
	if s.mayBeOn("DynamicUser") {
		return false
	}
	user, ok := s.last("Service", "User")
	return s.lacks("Service", "User") || ok && (user.Text == "root" || user.Text == "0" || user.Text == "")
}

// namespaced is the setting that gives the service a view of the file system of
// its own, and so keeps its mounts from the host (systemd.exec(5), PrivateMounts=).
func (s *subject) namespaced() (setting, bool) {
	if v, ok := s.is("ProtectSystem", "strict", "full", "true", "yes"); ok {
		return v, true
	}
	if v, ok := s.is("ProtectHome", "true", "yes", "tmpfs", "read-only"); ok {
		return v, true
	}
	for _, key := range []string{"PrivateMounts", "PrivateTmp", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules",
		"ProtectKernelLogs", "ProtectControlGroups"} {
		if v, ok := s.on(key); ok {
			return v, true
		}
	}
	return setting{}, false
}

// together reports whether all the settings are in force at once somewhere: none
// has a condition, or those that have share it. In the world of files that belong
// to no host, definitions of one name in several files may be of several machines.
func (s *subject) together(all ...setting) bool {
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

// report adds a finding at a setting, and names what it clashes with. One that is
// weaker than the unit's baseline is told already.
func (s *subject) report(p *lint.Pass, f lint.Finding, at setting, others ...setting) {
	told := func(a setting) bool { return slices.Contains(s.weaker, a.Key) }
	if told(at) || slices.ContainsFunc(others, told) {
		return
	}
	f.Unit = s.Name
	f.Message = s.Name + ": " + f.Message
	f.File, f.Span = s.place(at)
	if len(f.Directives) == 0 {
		f.Directives = []string{at.Key}
	}
	for _, o := range others {
		if file, span := s.place(o); file != nil && (file != f.File || span != f.Span) {
			f.Related = append(f.Related, lint.Related{File: file, Span: span, Message: "`" + o.Key + "` is set here"})
		}
	}
	p.Report(f)
}

// place is where a setting is written: its element of a list, if that is written
// out, else the whole value.
func (s *subject) place(at setting) (*nixast.File, nixast.Span) {
	file, span := valuePlace(at.Def)
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

// removal is the fix that takes the bindings of directives out; none where one
// of them is not a binding of its own.
func (s *subject) removal(title string, a lint.Applicability, breaks string, all ...setting) []lint.Fix {
	fix := lint.Fix{Title: title, Applicability: a, Breaks: breaks}
	for _, at := range all {
		if len(s.Directive(at.Section, at.Key).Defs) != 1 || at.When != nil || at.Def.Maybe != nil {
			return nil
		}
		edits, err := emit.New(at.Def.Binding.File()).Remove(at.Def.Binding)
		if err != nil {
			return nil
		}
		fix.Edits = append(fix.Edits, lint.In(at.Def.Binding.File(), edits)...)
	}
	return []lint.Fix{fix}
}

// A command is a line of ExecStart and the like, as far as it is known.
type command struct {
	setting
	prefix string   // "-", "+" and so on
	words  []string // with "${…}" for what is not known
}

// wordPattern matches a word of a command line: blanks inside "${…}" and quotes belong
// to it.
var wordPattern = regexp.MustCompile(`(?:\$\{[^{}]*\}|"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+`)

func splitWords(line string) []string {
	words := wordPattern.FindAllString(line, -1)
	for i, w := range words {
		if n := len(w); n > 1 && (w[0] == '"' || w[0] == '\'') && w[n-1] == w[0] {
			words[i] = w[1 : n-1]
		}
	}
	return words
}

func (s *subject) readCommands() []command {
	var out []command
	for _, l := range s.lines {
		if l.Section != "Service" || !strings.HasPrefix(l.Key, "Exec") || l.Unseen != "" || l.Def == nil {
			continue
		}
		line := strings.TrimSpace(l.Shown)
		rest := strings.TrimLeft(line, "-+!:@|")
		c := command{setting: setting{l}, prefix: line[:len(line)-len(rest)], words: splitWords(rest)}
		if len(c.words) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// privileged reports whether the command runs outside of the sandbox, or with
// root's rights (systemd.service(5), "Special executable prefixes").
func (c *command) privileged() bool { return strings.ContainsAny(c.prefix, "+!") }

// main reports whether the command is one of the service itself.
func (c *command) main() bool { return c.Key == "ExecStart" }

// mainProgram matches the name of the program that lib.getExe gives.
var mainProgram = regexp.MustCompile(`^\$\{main program of (?:[\w'-]+\.)*([\w'-]+)\}$`)

// program is the name of the program that the command runs: "node" for
// ${pkgs.nodejs}/bin/node, and the package "nodejs" for ${lib.getExe pkgs.nodejs}.
func (c *command) program() string {
	name := path.Base(c.words[0])
	if m := mainProgram.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}
