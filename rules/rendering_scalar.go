package rules

import (
	"fmt"
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/eval"
)

// nullValue reports null where an empty assignment is not "not set".
func nullValue(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "N002", Name: "null-value", Since: "0.1.0", Severity: lint.Error,
		Title: "null renders an empty assignment, which is not the same as leaving it out",
		Text: `In most options of NixOS ` + "`null`" + ` means "not set". In ` + "`serviceConfig`" + ` it renders ` + "`Key=`" + `. For a list that is
a reset. A switch or a number does not take it: systemd ignores the line with a warning, and in a
drop-in the value from before stays. ` + "`Delegate=`" + ` switches delegation on, and ` + "`DynamicUser=`" + ` keeps the
unit from loading.

To set nothing leave the setting out; to overrule another module write the default with mkForce.`,
		Before: `{ lib, ... }:
{
  systemd.services.nginx.serviceConfig.ProtectSystem = lib.mkForce null;
}
`,
		After: `{ lib, ... }:
{
  systemd.services.nginx.serviceConfig.ProtectSystem = lib.mkForce false;
}
`,
		References: []string{"nixos/lib/systemd-lib.nix, toOption (NixOS 26.11)", "systemd 262, src/core/load-fragment.c"},
		Check: func(p *lint.Pass) {
			eachFile(p, func(u *unitView) {
				eachMisread(u, nullMeant, func(m misread) {
					if !askedOf(u, baselines, m.Section, m.Key) { // else it is weaker than the baseline, and told as that
						reportNull(p, u, m)
					}
				})
			})
		},
	}
}

func reportNull(p *lint.Pass, u *unitView, m misread) {
	f := lint.Finding{Unit: u.Name, Directives: []string{m.Key}}
	what := "which systemd ignores with a warning"
	switch {
	case m.directive.Empty == directive.EmptyEnables:
		what = "which switches it on"
	case m.verdict.Status == value.Refused:
		what = "and systemd then refuses the unit"
	default:
		f.Severity = lint.Warning
	}
	f.Message = fmt.Sprintf("%s: `%s = null` renders `%[2]s=`, %[3]s; leave it out, or write the value that is meant", u.Name, m.Key, what)
	f.File, f.Span = linePlace(u, m.Line)
	if on, ok := value.ParseBool(m.directive.Default); ok && u.Conf() == "" { // NixOS has defaults of its own there
		f.Fixes = replaceFix(u, writtenAt(u, m.Line), on, fmt.Sprintf("write %v, the default", on), lint.Safe, "")
	}
	p.Report(f)
}

// falseAsText reports toString false.
func falseAsText() *lint.Rule {
	return &lint.Rule{
		ID: "N014", Name: "false-as-text", Since: "0.1.0", Severity: lint.Error,
		Title: "toString false is the empty string",
		Text: "`toString true` is `\"1\"`, and `toString false` is `\"\"`" + `, which systemd ignores for a switch: the default
stays, whatever it is. NixOS renders booleans by itself, as ` + "`true` and `false`" + `.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SendSIGKILL = toString false;
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SendSIGKILL = false;
  };
}
`,
		References: []string{"nix, builtins.toString", "nixos/lib/systemd-lib.nix, toOption (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachFile(p, func(u *unitView) {
				eachMisread(u, textOfFalse, func(m misread) {
					reportLine(p, u, m.Line, fmt.Sprintf("%s: `toString false` is the empty string, which systemd ignores for %s; write false", u.Name, m.Key),
						replaceFix(u, writtenAt(u, m.Line), false, "write false", lint.Safe, ""))
				})
			})
		},
	}
}

