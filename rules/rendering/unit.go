package rendering

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// InstanceShadows reports instances of templates that become whole units.
var InstanceShadows = &lint.Rule{
	Page: lint.ReadPage(pages, "instance-shadows"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			template, instance, ok := u.Instance()
			replaces := u.IsOverride() && !u.Directive("Service", "ExecStart").IsSet() || startsWithReset(u)
			if !ok || instance == "" || u.Pattern || !replaces || u.Style != nixos.NixOSStyle || u.Enabled() != eval.Yes ||
				u.OverrideStrategy() != "asDropinIfExists" || len(u.Option("overrideStrategy").Unseen) > 0 || !hasTemplate(u, template) {
				return
			}
			if u.Host.Name == "" && len(u.Files()) > 1 {
				return // of modules that may never be used together
			}
			reportInstance(p, u, template)
		})
	},
}

// startsWithReset reports whether the commands of the unit begin with an empty
// assignment, which takes back those of another file.
func startsWithReset(u *unit.Unit) bool {
	lines := u.Lines()
	i := slices.IndexFunc(lines, func(l nixos.Line) bool { return l.Section == "Service" && l.Key == "ExecStart" })
	return i >= 0 && unit.Certain(lines[i]) && lines[i].Text == "" && len(u.Defs()) == 1
}

// hasTemplate reports whether the template is in sight, in the project or in
// systemd itself, with a command.
func hasTemplate(u *unit.Unit, template string) bool {
	_, upstream := unitfile.Upstream(template+"."+u.Type(), u.Version)
	return upstream || templateOf(u, template) != nil
}

// templateOf is the template, if the project defines it.
func templateOf(u *unit.Unit, template string) *nixos.Unit {
	i := slices.IndexFunc(u.Host.Units, func(t *nixos.Unit) bool {
		return t.Name == template+"."+u.Type() && t.Scope == u.Scope && !t.IsOverride()
	})
	if i < 0 {
		return nil
	}
	return u.Host.Units[i]
}

// changedTemplates are the templates of systemd's own whose command NixOS sets by a
// drop-in, which systemd adds to an instance that has a file of its own, too
// (nixos/modules/services/ttys/getty.nix, NixOS 26.11; seen with systemd 252).
var changedTemplates = []string{"getty@", "serial-getty@", "container-getty@"}

func reportInstance(p *lint.Pass, u *unit.Unit, template string) {
	f := lint.Finding{
		Message: fmt.Sprintf("%s becomes a whole unit without a command, in the place of the template %s; write overrideStrategy = \"asDropin\"", u.Name, template),
		Units:   u.Self(), About: u.About("overrideStrategy"),
	}
	x := lint.Fix{Title: `add overrideStrategy = "asDropin"`, Applicability: lint.Safe}
	own := templateOf(u, template)
	changed := own == nil && slices.Contains(changedTemplates, template)
	switch {
	case changed && startsWithReset(u):
		f.Message = fmt.Sprintf("%s becomes a whole unit in the place of the template %s, and the drop-in by which NixOS changes the template replaces its ExecStart; write overrideStrategy = \"asDropin\"", u.Name, template)
		x.Applicability, x.Breaks = lint.Unsafe, "what the template sets takes effect, which did not until now"
	case changed:
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s becomes a whole unit in the place of the template %s: the command stays, which NixOS adds by a drop-in, and what else systemd's own file says is lost, such as its Restart", u.Name, template)
		f.Notes = []lint.Note{{Label: "help", Text: "repeat what it needs of that file; with overrideStrategy = \"asDropin\" repeat NixOS's ExecStart, as the drop-in takes the place of the other"}}
	case startsWithReset(u):
		f.Message = fmt.Sprintf("%s becomes a whole unit, in which its ExecStart has nothing to reset, and nothing of the template %s is left; write overrideStrategy = \"asDropin\"", u.Name, template)
		x.Applicability, x.Breaks = lint.Unsafe, "what the template sets takes effect, which did not until now"
	case own == nil:
		f.Notes = []lint.Note{{Label: "help", Text: "the drop-in takes the place of the one by which NixOS changes " + template + ": repeat what that one sets, such as ExecStart"}}
	case own.Option("path").IsSet():
		f.Notes = []lint.Note{{Label: "help", Text: "NixOS writes PATH into the drop-in, too; `enableDefaultPath = false` leaves that of the template"}}
	}
	f.File, f.Span = unit.Place(u.Def().Binding)
	site := u.Site("")
	old := u.Host.ReleaseKnown && u.Host.Release.Before(nixos.Release{Year: 22, Month: 11})
	if fix.Automatic(u) && !old && !site.Shared && (own != nil || startsWithReset(u)) {
		order := emit.Where{Families: [][]string{{"description", "overrideStrategy", "after", "wants", "wantedBy", "environment", "path", "unitConfig", "serviceConfig"}}}
		if edits, err := fix.Add(site, order, []emit.Attr{emit.A("overrideStrategy", "asDropin")}); err == nil {
			x.Edits = edits
			f.Fixes = []lint.Fix{x}
		}
	}
	p.Report(f)
}

