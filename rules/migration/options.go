package migration

import (
	_ "embed"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// A migration is an option that a release of NixOS renamed or removed.
type migration struct {
	old, new []string
	since    nixos.Release
	// on is a day from which on the unstable branch has the change.
	on time.Time
	// removed reports that a configuration that sets the old name no longer
	// evaluates; the others go on working with a warning.
	removed bool
	// conf reports that the old option was the text of a configuration file,
	// and the new one has its settings.
	conf bool
	// listed reports that the migration is of the table, and since the first release
	// that is known to have it. Another value may be needed if retyped is set.
	listed, retyped bool
	message         string // of NixOS, for one that is removed
}

var (
	nixos2511 = nixos.Release{Year: 25, Month: 11}
	nixos2605 = nixos.Release{Year: 26, Month: 5}
	nixos2611 = nixos.Release{Year: 26, Month: 11}
)

// migrations are those that concern units and the configuration of systemd
// (nixos/doc/manual/release-notes/rl-2511, rl-2605 and rl-2611, and the imports of
// nixos/modules/system/boot/{systemd,resolved}.nix and systemd/*.nix, NixOS 26.11).
var migrations = slices.Concat(
	[]migration{
		{old: []string{"systemd", "extraConfig"}, new: []string{"systemd", "settings", "Manager"}, since: nixos2511, removed: true, conf: true},
		{old: []string{"boot", "initrd", "systemd", "extraConfig"}, new: []string{"boot", "initrd", "systemd", "settings", "Manager"}, since: nixos2511, removed: true, conf: true},
		{old: []string{"services", "logind", "extraConfig"}, new: []string{"services", "logind", "settings", "Login"}, since: nixos2511, removed: true, conf: true},
		{old: []string{"systemd", "sleep", "extraConfig"}, new: []string{"systemd", "sleep", "settings", "Sleep"}, since: nixos2605, removed: true, conf: true},
		{old: []string{"systemd", "coredump", "extraConfig"}, new: []string{"systemd", "coredump", "settings", "Coredump"}, since: nixos2605, removed: true, conf: true},
		{old: []string{"services", "resolved", "extraConfig"}, new: []string{"services", "resolved", "settings", "Resolve"}, since: nixos2605, removed: true, conf: true},
		{old: []string{"systemd", "user", "extraConfig"}, new: []string{"systemd", "user", "settings", "Manager"}, since: nixos2611, removed: true, conf: true},
		{old: []string{"services", "timesyncd", "extraConfig"}, new: []string{"services", "timesyncd", "settings", "Time"}, since: nixos2611, removed: true, conf: true},
		{old: []string{"services", "journald", "extraConfig"}, new: []string{"services", "journald", "settings", "Journal"}, since: nixos2611, removed: true, conf: true},
		{old: []string{"services", "journald", "console"}, new: []string{"services", "journald", "settings", "Journal"}, since: nixos2611, removed: true},
		{old: []string{"systemd", "enableCgroupAccounting"}, new: []string{"systemd", "settings", "Manager"}, since: nixos2511, removed: true},
	},
	renamed(nixos2511, []string{"systemd", "watchdog"}, []string{"systemd", "settings", "Manager"}, profile.WatchdogOptions()),
	renamed(nixos2511, []string{"services", "logind"}, []string{"services", "logind", "settings", "Login"}, map[string]string{
		"killUserProcesses": "KillUserProcesses", "powerKey": "HandlePowerKey", "powerKeyLongPress": "HandlePowerKeyLongPress",
		"rebootKey": "HandleRebootKey", "rebootKeyLongPress": "HandleRebootKeyLongPress",
		"suspendKey": "HandleSuspendKey", "suspendKeyLongPress": "HandleSuspendKeyLongPress",
		"hibernateKey": "HandleHibernateKey", "hibernateKeyLongPress": "HandleHibernateKeyLongPress",
		"lidSwitch": "HandleLidSwitch", "lidSwitchExternalPower": "HandleLidSwitchExternalPower", "lidSwitchDocked": "HandleLidSwitchDocked",
	}),
	renamed(nixos2605, []string{"services", "resolved"}, []string{"services", "resolved", "settings", "Resolve"}, map[string]string{
		"fallbackDns": "FallbackDNS", "domains": "Domains", "llmnr": "LLMNR", "dnssec": "DNSSEC", "dnsovertls": "DNSOverTLS",
	}),
	renamed(nixos2611, []string{"services", "journald"}, []string{"services", "journald", "settings", "Journal"}, map[string]string{
		"rateLimitInterval": "RateLimitIntervalSec", "rateLimitBurst": "RateLimitBurst", "storage": "Storage",
		"forwardToSyslog": "ForwardToSyslog", "audit": "Audit",
	}),
)

// table are the options of systemd and its neighbors that NixOS renamed or removed up to
// the day listedOn. internal/renames makes it.
//
//go:embed options.tsv
var table string

// listedOn is the day of the newest tree that the table is made of. settingsOn and loginOn
// are the ends of the months in which systemd.settings and services.logind.settings came.
var (
	listedOn   = time.Date(2026, time.July, 15, 0, 0, 0, 0, time.UTC)
	settingsOn = time.Date(2025, time.July, 31, 0, 0, 0, 0, time.UTC)
	loginOn    = time.Date(2025, time.August, 31, 0, 0, 0, 0, time.UTC)
)

// allMigrations are those above, and those that the table has besides.
var allMigrations = sync.OnceValue(func() []*migration {
	known := map[string]*migration{}
	var all []*migration
	for i := range migrations {
		m := &migrations[i]
		known[nixast.QuoteAttrPath(m.old...)] = m
		all = append(all, m)
		switch {
		case nixos.CommonPrefix(m.new, []string{"systemd", "settings"}) == 2:
			m.on = settingsOn
		case nixos.CommonPrefix(m.new, []string{"services", "logind", "settings"}) == 3:
			m.on = loginOn
		}
	}
	for line := range strings.Lines(table) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != 5 || strings.HasPrefix(line, "#") {
			continue
		}
		if m := known[row[1]]; m != nil {
			if m.on.IsZero() {
				m.on = listedOn
			}
			continue
		}
		m := &migration{old: names(row[1]), on: listedOn, removed: row[0] == "Removed", listed: true, message: row[4]}
		m.retyped = row[0] == "Changed" || row[0] == "Merged"
		if m.since, _ = nixos.ParseRelease(row[3]); row[2] != "" {
			m.new = names(row[2])
		}
		all = append(all, m)
	}
	return all
})

