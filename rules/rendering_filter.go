package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast"
)

// A plainAfterDeny is a line without "~" in a list whose first line has one.
type plainAfterDeny struct {
	nixos.Line
	// lifted are the names that the line takes out of what was denied.
	lifted []string
	// base tells that the line names the groups that an allow list begins with.
	base bool
	// groups tells that all words of the line are groups that one would deny, or
	// single names that stand for a kind of thing: capabilities, address families.
	groups bool
}

// hasBase reports whether one of the lines begins an allow list: then the order of
// the lines is the mistake, and allowAfterDeny tells of it.
func hasBase(plain []plainAfterDeny) bool {
	return slices.ContainsFunc(plain, func(l plainAfterDeny) bool { return l.base })
}

// eachPlainAfterDeny calls do for the directives of which a line with "~" comes
// first, with the lines behind it that have none.
func eachPlainAfterDeny(p *lint.Pass, do func(u *unitView, d *directive.Directive, k *keyLines, plain []plainAfterDeny)) {
	eachUnit(p, func(u *unitView) {
		eachDirective(u, func(d *directive.Directive, k *keyLines) {
			if plain := u.plainAfterDeny(d, k); len(plain) > 0 {
				do(u, d, k, plain)
			}
		})
	})
}

// plainAfterDeny are the lines without "~" behind one that has it.
func (u *unitView) plainAfterDeny(d *directive.Directive, k *keyLines) []plainAfterDeny {
	switch d.KindIn(u.version) {
	case directive.KindSyscallFilter, directive.KindFamilies:
	case directive.KindCapabilities:
		if d.Name != "CapabilityBoundingSet" {
			return nil
		}
	default:
		return nil
	}
	if slices.ContainsFunc(k.lines, func(l nixos.Line) bool { return !certain(l) || l.Def == nil || l.Def.Binding.IsZero() }) {
		return nil
	}
	if _, alone := u.leadingTilde(d, k); alone {
		return nil // tildeAlone tells of it
	}
	return plainLines(k.lines, u.version)
}

// bareAfterDeny are those of them that were plainly meant to have a "~", too.
func (u *unitView) bareAfterDeny(d *directive.Directive, k *keyLines) []plainAfterDeny {
	plain := u.plainAfterDeny(d, k)
	if hasBase(plain) {
		return nil
	}
	return slices.DeleteFunc(plain, func(l plainAfterDeny) bool {
		return len(l.lifted) > 0 || !l.groups || l.Text == "none"
	})
}

// essential are system calls without which no program gets anywhere: nobody means to
// deny a group with one of them.
var essential = map[string]bool{"read": true, "write": true, "openat": true, "execve": true, "mmap": true, "futex": true, "exit_group": true}

func plainLines(lines []nixos.Line, v directive.Version) []plainAfterDeny {
	var out []plainAfterDeny
	denied := map[string]bool{}
	began, deny := false, false
	for _, l := range lines {
		names, inverted := strings.CutPrefix(l.Text, "~")
		switch {
		case l.Text == "":
			out, denied, began = nil, map[string]bool{}, false
			continue
		case !began:
			began, deny = true, inverted
		}
		if !deny {
			continue
		}
		one := plainAfterDeny{Line: l, groups: true}
		for _, word := range strings.Fields(names) {
			one.base = one.base || word == "@system-service" || word == "@default"
			one.groups = one.groups && (word[0] == '@' || !directive.KnownSyscall(word))
			for _, name := range members(word, v) {
				one.groups = one.groups && !essential[name]
				if !inverted && denied[name] {
					one.lifted = append(one.lifted, name)
				}
				denied[name] = inverted
			}
		}
		if !inverted {
			out = append(out, one)
		}
	}
	return out
}

// members are the names that a word of a set stands for.
func members(word string, v directive.Version) []string {
	word, _, _ = strings.Cut(word, ":")
	if strings.HasPrefix(word, "@") {
		return directive.SyscallGroup(word, v)
	}
	return []string{word}
}

