package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// Values that systemd takes, and that mean something else than they read.

// ambientInverted reports AmbientCapabilities=~….
func ambientInverted() *lint.Rule {
	return &lint.Rule{
		ID: "D008", Name: "ambient-inverted", Since: "0.1.0", Severity: lint.Error,
		Title: "AmbientCapabilities with ~ grants all other capabilities",
		Text: "`CapabilityBoundingSet = \"~CAP_X\"`" + ` takes one capability away. ` + "`AmbientCapabilities = \"~CAP_X\"`" + ` is no
such thing: the set that a process is given starts empty, and the inverted list stands for all
capabilities but the named one, which a service of an ordinary user then has.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    User = "web";
    AmbientCapabilities = "~CAP_SYS_ADMIN";
  };
}
`,
		References: []string{"systemd.exec(5), AmbientCapabilities=", "systemd 262, src/core/load-fragment.c, config_parse_capability_set"},
		Check: func(p *lint.Pass) {
			eachCertainLine(p, func(u *unitView, d *directive.Directive, k *keyLines, l nixos.Line) {
				names, inverted := strings.CutPrefix(l.Text, "~")
				if d.Name != "AmbientCapabilities" || !inverted || strings.TrimSpace(names) == "" || l.Def != k.lines[0].Def || l.Text != k.lines[0].Text {
					return
				}
				reportLine(p, u, l, fmt.Sprintf("`AmbientCapabilities=%s` gives %s every capability but %s", l.Text, u.Name, strings.Join(strings.Fields(names), " ")), nil)
			})
		},
	}
}

// monthsMeant reports time spans in months.
func monthsMeant() *lint.Rule {
	return &lint.Rule{
		ID: "D009", Name: "months-for-minutes", Since: "0.1.0", Severity: lint.Warning,
		Title: "a time span in M is one of months",
		Text: `systemd reads ` + "`5m`, `5min`" + ` as five minutes and ` + "`5M`" + ` as five months of 30.44 days. For how long a
service may take to start or stop, that is no limit at all.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    TimeoutStopSec = "5M";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    TimeoutStopSec = "5min";
  };
}
`,
		References: []string{"systemd.time(7), PARSING TIME SPANS"},
		Check: func(p *lint.Pass) {
			eachCertainLine(p, func(u *unitView, d *directive.Directive, _ *keyLines, l nixos.Line) {
				switch d.KindIn(u.version) {
				case directive.KindSpan, directive.KindSpanOrEmpty, directive.KindTimeout, directive.KindWatchdog:
				default:
					return
				}
				if _, ok := value.ParseSpan(l.Text); !ok || !months.MatchString(l.Text) {
					return
				}
				meant := months.ReplaceAllString(l.Text, "${1}min")
				reportLine(p, u, l, fmt.Sprintf("%s: `%s=%s` is a time of months; minutes are %s", u.Name, l.Key, l.Text, meant),
					replaceFix(u, writtenAt(u, l), meant, "write "+written(meant), lint.Unsafe, "the time becomes much shorter"))
			})
		},
	}
}

// months finds an amount of months by their short name.
var months = regexp.MustCompile(`([0-9]) *M\b`)

// managersUser reports specifiers that stand for the user of the service
// manager where the unit has another user.
func managersUser() *lint.Rule {
	return &lint.Rule{
		ID: "D010", Name: "specifier-of-root", Since: "0.1.0", Severity: lint.Warning,
		Title: "%h, %u and the like stand for root, not for the unit's user",
		Text: `The specifiers ` + "`%u %U %g %G %h %s`" + ` are filled in by the service manager, and speak of the user that
runs it: in a system unit of root and /root, whatever ` + "`User=`" + ` says. The home directory of the unit's
user is known as ` + "`$HOME`" + ` in command lines, and ` + "`~`" + ` as ` + "`WorkingDirectory=`" + `; the unit's own directories are
` + "`%S`, `%C`, `%L`, `%t`" + `.`,
		WhenNot: "",
		Before: `{
  systemd.services.web.serviceConfig = {
    User = "web";
    ExecStart = "/run/current-system/sw/bin/web --config %h/web.conf";
  };
}
`,
		References: []string{"systemd.unit(5), SPECIFIERS: \"this setting is not influenced by the User= setting\""},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				if ofUser(u) || u.Scope.Kind == nixos.Initrd || !ordinaryUser(u) {
					return
				}
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					for _, l := range k.lines {
						text, ok := plainText(u, l)
						if !ok || l.Def == nil || l.Def.Binding.IsZero() || !d.Specifiers {
							continue
						}
						if s := userSpecifier(text); s != "" {
							reportLine(p, u, l, fmt.Sprintf("%s: `%s` in %s stands for %s, not for the unit's user", u.Name, s, l.Key, ofRoot[s]), nil)
						}
					}
				})
			})
		},
	}
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

// ordinaryUser reports whether the unit certainly runs as a user other than root.
func ordinaryUser(u *unitView) bool {
	dynamic, set, known := lastValue(u.whole, "Service", "DynamicUser")
	if on, ok := value.ParseBool(dynamic); set && known && ok && on {
		return true
	}
	user, set, known := lastValue(u.whole, "Service", "User")
	return set && known && user != "" && user != "root" && user != "0"
}