// names are the names of a path.
func names(path string) []string { return strings.Split(path, ".") }

// renamed are migrations of the options below one to settings below another.
func renamed(since nixos.Release, from, to []string, names map[string]string) []migration {
	var out []migration
	for old, name := range names {
		out = append(out, migration{old: append(slices.Clone(from), old), new: append(slices.Clone(to), name), since: since})
	}
	slices.SortFunc(out, func(a, b migration) int { return slices.Compare(a.old, b.old) })
	return out
}

// reached reports whether a host certainly has what changed in a release. A revision
// of the unstable branch on its way to that release may be older than the change.
func reached(h *nixos.Host, release nixos.Release) bool {
	return h.ReleaseKnown && (release.Before(h.Release) || release == h.Release && !h.Unstable)
}

// applies reports whether a host certainly has the migration: by its release, or by the
// day of its revision of the unstable branch.
func (m *migration) applies(h *nixos.Host) bool {
	return reached(h, m.since) || h.Unstable && !m.on.IsZero() && h.Locked.After(m.on)
}

// migrationsFor are the migrations that apply to a host.
func migrationsFor(h *nixos.Host) iter.Seq[*migration] {
	return func(yield func(*migration) bool) {
		for _, m := range allMigrations() {
			if m.applies(h) && !yield(m) {
				return
			}
		}
	}
}

// definitions are those of the old option, but for the ones that depend on the release.
func (m *migration) definitions(h *nixos.Host) iter.Seq[*nixos.Def] {
	return func(yield func(*nixos.Def) bool) {
		for _, d := range h.Option(m.old...).Defs {
			if !d.Binding.IsZero() && !dependsOnRelease(d.When) && !yield(d) {
				return
			}
		}
	}
}

