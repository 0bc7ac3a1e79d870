package directive

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// Values that systemd takes, and that mean something else than they read.

// AmbientInverted reports AmbientCapabilities=~….
var AmbientInverted = &lint.Rule{
	Page: lint.ReadPage(pages, "ambient-inverted"),
	Check: func(p *lint.Pass) {
		lint.EachCertainLine(p, func(u *unit.Unit, d *directive.Directive, k *unit.DirectiveLines, l nixos.Line) {
			names, inverted := strings.CutPrefix(l.Text, "~")
			if d.Name != "AmbientCapabilities" || !inverted || strings.TrimSpace(names) == "" || l.Def != k.Lines[0].Def || l.Text != k.Lines[0].Text {
				return
			}
			lint.ReportLine(p, u, l, fmt.Sprintf("`AmbientCapabilities=%s` gives %s every capability but %s", l.Text, u.Name, strings.Join(strings.Fields(names), " ")), nil)
		})
	},
}

// MonthsMeant reports time spans in months.
var MonthsMeant = &lint.Rule{
	Page: lint.ReadPage(pages, "months-for-minutes"),
	Check: func(p *lint.Pass) {
		lint.EachCertainLine(p, func(u *unit.Unit, d *directive.Directive, _ *unit.DirectiveLines, l nixos.Line) {
			switch d.KindIn(u.Version) {
			case directive.KindSpan, directive.KindSpanOrEmpty, directive.KindTimeout, directive.KindWatchdog:
			default:
				return
			}
			if _, ok := value.ParseSpan(l.Text); !ok || !months.MatchString(l.Text) {
				return
			}
			meant := months.ReplaceAllString(l.Text, "${1}min")
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: `%s=%s` is a time of months; minutes are %s", u.Name, l.Key, l.Text, meant),
				fix.Replace(u, unit.WrittenAt(u, l), meant, "write "+profile.Written(meant), lint.Unsafe, "the time becomes much shorter"))
		})
	},
}

// months finds an amount of months by their short name.
var months = regexp.MustCompile(`([0-9]) *M\b`)

// ManagersUser reports specifiers that stand for the user of the service
// manager where the unit has another user.
var ManagersUser = &lint.Rule{
	Page: lint.ReadPage(pages, "specifier-of-root"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			if unit.OfUser(u) || u.Scope.Kind == nixos.Initrd || !u.RunsAs().Ordinary() {
				return
			}
			unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
				for _, l := range k.Lines {
					text, ok := unit.PlainText(u, l)
					if !ok || l.Def == nil || l.Def.Binding.IsZero() || !d.Specifiers {
						continue
					}
					if s := userSpecifier(text); s != "" {
						lint.ReportLine(p, u, l, fmt.Sprintf("%s: `%s` in %s stands for %s, not for the unit's user", u.Name, s, l.Key, ofRoot[s]), nil)
					}
				}
			})
		})
	},
}

var ofRoot = map[string]string{
	"%u": "root", "%U": "root's number 0", "%g": "the group root", "%G": "the number 0 of the group root", "%h": "/root, root's home",
	"%s": "root's shell",
}

// userSpecifier is the first specifier of a text that speaks of a user.
func userSpecifier(text string) string {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		if s := text[i : i+2]; ofRoot[s] != "" {
			return s
		}
		i++
	}
	return ""
}

// ShellSyntax reports words of the shell in command lines that no shell reads.
var ShellSyntax = &lint.Rule{
	Page: lint.ReadPage(pages, "shell-syntax"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
				for _, l := range k.Lines {
					text, ok := unit.PlainText(u, l)
					if d.KindIn(u.Version) != directive.KindExec || !ok || ofDarwin(l) || l.Def == nil || l.Def.Binding.IsZero() || l.Value == nil {
						continue
					}
					if word := shellProgram(firstLine(text)); word != "" {
						lint.ReportLine(p, u, l, fmt.Sprintf("%s: systemd takes `%s` of %s for a program, which only a shell understands; use the option `script`, or sh -c",
							u.Name, word, l.Key), nil)
					} else if word := shellWord(firstLine(text)); word != "" {
						lint.ReportLine(p, u, l, fmt.Sprintf("%s: systemd runs %s without a shell, and hands `%s` to the program as an argument; use the option `script`, or sh -c",
							u.Name, l.Key, word), nil)
					}
				}
			})
		})
	},
}

var (
	shellWords  = []string{"|", "||", "&&", "&", ">", ">>", "<", "2>", "2>&1", ">&2", "&>", "|&"}
	redirection = regexp.MustCompile(`^[12&]?>>?(/dev/null|/[\w./-]+|&[12])$`)
)

// firstLine is what of the text belongs to the value: all up to a line end that no
// backslash hides.
func firstLine(text string) string {
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if text[i] == '\n' && text[i-1] != '\\' {
			return text[:i]
		}
	}
	return text
}

// ofDarwin reports whether a line is there on macOS alone, or not there, which has no
// systemd: modules of home-manager have both in one expression.
func ofDarwin(l nixos.Line) bool {
	return l.When != nil && strings.Contains(l.When.String(), "isDarwin")
}