// SocketRemains reports masked services whose socket or timer stays.
var SocketRemains = &lint.Rule{
	Page: lint.ReadPage(pages, "socket-remains"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			if u.Type() != "service" || u.Pattern || u.Enabled() != eval.No || !u.Option("enable").IsSet() {
				return
			}
			for _, t := range u.Host.Units {
				kind := t.Type()
				if t.Scope != u.Scope || t.BaseName() != u.BaseName() || t.Enabled() != eval.Yes || t.IsOverride() || t.When != nil || len(t.Partial) > 0 ||
					!slices.Contains([]string{"socket", "timer", "path"}, kind) || !t.Option("wantedBy").IsSet() || startsOther(t) {
					continue
				}
				d := u.Option("enable").Defs[0]
				if d.Binding.IsZero() {
					continue
				}
				f := lint.Finding{
					Message: fmt.Sprintf("%s is masked, and %s, which starts it, is not", u.Name, t.Name), Units: u.Self(), About: u.About("enable"),
				}
				f.File, f.Span = unit.ValuePlace(d)
				file, span := unit.Place(t.Def().Binding)
				f.Related = []lint.Related{{File: file, Span: span, Message: "it is set up here"}}
				p.Report(f)
			}
			if u.Name == "systemd-rfkill.service" && u.Scope.Kind == nixos.System && u.When == nil && len(u.Host.Unseen) == 0 {
				reportRFKill(p, u)
			}
		})
	},
}

// reportRFKill reports a mask of systemd-rfkill.service where its socket, which
// every NixOS has (nixos/modules/system/boot/systemd.nix), is not spoken of.
func reportRFKill(p *lint.Pass, u *unit.Unit) {
	path := []string{"systemd", "sockets", "systemd-rfkill", "enable"}
	d := u.Option("enable").Defs[0]
	if u.Host.Option(path[:3]...).IsSet() || d.Binding.IsZero() {
		return
	}
	option := strings.Join(path, ".")
	f := lint.Finding{
		Severity: lint.Info,
		Message:  "systemd-rfkill.service is masked, and systemd-rfkill.socket, which starts it, is not",
		Units:    u.Self(), About: unit.Options(u.Host, path),
	}
	f.File, f.Span = unit.ValuePlace(d)
	if edits := fix.AddAbove(d.Binding, path, false); edits != nil {
		f.Fixes = []lint.Fix{{
			Title: "set " + option + " = false", Applicability: lint.Unsafe, Edits: edits,
			Breaks: "the state of radio switches over a reboot; see `rfkill list` after one",
		}}
	}
	p.Report(f)
}

// startsOther reports whether a socket, timer or path may start a service of
// another name.
func startsOther(t *nixos.Unit) bool {
	section := spell.Capitalised(t.Type())
	return t.Directive(section, "Service").IsSet() || t.Directive(section, "Unit").IsSet() || t.Directive(section, "Accept").IsSet()
}

// needsNamespace are directives that a user's manager can only do inside a user
// namespace, or not at all.
func needsNamespace(name string) bool {
	return strings.HasPrefix(name, "Protect") && name != "ProtectProc" || strings.HasPrefix(name, "Private") && name != "PrivateUsers" ||
		name == "ReadOnlyPaths" || name == "ReadWritePaths" || name == "InaccessiblePaths" || name == "CapabilityBoundingSet" || name == "AmbientCapabilities"
}

// UserSandbox reports sandbox directives in units of a user's manager.
var UserSandbox = &lint.Rule{
	Page: lint.ReadPage(pages, "user-sandbox"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			if !unit.OfUser(u) {
				return
			}
			var names []string
			var first *nixos.Def
			for _, o := range u.Directives("Service") {
				if needsNamespace(o.Name()) && o.IsSet() && !o.Defs[0].Binding.IsZero() {
					if names = append(names, o.Name()); first == nil {
						first = o.Defs[0]
					}
				}
			}
			if first == nil || u.Directive("Service", "PrivateUsers").IsSet() {
				return
			}
			f := lint.Finding{
				Message: fmt.Sprintf("%s belongs to a user's manager, where %s works in a user namespace only", u.Name, few(names)),
				Units:   u.Self(), About: u.About(names...),
			}
			f.File, f.Span = unit.LastName(first.Binding)
			p.Report(f)
		})
	},
}