// at begins a finding about a definition of the old option.
func (m *migration) at(p *lint.Pass, h *nixos.Host, d *nixos.Def) *lint.Draft {
	to := nixast.QuoteAttrPath(m.new...)
	draft := p.AtOption(h, d, m.old, m.new).Place(d.Binding.Place())
	if m.message != "" {
		draft.Note("NixOS: %s", m.message)
	}
	if len(m.new) == 0 {
		return draft
	}
	draft.Help("use `%s`", to)
	if edits, settings, ok := m.rewrite(h, d); ok {
		draft.Concerns(unit.OptionRefs(h, settings...)...).
			Fix(lint.Fix{Title: "move to `" + to + "`", Applicability: lint.Safe, Edits: lint.EditsIn(d.Binding.File(), edits)})
	}
	return draft
}

// releaseWords are names in conditions that depend on the release, or on the options
// that it has.
var releaseWords = []string{"options", "versionAtLeast", "versionOlder", "compareVersions", "version", "release"}

// dependsOnRelease reports whether a part of the condition depends on the release: then
// the definition is most likely there for other releases than the one at hand.
func dependsOnRelease(c *eval.Cond) bool {
	if c == nil {
		return false
	}
	if slices.ContainsFunc(c.Args, dependsOnRelease) {
		return true
	}
	for n := range c.Node.Descendants() {
		name, ok := n.AttrName()
		if n.Kind() == nixast.Ident {
			name, ok = n.Text(), true
		}
		if ok && slices.Contains(releaseWords, name) {
			return true
		}
	}
	return false
}

// rewrite makes the edits that give a definition its new name, and names the
// settings that come of it. There are none for a definition whose binding has only a
// part of the path, and for one next to others of the new name.
func (m *migration) rewrite(h *nixos.Host, d *nixos.Def) (edits []emit.Edit, settings [][]string, ok bool) {
	b, isBinding := d.Binding.AsBinding()
	if !isBinding || !d.Wrapper.IsZero() || h.Option(m.new...).IsSet() || m.removed && !m.conf || m.retyped {
		return nil, nil, false
	}
	common := nixos.CommonPrefix(m.old, m.new)
	attrs := slices.Collect(b.Path().Attrs())
	first := len(attrs) - (len(m.old) - common)
	if name, known := attrs[len(attrs)-1].AttrName(); !known || name != m.old[len(m.old)-1] || first < 0 {
		return nil, nil, false
	}
	edits = []emit.Edit{{
		Start: attrs[first].Span().Start, End: b.Path().Span().End, New: nixast.QuoteAttrPath(m.new[common:]...),
	}}
	if !m.conf {
		return edits, nil, true
	}
	s := h.Evaluator().String(d.Value)
	if s == nil {
		return nil, nil, false
	}
	text, known := s.Text()
	conf, plain := confSettings(text, m.new[len(m.new)-1])
	if !known || !plain {
		return nil, nil, false
	}
	value, err := emit.New(b.File()).Replace(b.Value(), conf)
	if err != nil {
		return nil, nil, false
	}
	for _, a := range conf {
		settings = append(settings, slices.Concat(m.new, a.Path[:1]))
	}
	return append(edits, value...), settings, true
}

// confSettings are the settings in the text of a configuration file, under the
// comments above them; false if there is more in it than settings of one section. A
// repeated key becomes a list.
func confSettings(text, section string) (emit.Attrs, bool) {
	var attrs emit.Attrs
	var comments []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line == "["+section+"]" {
			continue
		}
		if comment := strings.TrimLeft(line, "#;"); comment != line {
			comments = append(comments, strings.TrimSpace(comment))
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || line[0] == '[' || strings.HasSuffix(line, `\`) {
			return nil, false
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		i := slices.IndexFunc(attrs, func(a emit.Attr) bool { return a.Path[0] == key })
		if i < 0 {
			i = len(attrs)
			attrs = append(attrs, emit.A(key, value))
		} else {
			list, isList := attrs[i].Value.([]any)
			if !isList {
				list = []any{attrs[i].Value}
			}
			list = append(list, value)
			attrs[i].Value = list
		}
		attrs[i].Comment = strings.TrimSpace(attrs[i].Comment + "\n" + strings.Join(comments, "\n"))
		comments = nil
	}
	return attrs, len(attrs) > 0 && len(comments) == 0
}