// tildeOnce reports lists of which only the first element has the "~" that all
// were meant to have.
func tildeOnce() *lint.Rule {
	return &lint.Rule{
		ID: "N005", Name: "tilde-once", Since: "0.1.0", Severity: lint.Error,
		Title: "only the first element of a deny list has its ~",
		Text: `Each element of a list is a line of its own, and ` + "`~`" + ` speaks of its line. In
` + "`[ \"~@clock\" \"@module\" ]`" + ` the first line makes a deny list, and the second takes @module out of it, where it
was not: the calls of @module stay allowed. The same holds for capabilities and address families.
Write ` + "`~`" + ` before each element.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "~@clock" "@module" "@mount" ];
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "~@clock" "~@module" "~@mount" ];
  };
}
`,
		References: []string{"systemd.exec(5), SystemCallFilter=", "systemd 262, src/core/load-fragment.c, config_parse_syscall_filter"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					if plain := u.bareAfterDeny(d, k); len(plain) > 0 {
						reportTildeOnce(p, u, d, plain)
					}
				})
			})
		},
	}
}

func reportTildeOnce(p *lint.Pass, u *unitView, d *directive.Directive, plain []plainAfterDeny) {
	var names []string
	fix := lint.Fix{Title: "write ~ before each", Applicability: lint.Unsafe, Breaks: "what the service does with it, which was allowed until now"}
	fixable := true
	for _, l := range plain {
		names = append(names, l.Text)
		one := replaceFix(u, writtenAt(u, l.Line), "~"+l.Text, "", lint.Unsafe, "")
		if len(one) == 0 {
			fixable = false
			continue
		}
		fix.Edits = append(fix.Edits, one[0].Edits...)
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s: %s is a deny list, and %s without ~ takes nothing out of it: it stays allowed", u.Name, d.Name, strings.Join(names, ", ")),
		Unit:    u.Name, Directives: []string{d.Name},
	}
	f.File, f.Span = linePlace(u, plain[0].Line)
	if fixable {
		f.Fixes = []lint.Fix{fix}
	}
	p.Report(f)
}

// allowAfterDeny reports @system-service behind a deny line.
func allowAfterDeny() *lint.Rule {
	return &lint.Rule{
		ID: "N006", Name: "allow-after-deny", Since: "0.1.0", Severity: lint.Error,
		Title: "an allow list that comes after a deny line is none",
		Text: `The first line of a SystemCallFilter decides whether it is a list of what is allowed or of what is
denied. With ` + "`~@privileged`" + ` first, ` + "`@system-service`" + ` does not limit the service to that group: it takes the
members of the group out of what is denied, and all calls that nobody named stay allowed. The allow
line comes first, and the deny lines take away from it.`,
		WhenNot: "Where a few calls are excepted from a deny list on purpose; name those instead of the whole group.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "~@privileged" "@system-service" ];
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "@system-service" "~@privileged" ];
  };
}
`,
		References: []string{"systemd.exec(5), SystemCallFilter=", "systemd 262, src/core/load-fragment.c, config_parse_syscall_filter"},
		Check: func(p *lint.Pass) {
			eachPlainAfterDeny(p, func(u *unitView, d *directive.Directive, k *keyLines, plain []plainAfterDeny) {
				i := slices.IndexFunc(plain, func(l plainAfterDeny) bool { return l.base })
				if i < 0 {
					return
				}
				l := plain[i]
				message := fmt.Sprintf("%s: a line with ~ comes before `%s`, so %s stays a deny list, and all calls that it does not name stay allowed", u.Name, l.Text, d.Name)
				if len(l.lifted) > 0 {
					message += fmt.Sprintf("; %d of the denied are allowed again", len(l.lifted))
				}
				reportLine(p, u, l.Line, message, toFront(u, k, l.Line))
			})
		},
	}
}

// toFront moves an element to the front of the list that all lines stand in.
func toFront(u *unitView, k *keyLines, l nixos.Line) []lint.Fix {
	var nodes []nixast.Node
	at := -1
	for _, line := range k.lines {
		n := writtenAt(u, line)
		if n.IsZero() || n.Parent().Kind() != nixast.List || line.Def != l.Def {
			return nil
		}
		if n == writtenAt(u, l) {
			at = len(nodes)
		}
		nodes = append(nodes, n)
	}
	list := nodes[0].Parent()
	if at <= 0 || !automatic(u) || emit.Shared(list) != nil || len(list.CommentsInside()) > 0 || k.lines[0].Text == "" {
		return nil
	}
	var edits []emit.Edit
	for i := range at + 1 {
		from := nodes[at]
		if i > 0 {
			from = nodes[i-1]
		}
		if from.Parent() != list {
			return nil
		}
		edits = append(edits, emit.Edit{Start: nodes[i].Span().Start, End: nodes[i].Span().End, New: from.Text()})
	}
	return []lint.Fix{{Title: "put it first", Applicability: lint.Unsafe, Breaks: "calls outside of the group are refused from then on; try the service under load",
		Edits: lint.In(list.File(), edits)}}
}

// denyException reports names that are taken out of a deny list.
func denyException() *lint.Rule {
	return &lint.Rule{
		ID: "N008", Name: "deny-exception", Since: "0.1.0", Severity: lint.Info,
		Title: "a line without ~ behind a deny line allows again",
		Text: `In a list that begins with ` + "`~`" + ` a line without it makes an exception: what it names is allowed again.
