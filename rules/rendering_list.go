package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast/eval"
)

// protective are the lists that take something away from a unit; without them it
// may do more.
var protective = map[string]bool{
	"SystemCallFilter": true, "SystemCallArchitectures": true, "RestrictAddressFamilies": true, "RestrictNamespaces": true,
	"RestrictFileSystems": true, "RestrictNetworkInterfaces": true, "IPAddressDeny": true, "InaccessiblePaths": true, "ReadOnlyPaths": true,
	"NoExecPaths": true, "SocketBindDeny": true, "TemporaryFileSystem": true,
}

// resetAtEnd reports an empty assignment behind others.
func resetAtEnd() *lint.Rule {
	return &lint.Rule{
		ID: "N009", Name: "reset-at-end", Since: "0.1.0", Severity: lint.Error,
		Title: "an empty assignment at the end undoes the whole list",
		Text: `An empty line takes back all lines of the directive before it. As the last element of a list it
leaves nothing of the list. From NixOS 24.05 on that happens across modules, too: where one sets a list
and another ` + "`\"\"`" + ` or ` + "`null`" + `, the second becomes an element behind the first.`,
		WhenNot: "Where a module is meant to lift what another one restricts; mkForce says so more plainly.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "@system-service" "" ];
  };
}
`,
		References: []string{"nixos/lib/systemd-unit-options.nix, unitOption (NixOS 24.05)", "systemd.exec(5), SystemCallFilter="},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					last := len(k.lines) - 1
					if last < 1 || d.Empty != directive.EmptyClears && d.Empty != directive.EmptyResets || !certain(k.lines[last]) || k.lines[last].Text != "" {
						return
					}
					l := k.lines[last]
					if isNested(u, l) {
						return // nested-list tells of it
					}
					before := slices.DeleteFunc(slices.Clone(k.lines[:last]), func(b nixos.Line) bool {
						return b.Def == nil || b.Def.Binding.IsZero() || b.Known && b.Text == ""
					})
					if len(before) == 0 || l.Def == nil || l.Def.Binding.IsZero() {
						return
					}
					first := before[0]
					if first.Def != l.Def && (!protective[k.key] || u.Pattern || !meetIn(u, first.Def, l.Def)) {
						return
					}
					f := lint.Finding{
						Message: fmt.Sprintf("%s: the empty `%s=` at the end undoes the lines before it; nothing of the list is left", u.Name, k.key),
						Unit:    u.Name, Directives: []string{k.key},
					}
					f.File, f.Span = linePlace(u, l)
					if first.Def != l.Def {
						file, span := linePlace(u, first)
						f.Related = []lint.Related{{File: file, Span: span, Message: "what is undone"}}
					}
					p.Report(f)
				})
			})
		},
	}
}

// defaultListLost reports a list under mkDefault that another list was meant to
// add to.
func defaultListLost() *lint.Rule {
	return &lint.Rule{
		ID: "N010", Name: "default-list-lost", Since: "0.1.0", Severity: lint.Warning,
		Title: "a list under mkDefault is lost to one without",
		Text: `Lists of the same priority are concatenated. Of different priorities only the strongest counts:
` + "`SystemCallFilter = mkDefault [ \"@system-service\" ]`" + ` in a profile is gone as soon as a module sets
` + "`[ \"~@mount\" ]`" + `, and what reads like an addition is all there is. It is reported where the one that is lost was the list
of what is allowed, and the one that counts only denies, or allows so little that no program runs with
it: it does not even name the call ` + "`read`" + `.`,
		WhenNot: "Where the list is meant to replace the default.",
		Before: `{ lib, ... }:
{
  systemd.services.web = lib.mkMerge [
    { serviceConfig.SystemCallFilter = lib.mkDefault [ "@system-service" ]; }
    { serviceConfig.SystemCallFilter = [ "~@mount" ]; }
  ];
}
`,
		References: []string{"lib/modules.nix, filterOverrides (nixpkgs 26.11)"},
		Check: func(p *lint.Pass) {
			eachDirectiveOption(p, func(u *unitView, section string, o *nixos.Option) {
				if o.Name() != "SystemCallFilter" && o.Name() != "RestrictAddressFamilies" && o.Name() != "CapabilityBoundingSet" || u.Pattern {
					return
				}
				for _, lost := range o.Overridden {
					if lost.Priority <= nixos.PriorityPlain || !isSure(lost) || !startsWith(u, lost, false) {
						continue
					}
					if slices.ContainsFunc(o.Defs, func(d *nixos.Def) bool {
						return d.Priority != nixos.PriorityPlain || !isSure(d) || !onlyDenies(u, d) && !onlyAdds(u, o, d) || !meetIn(u, lost, d)
					}) {
						continue
					}
					f := lint.Finding{
						Message: fmt.Sprintf("%s: this list of %s does not add to the one under mkDefault, but replaces it: nothing is left but what it denies", u.Name, o.Name()),
						Unit:    u.Name, Directives: []string{o.Name()},
					}
					if !onlyDenies(u, o.Defs[0]) {
						f.Message = fmt.Sprintf("%s: this list of %s does not add to the one under mkDefault, but replaces it: the service may not even read", u.Name, o.Name())
					}
					f.File, f.Span = valuePlace(o.Defs[0])
					file, span := valuePlace(lost)
					f.Related = []lint.Related{{File: file, Span: span, Message: "the list that is lost"}}
					p.Report(f)
					return
				}
			})
		},
	}
}