// shellSyntax reports words of the shell in command lines that no shell reads.
func shellSyntax() *lint.Rule {
	return &lint.Rule{
		ID: "D011", Name: "shell-syntax", Since: "0.1.0", Severity: lint.Error,
		Title: "words of the shell in a command line are arguments to the program",
		Text: `systemd runs command lines itself. ` + "`|`, `>`, `&&`, `||`" + ` and the like mean nothing to it: they are
handed to the program as arguments, and so is all that follows. Nor does systemd put in what ` + "`$(…)`" + ` prints, set
variables in front of a program, or have the commands ` + "`cd`, `export`" + ` and the like.`,
		WhenNot: "Where the program gives the word a meaning of its own.",
		Before: `{
  systemd.services.web.serviceConfig.ExecStart = "/run/current-system/sw/bin/web --verbose > /var/log/web.log";
}
`,
		References: []string{"systemd.service(5), COMMAND LINES"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					for _, l := range k.lines {
						text, ok := plainText(u, l)
						if d.KindIn(u.version) != directive.KindExec || !ok || ofDarwin(l) || l.Def == nil || l.Def.Binding.IsZero() || l.Value == nil {
							continue
						}
						if word := shellProgram(firstLine(text)); word != "" {
							reportLine(p, u, l, fmt.Sprintf("%s: systemd takes `%s` of %s for a program, which only a shell understands; use the option `script`, or sh -c",
								u.Name, word, l.Key), nil)
						} else if word := shellWord(firstLine(text)); word != "" {
							reportLine(p, u, l, fmt.Sprintf("%s: systemd runs %s without a shell, and hands `%s` to the program as an argument; use the option `script`, or sh -c",
								u.Name, l.Key, word), nil)
						}
					}
				})
			})
		},
	}
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
	if strings.ContainsAny(first, "|\"'") || strings.Contains(first, unknownText) && !strings.HasSuffix(first, ";") {
		return ""
	}
	if variableSet.MatchString(first) || slices.Contains(shellBuiltins, first) || len(first) > 1 && strings.HasSuffix(first, ";") {
		return strings.ReplaceAll(first, unknownText, "…")
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

// halfDenied reports an address list that leaves the other family open.
func halfDenied() *lint.Rule {
	return &lint.Rule{
		ID: "D012", Name: "half-denied", Since: "0.1.0", Severity: lint.Warning,
		Title: "a list that denies one family of the internet leaves the other open",
		Text: "`IPAddressDeny = \"0.0.0.0/0\"`" + ` denies all of IPv4 and nothing of IPv6. ` + "`any`" + ` stands for both.
` + "`RestrictAddressFamilies = \"~AF_INET\"`" + ` leaves AF_INET6 in the same way.`,
		WhenNot: "Where the service cannot make sockets of the other family anyhow.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    IPAddressDeny = "0.0.0.0/0";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    IPAddressDeny = "any";
  };
}
`,
		References: []string{"systemd.resource-control(5), IPAddressAllow="},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					if d.Name == "IPAddressDeny" && k.known() && !u.unseenIn(k.section, k.key) && !otherFamilyClosed(u) {
						checkHalfDenied(p, u, k)
					}
					if d.Name == "RestrictAddressFamilies" && k.known() && !u.unseenIn(k.section, k.key) {
						checkFamilyLeft(p, u, k)
					}
				})
			})
		},
	}
}

// otherFamilyClosed reports whether something else decides over the address
// families, or might.
func otherFamilyClosed(u *unitView) bool {
	if len(u.whole.Values("Service", "RestrictAddressFamilies")) > 0 {
		return true
	}
	private, set, known := lastValue(u.whole, "Service", "PrivateNetwork")
	on, ok := value.ParseBool(private)
	return set && (!known || ok && on)
}

func checkHalfDenied(p *lint.Pass, u *unitView, k *keyLines) {
	var words []string
	for _, l := range k.lines {
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
	for _, l := range k.lines {
		if !slices.Contains(strings.Fields(l.Text), all) || l.Def == nil || l.Def.Binding.IsZero() {
			continue
		}
		var fixes []lint.Fix
		if strings.TrimSpace(l.Text) == all {
			fixes = replaceFix(u, writtenAt(u, l), "any", `write "any"`, lint.Unsafe, "connections over "+open)
		}
		reportLine(p, u, l, fmt.Sprintf("%s: `%s=%s` leaves %s open; `any` denies both", u.Name, l.Key, l.Text, open), fixes)
		return
	}
}

// checkFamilyLeft reports a deny list with IPv4 and without IPv6. The other way
// round is a service without IPv6, as people want it.
func checkFamilyLeft(p *lint.Pass, u *unitView, k *keyLines) {
	var at nixos.Line
	for _, l := range k.lines {
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
	reportLine(p, u, at, fmt.Sprintf("%s: `RestrictAddressFamilies=%s` leaves IPv6 open; deny AF_INET6, too", u.Name, at.Text),
		replaceFix(u, writtenAt(u, at), at.Text+" AF_INET6", "add AF_INET6", lint.Unsafe, "connections over IPv6"))
}

// eachCertainLine calls do for the lines that units certainly have.
func eachCertainLine(p *lint.Pass, do func(*unitView, *directive.Directive, *keyLines, nixos.Line)) {
	eachUnit(p, func(u *unitView) {
		eachDirective(u, func(d *directive.Directive, k *keyLines) {
			for _, l := range k.lines {
				if certain(l) && l.Def != nil && !l.Def.Binding.IsZero() {
					do(u, d, k, l)
				}
			}
		})
	})
}

// reportLine reports something about a line at its value.
func reportLine(p *lint.Pass, u *unitView, l nixos.Line, message string, fixes []lint.Fix) {
	f := lint.Finding{Message: message, Unit: u.Name, Directives: []string{l.Key}, Fixes: fixes}
	f.File, f.Span = linePlace(u, l)
	p.Report(f)
}