That is often meant so. It is worth a look where the groups overlap, as more may be allowed again than
one thinks.`,
		WhenNot: "Where the exception is meant.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [ "~@privileged" "@chown" ];
  };
}
`,
		References: []string{"systemd.exec(5), SystemCallFilter="},
		Check: func(p *lint.Pass) {
			eachPlainAfterDeny(p, func(u *unitView, d *directive.Directive, k *keyLines, plain []plainAfterDeny) {
				for _, l := range plain {
					if !hasBase(plain) && len(l.lifted) > 0 {
						reportLine(p, u, l.Line, fmt.Sprintf("%s: `%s` behind a line with ~ allows again: %s", u.Name, l.Text, few(l.lifted)), nil)
					}
				}
			})
		},
	}
}

// few are the first of some names, and how many more there are.
func few(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, " ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], " "), len(names)-most)
}

// tildeInside reports "~" before a later name of a string.
func tildeInside() *lint.Rule {
	return &lint.Rule{
		ID: "N007", Name: "tilde-inside", Since: "0.1.0", Severity: lint.Error,
		Title: "~ inside of a line is a part of a name that does not exist",
		Text: "`~`" + ` has a meaning at the very beginning of a line only, and speaks of all names of that line. In
` + "`\"@system-service ~@privileged\"`" + ` the second word is a group that does not exist: systemd ignores it, and the
calls of @privileged stay allowed. In ` + "`\"~@clock ~@debug\"`" + ` only @clock is denied.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = "@system-service ~@privileged ~@resources";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    SystemCallFilter = [
      "@system-service"
      "~@privileged @resources"
    ];
  };
}
`,
		References: []string{"systemd.exec(5), SystemCallFilter= and CapabilityBoundingSet="},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachMisread(u, laterTilde, func(m misread) {
					parts := splitAtTilde(m.Text)
					node := writtenAt(u, m.Line)
					fixes := elementFix(u, node, parts, "write "+quoted(parts), lint.Safe, "")
					if len(parts) == 1 {
						fixes = replaceFix(u, node, parts[0], "write "+quoted(parts), lint.Safe, "")
					}
					reportLine(p, u, m.Line, fmt.Sprintf("%s: ~ counts at the start of `%s=%s` only: systemd ignores %s", u.Name, m.Key, m.Text, strings.Join(tildeWords(m.Text), ", ")), fixes)
				})
			})
		},
	}
}

func tildeWords(text string) []string {
	return slices.DeleteFunc(strings.Fields(text)[1:], func(w string) bool { return w[0] != '~' })
}

// splitAtTilde parts a set into lines, each of one direction. A set that begins
// with "~" stays one line.
func splitAtTilde(text string) []string {
	var plain, denied []string
	for _, word := range strings.Fields(text) {
		if name, ok := strings.CutPrefix(word, "~"); ok || text[0] == '~' {
			denied = append(denied, name)
		} else {
			plain = append(plain, word)
		}
	}
	var parts []string
	if len(plain) > 0 {
		parts = append(parts, strings.Join(plain, " "))
	}
	return append(parts, "~"+strings.Join(denied, " "))
}

func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = nixast.QuoteString(t)
	}
	return strings.Join(out, " ")
}