// decimalMode reports modes that are written as decimal numbers.
func decimalMode() *lint.Rule {
	return &lint.Rule{
		ID: "N003", Name: "decimal-mode", Since: "0.1.0", Severity: lint.Error,
		Title: "a mode as a decimal number: systemd reads its digits as octal",
		Text: `Nix has no octal numbers, and NixOS renders a number by its decimal digits. systemd reads them as
octal. ` + "`UMask = 63`" + `, which is 077 in octal, becomes the mask 063, and new files can be read by everybody;
` + "`StateDirectoryMode = 448`" + ` (0700) is no mode at all and is ignored. Write modes as strings.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    UMask = 63;
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    UMask = "0077";
  };
}
`,
		References: []string{"nixos/lib/systemd-lib.nix, toOption (NixOS 26.11)", "systemd.exec(5), UMask="},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachMisread(u, modeInDecimal, func(m misread) {
					meant, _ := modeMeant(u, &m)
					reportLine(p, u, m.Line, fmt.Sprintf("%s: systemd reads `%s=%s` as octal digits; the number %[3]s is %s in octal", u.Name, m.Key, m.Text, meant),
						replaceFix(u, writtenAt(u, m.Line), meant, "write "+written(meant), lint.Safe, ""))
				})
			})
		},
	}
}

// octalByLuck reports modes that are numbers and are read as they look.
func octalByLuck() *lint.Rule {
	return &lint.Rule{
		ID: "N004", Name: "octal-by-luck", Since: "0.1.0", Severity: lint.Info,
		Title: "a mode as a number is right by luck",
		Text: "`UMask = 0077`" + ` is the number 77 to Nix, which has no octal numbers. NixOS writes ` + "`UMask=77`" + `, and as systemd
reads octal digits that is what was meant. As a string it is so without luck, and does not conflict
with another module that writes it as one.`,
		WhenNot: "It works as it is.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    UMask = 0077;
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    UMask = "0077";
  };
}
`,
		References: []string{"nixos/lib/systemd-lib.nix, toOption (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachMisread(u, noMistake, func(m misread) {
					if m.directive.KindIn(u.version) != directive.KindMode || m.Value == nil || m.verdict.Status != value.Valid {
						return
					}
					if _, ok := u.Host.Evaluator().Force(m.Value).(*eval.Int); !ok {
						return
					}
					mode := strings.Repeat("0", max(0, 4-len(m.Text))) + m.Text
					reportLine(p, u, m.Line, fmt.Sprintf("%s: `%s` is a decimal number to Nix and octal digits to systemd; as a string it is %s", u.Name, m.Key, written(mode)),
						replaceFix(u, writtenAt(u, m.Line), mode, "write "+written(mode), lint.Safe, ""))
				})
			})
		},
	}
}

var notComment = regexp.MustCompile(`^[^#;]`)

// lineBreak reports values with a line end inside.
func lineBreak() *lint.Rule {
	return &lint.Rule{
		ID: "N013", Name: "line-break", Since: "0.1.0", Severity: lint.Error,
		Title: "a line end inside a value begins a new line of the unit",
		Text: `NixOS writes values into the unit as they are. What follows a line end stands on a line of its
own there: systemd ignores it, or takes it for a setting if it looks like one. The arguments on the
second line of a command written as an indented string are lost that way. A ` + "`\\`" + ` at the end of the line makes
systemd read on.`,
		Before: `{
  systemd.services.web.serviceConfig.ExecStart = ''
    /run/current-system/sw/bin/web
      --port 80
  '';
}
`,
		References: []string{"systemd.syntax(7)", "nixos/lib/systemd-lib.nix, attrsToSection (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachFile(p, func(u *unitView) {
				for _, l := range u.Lines() {
					text, ok := plainText(u, l)
					if !ok || l.Def == nil || l.Def.Binding.IsZero() || l.Unseen != "" || l.Key == "Environment" && strings.HasPrefix(text, `"`) {
						continue
					}
					if rest := brokenOff(text); rest != "" {
						reportLine(p, u, l, fmt.Sprintf("%s: %s has a line end inside, and `%s` becomes a line of its own, which is no part of the value",
							u.Name, l.Key, strings.ReplaceAll(rest, unknownText, "…")), nil)
					}
				}
			})
		},
	}
}

// brokenOff is the first line of a value that systemd does not read as a part of
// it; "" if there is none.
func brokenOff(text string) string {
	goesOn := true
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimSpace(line)
		if !goesOn && notComment.MatchString(line) {
			return line
		}
		if !notComment.MatchString(line) && line != "" {
			continue
		}
		goesOn = strings.HasSuffix(line, `\`) || strings.HasSuffix(line, unknownText)
	}
	return ""
}