// startsWith reports whether a definition's list begins with a line that denies,
// or with one that allows.
func startsWith(u *unitView, d *nixos.Def, deny bool) bool {
	items, ok := knownStrings(u.Host.Evaluator(), d.Value)
	return ok && len(items) > 0 && items[0] != "" && strings.HasPrefix(items[0], "~") == deny
}

func onlyDenies(u *unitView, d *nixos.Def) bool {
	items, ok := knownStrings(u.Host.Evaluator(), d.Value)
	return ok && len(items) > 0 && !slices.ContainsFunc(items, func(s string) bool { return !strings.HasPrefix(s, "~") })
}

// onlyAdds reports whether a definition allows system calls, and not the one that
// every program makes, so that it was meant to add to another.
func onlyAdds(u *unitView, o *nixos.Option, d *nixos.Def) bool {
	items, ok := knownStrings(u.Host.Evaluator(), d.Value)
	if !ok || len(items) == 0 || o.Name() != "SystemCallFilter" {
		return false
	}
	for _, item := range items {
		for word := range strings.FieldsSeq(item) {
			if word[0] == '~' || slices.Contains(members(word, u.version), "read") {
				return false
			}
		}
	}
	return true
}

// nestedList reports lists inside of lists.
func nestedList() *lint.Rule {
	return &lint.Rule{
		ID: "N015", Name: "nested-list", Since: "0.1.0", Severity: lint.Error,
		Title: "a list inside a list becomes one line",
		Text: `NixOS writes a line for each element of a list. An element that is a list itself is joined by
blanks into one line: ` + "`[ [ \"/a\" \"/b\" ] ]`" + ` is the line ` + "`Key=/a /b`" + `, which for ` + "`EnvironmentFile`" + `, a device or a credential
is one strange value. An empty list inside is an empty assignment, a reset.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    EnvironmentFile = [ [ "/etc/a.env" "/etc/b.env" ] ];
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    EnvironmentFile = [ "/etc/a.env" "/etc/b.env" ];
  };
}
`,
		References: []string{"nixos/lib/systemd-lib.nix, toOption (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachCertainLine(p, func(u *unitView, d *directive.Directive, _ *keyLines, l nixos.Line) {
				if l.Value == nil {
					return
				}
				list, ok := u.Host.Evaluator().Force(l.Value).(*eval.List)
				if !ok || len(list.Items) == 1 || len(list.Items) > 1 && !oneALine(d.KindIn(u.version)) {
					return
				}
				if len(list.Items) == 0 {
					reportLine(p, u, l, fmt.Sprintf("%s: the empty list inside of %s renders `%[2]s=`, a reset", u.Name, l.Key), nil)
					return
				}
				items, known := knownStrings(u.Host.Evaluator(), l.Value)
				var fixes []lint.Fix
				if known {
					fixes = elementFix(u, writtenAt(u, l), items, "write the elements into the list around", lint.Safe, "")
				}
				reportLine(p, u, l, fmt.Sprintf("%s: the list inside of %s becomes one line, `%[2]s=%[3]s`", u.Name, l.Key, l.Text), fixes)
			})
		},
	}
}

func isNested(u *unitView, l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.List)
	return ok
}

// oneALine reports whether a line of a grammar holds one value, so that blanks
// part nothing.
func oneALine(kind directive.Kind) bool {
	switch kind {
	case directive.KindEnvironmentFile, directive.KindDevices, directive.KindDeviceValue, directive.KindLoadCredential, directive.KindSetCredential,
		directive.KindTimer, directive.KindListen, directive.KindCondition, directive.KindConditionPath, directive.KindPathSpec, directive.KindPath:
		return true
	}
	return false
}

// lastLineCounts reports several lines of a directive that takes one value.
func lastLineCounts() *lint.Rule {
	return &lint.Rule{
		ID: "N016", Name: "last-line-counts", Since: "0.1.0", Severity: lint.Warning,
		Title: "of several lines only the last one counts",
		Text: `A list renders a line for each element, whether the directive is a list to systemd or not. Of one
that takes a single value, such as ` + "`ProtectSystem=` or `WorkingDirectory=`" + `, the last line counts, and the others
are without effect. The same holds for a setting that stands twice in the text of a configuration file, be it
that two modules add to ` + "`services.journald.extraConfig`" + `.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    ProtectSystem = [ "strict" "full" ];
  };
}
`,
		References: []string{"systemd.syntax(7)", "nixos/lib/systemd-lib.nix, attrsToSection (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachFile(p, func(u *unitView) {
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					last := len(k.lines) - 1
					if d.Repeat != directive.Override || d.KindIn(u.version) == directive.KindOther || last < 1 || !k.known() || k.lines[last].Text == "" ||
						u.isRefused(k.section, k.key) {
						return
					}
					for _, l := range k.lines[:last] {
						if l.Def == nil || l.Def.Binding.IsZero() || l.Text == "" || l.Text == k.lines[last].Text ||
							l.Def != k.lines[last].Def && !meet(u.Host, l.Def, k.lines[last].Def) {
							return
						}
					}
					reportLine(p, u, k.lines[0], fmt.Sprintf("%s: `%s=%s` has no effect: the directive takes one value, and the last line, `%s`, counts",
						u.Name, k.key, k.lines[0].Text, k.lines[last].Text), nil)
				})
			})
		},
	}
}