// shellProgram is the first word of a command line where it is a variable that is
// set, a command of the shell itself, or ends in ";".
func shellProgram(line string) string {
	first, _, _ := strings.Cut(strings.TrimLeft(strings.TrimSpace(line), "-+!:@"), " ")
	if strings.ContainsAny(first, "|\"'") || strings.Contains(first, unit.UnknownText) && !strings.HasSuffix(first, ";") {
		return ""
	}
	if variableSet.MatchString(first) || slices.Contains(shellBuiltins, first) || len(first) > 1 && strings.HasSuffix(first, ";") {
		return strings.ReplaceAll(first, unit.UnknownText, "…")
	}
	return ""
}

var (
	variableSet   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	shellBuiltins = []string{"cd", "export", "source", "eval", "exec", "ulimit", "umask", "unset", "alias", "set"}
)

// shellWord is the first word of a command line outside quotes that only a shell
// would understand. A line whose program is a shell's builtin-like wrapper, or
// that has "|" in front (systemd 258: by the user's shell), has none.
func shellWord(line string) string {
	var quote byte
	start, words := -1, 0
	if first, _, _ := strings.Cut(line, " "); strings.Contains(strings.TrimRight(first, "/"), "|") {
		return ""
	}
	for i := 0; i <= len(line); i++ {
		blank := i == len(line) || line[i] == ' ' || line[i] == '\t' || line[i] == '\n'
		switch {
		case quote != 0:
			if i == len(line) || line[i] == quote {
				quote = 0
			}
		case !blank && (line[i] == '"' || line[i] == '\''):
			quote = line[i]
			if start < 0 {
				start = i
			}
		case !blank && start < 0:
			start = i
		case blank && start >= 0:
			word := line[start:i]
			if words++; words > 1 && (slices.Contains(shellWords, word) || redirection.MatchString(word) || strings.HasPrefix(word, "$(") || len(word) > 1 && word[0] == '`') {
				return word
			}
			start = -1
		}
	}
	return ""
}

// HalfDenied reports an address list that leaves the other family open.
var HalfDenied = &lint.Rule{
	Page: lint.ReadPage(pages, "half-denied"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
				if d.Name == "IPAddressDeny" && k.Known() && !u.UnseenIn(k.Section, k.Key) && !otherFamilyClosed(u) {
					checkHalfDenied(p, u, k)
				}
				if d.Name == "RestrictAddressFamilies" && k.Known() && !u.UnseenIn(k.Section, k.Key) {
					checkFamilyLeft(p, u, k)
				}
			})
		})
	},
}

// otherFamilyClosed reports whether something else decides over the address
// families, or might.
func otherFamilyClosed(u *unit.Unit) bool {
	if len(u.Full.Values("Service", "RestrictAddressFamilies")) > 0 {
		return true
	}
	private, set, known := u.Effective("Service", "PrivateNetwork")
	on, ok := value.ParseBool(private)
	return set && (!known || ok && on)
}

func checkHalfDenied(p *lint.Pass, u *unit.Unit, k *unit.DirectiveLines) {
	var words []string
	for _, l := range k.Lines {
		words = append(words, strings.Fields(l.Text)...)
	}
	four, six := slices.Contains(words, "0.0.0.0/0"), slices.Contains(words, "::/0")
	if four == six || slices.Contains(words, "any") {
		return
	}
	all, open := "0.0.0.0/0", "IPv6"
	if six {
		all, open = "::/0", "IPv4"
	}
	for _, l := range k.Lines {
		if !slices.Contains(strings.Fields(l.Text), all) || l.Def == nil || l.Def.Binding.IsZero() {
			continue
		}
		var fixes []lint.Fix
		if strings.TrimSpace(l.Text) == all {
			fixes = fix.Replace(u, unit.WrittenAt(u, l), "any", `write "any"`, lint.Unsafe, "connections over "+open)
		}
		lint.ReportLine(p, u, l, fmt.Sprintf("%s: `%s=%s` leaves %s open; `any` denies both", u.Name, l.Key, l.Text, open), fixes)
		return
	}
}

// checkFamilyLeft reports a deny list with IPv4 and without IPv6. The other way
// round is a service without IPv6, as people want it.
func checkFamilyLeft(p *lint.Pass, u *unit.Unit, k *unit.DirectiveLines) {
	var at nixos.Line
	for _, l := range k.Lines {
		names, deny := strings.CutPrefix(l.Text, "~")
		if !deny {
			return
		}
		words := strings.Fields(names)
		if slices.Contains(words, "AF_INET6") {
			return
		}
		if slices.Contains(words, "AF_INET") {
			at = l
		}
	}
	if at.Def == nil || at.Def.Binding.IsZero() {
		return
	}
	lint.ReportLine(p, u, at, fmt.Sprintf("%s: `RestrictAddressFamilies=%s` leaves IPv6 open; deny AF_INET6, too", u.Name, at.Text),
		fix.Replace(u, unit.WrittenAt(u, at), at.Text+" AF_INET6", "add AF_INET6", lint.Unsafe, "connections over IPv6"))
}
