package directive

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// ShellSyntax reports shell syntax in command lines, which systemd runs without a
// shell.
var ShellSyntax = &lint.Rule{Page: lint.ReadPage(pages, "shell-syntax"), Unit: checkShellSyntax}

func checkShellSyntax(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		if d.KindIn(u.Version) != directive.KindExec {
			continue
		}
		for _, l := range k.Lines {
			text, ok := u.PlainText(l)
			if !ok || onDarwin(l) || !l.IsWritten() || l.Value == nil {
				continue
			}
			line := firstLine(text)
			first, _, _ := strings.Cut(line, " ")
			command := value.ParsePrefixes(first, u.Version)
			if command.Shell {
				continue
			}
			word, note := shellProgram(command.Path), "systemd takes it for the path of the program"
			if word == "" {
				word, note = shellWord(line), "systemd passes it to the program as an argument"
			}
			if word != "" {
				p.AtLine(u, l).Note("%s", note).Help("use the option `script`, or run `sh -c`").
					Reportf("`%s` in `%s` requires a shell", word, l.Key)
			}
		}
	}
}

// firstLine is the part of a text that belongs to the value: all up to a newline
// that no backslash escapes.
func firstLine(text string) string {
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if text[i] == '\n' && text[i-1] != '\\' {
			return text[:i]
		}
	}
	return text
}

var (
	variableSet   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	shellBuiltins = []string{"cd", "export", "source", "eval", "exec", "ulimit", "umask", "unset", "alias", "set"}
)

// shellProgram is the first word of a command line, without its prefixes, if it assigns a variable, is a
// builtin of the shell, or ends in ";".
func shellProgram(first string) string {
	if strings.ContainsAny(first, "|\"'") || strings.Contains(first, unit.UnknownText) && !strings.HasSuffix(first, ";") {
		return ""
	}
	if variableSet.MatchString(first) || slices.Contains(shellBuiltins, first) || len(first) > 1 && strings.HasSuffix(first, ";") {
		return strings.ReplaceAll(first, unit.UnknownText, "…")
	}
	return ""
}

var (
	shellWords  = []string{"|", "||", "&&", "&", ">", ">>", "<", "2>", "2>&1", ">&2", "&>", "|&"}
	redirection = regexp.MustCompile(`^[12&]?>>?(/dev/null|/[\w./-]+|&[12])$`)
)

// isShellWord reports whether only a shell gives an unquoted word its meaning.
func isShellWord(word string) bool {
	return slices.Contains(shellWords, word) || redirection.MatchString(word) || strings.HasPrefix(word, "$(") ||
		len(word) > 1 && word[0] == '`'
}

// shellWord is the first argument outside quotes that only a shell understands.
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
			if words++; words > 1 && isShellWord(word) {
				return word
			}
			start = -1
		}
	}
	return ""
}
