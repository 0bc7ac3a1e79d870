package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
)

// tildeAlone reports "~" where a reset was meant.
func tildeAlone() *lint.Rule {
	return &lint.Rule{
		ID: "N023", Name: "tilde-alone", Since: "0.1.0", Severity: lint.Error,
		Title: "~ alone is no reset",
		Text: "`SystemCallFilter = \"~\"`" + ` is a deny list that denies nothing. As the first line it makes deny lists of the
lines behind it: ` + "`@system-service`" + ` takes calls out of what is denied, which is nothing, and the service
may make every call. ` + "`RestrictAddressFamilies`" + ` does the same, and ` + "`CapabilityBoundingSet`" + ` from systemd 259 on; up to
258 the lines behind ` + "`~`" + ` were the whole set. A reset is the empty line.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "~" "@system-service" ];
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "" "@system-service" ];
  };
}
`,
		References: []string{"systemd.exec(5), SystemCallFilter=", "systemd 252 and 262, src/core/load-fragment.c, config_parse_syscall_filter and config_parse_capability_set"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					if l, ok := u.leadingTilde(d, k); ok {
						checkTildeAlone(p, u, d, k, l)
					}
				})
			})
		},
	}
}

// leadingTilde is the line "~" that begins a list.
func (u *unitView) leadingTilde(d *directive.Directive, k *keyLines) (nixos.Line, bool) {
	switch d.KindIn(u.version) {
	case directive.KindSyscallFilter, directive.KindFamilies, directive.KindCapabilities:
	default:
		return nixos.Line{}, false
	}
	i := slices.IndexFunc(k.lines, func(l nixos.Line) bool { return !certain(l) || strings.TrimSpace(l.Text) != "" })
	if i < 0 || !certain(k.lines[i]) || strings.TrimSpace(k.lines[i].Text) != "~" || k.lines[i].Def == nil || k.lines[i].Def.Binding.IsZero() {
		return nixos.Line{}, false
	}
	return k.lines[i], true
}

// fullFirst is the first version in which a capability set that "~" has made
// full stays so when names follow.
const fullFirst directive.Version = 259

func checkTildeAlone(p *lint.Pass, u *unitView, d *directive.Directive, k *keyLines, l nixos.Line) {
	var plain []string
	for _, other := range k.lines {
		if !certain(other) || other.Text == "" && other.Def != l.Def {
			return
		}
		if other.Text != "" && other.Text[0] != '~' {
			plain = append(plain, other.Text)
		}
	}
	if d.KindIn(u.version) == directive.KindCapabilities && (d.Name != "CapabilityBoundingSet" || len(plain) == 0 || u.version < fullFirst || !u.Host.ReleaseKnown) {
		return
	}
	if len(plain) == 0 {
		if len(k.lines) == 1 && k.section == "Service" {
			reportLine(p, u, l, fmt.Sprintf("%s: `%s=~` denies nothing, so that everything is allowed", u.Name, d.Name), nil)
		}
		return
	}
	reportLine(p, u, l, fmt.Sprintf("%s: `%s=~` is no reset but a list that denies nothing, so %s behind it restricts nothing; write \"\"", u.Name, d.Name, few(plain)),
		replaceFix(u, writtenAt(u, l), "", `write ""`, lint.Unsafe, "what the list behind it does not allow; it had no effect until now"))
}

// resetOfOthers reports resets that undo other directives, too.
func resetOfOthers() *lint.Rule {
	return &lint.Rule{
		ID: "N024", Name: "reset-of-others", Since: "0.1.0", Severity: lint.Error,
		Title: "an empty assignment also undoes other directives before it",
		Text: `Some directives share one list, and an empty assignment of one empties it for all: those of a timer
(` + "`OnCalendar=`, `OnBootSec=`" + ` and the like), of a path unit, the ` + "`Listen…=`" + ` of a socket, all conditions, all assertions, and
` + "`BindPaths=` with `BindReadOnlyPaths=`" + `. NixOS writes directives in the order of their names, so that in
` + "`{ OnBootSec = \"10min\"; OnCalendar = [ \"\" \"daily\" ]; }`" + ` the time after boot is lost. The empty element belongs
in front of the first of them.`,
		Before: `{
  systemd.timers.fstrim.timerConfig = {
    OnBootSec = "10min";
    OnCalendar = [ "" "daily" ];
  };
}
`,
		References: []string{"systemd.timer(5), OnActiveSec=", "systemd.socket(5), ListenStream=", "systemd.unit(5), ConditionArchitecture= and the like",
			"systemd.path(5), PathExists=", "systemd 262, src/core/load-fragment.c, config_parse_bind_paths"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				lines := u.Lines()
				for i, l := range lines {
					list := sharedList(l.Section, l.Key)
					if list == "" || !certain(l) || strings.TrimSpace(l.Text) != "" || l.Def == nil || l.Def.Binding.IsZero() {
						continue
					}
					at := slices.IndexFunc(lines[:i], func(b nixos.Line) bool {
						return b.Key != l.Key && sharedList(b.Section, b.Key) == list && certain(b) && strings.TrimSpace(b.Text) != "" &&
							b.Def != nil && !b.Def.Binding.IsZero() && (b.Def.File == l.Def.File || u.Host.Name != "")
					})
					if at < 0 {
						continue
					}
					b := lines[at]
					f := lint.Finding{
						Message: fmt.Sprintf("%s: the empty `%s=` also undoes `%s=%s`, which NixOS writes before it", u.Name, l.Key, b.Key, b.Text),
						Unit:    u.Name, Directives: []string{l.Key, b.Key},
						Notes: []lint.Note{{Label: "help", Text: fmt.Sprintf("write the empty element first in %s instead", b.Key)}},
					}
					f.File, f.Span = linePlace(u, l)
					file, span := linePlace(u, b)
					f.Related = []lint.Related{{File: file, Span: span, Message: "what is undone"}}
					p.Report(f)
				}
			})
		},
	}
}

// sharedList names the list that directives share; empty for those that have one
// of their own.
func sharedList(section, key string) string {
	switch {
	case section == "Timer" && (key == "OnCalendar" || strings.HasPrefix(key, "On") && strings.HasSuffix(key, "Sec")):
		return "timers"
	case section == "Path" && (strings.HasPrefix(key, "Path") || key == "DirectoryNotEmpty"):
		return "paths"
	case section == "Socket" && strings.HasPrefix(key, "Listen"):
		return "sockets"
	case section == "Unit" && strings.HasPrefix(key, "Condition"):
		return "conditions"
	case section == "Unit" && strings.HasPrefix(key, "Assert"):
		return "assertions"
	case section == "Service" && (key == "BindPaths" || key == "BindReadOnlyPaths"):
		return "mounts"
	}
	return ""
}
