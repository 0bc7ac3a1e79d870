package rules

import (
	"fmt"
	"regexp"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
)

// formatReplaced reports formats of other programs whose "%" systemd takes for
// its own.
func formatReplaced() *lint.Rule {
	return &lint.Rule{
		ID: "D013", Name: "format-replaced", Since: "0.1.0", Severity: lint.Error,
		Title: "systemd replaces the % of a format before the program sees it",
		Text: "`%Y`, `%H`, `%s`" + ` and most other letters are specifiers of systemd in command lines and in ` + "`Environment=`" + `,
so in the option ` + "`environment`" + ` too. ` + "`date +%Y`" + ` is called with the folder of the unit file, and
` + "`printf %s`" + ` with the path of root's shell. A percent sign that the program is to see is written twice.
Formats of date, printf, stat, find and git are known, and those of dates in variables.`,
		WhenNot: "",
		Before: `{
  systemd.services.web.serviceConfig.ExecStart = "/run/current-system/sw/bin/date +%Y-%m-%d";
}
`,
		After: `{
  systemd.services.web.serviceConfig.ExecStart = "/run/current-system/sw/bin/date +%%Y-%%m-%%d";
}
`,
		References: []string{"systemd.unit(5), SPECIFIERS", "systemd.service(5), COMMAND LINES"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				eachDirective(u, func(d *directive.Directive, k *keyLines) {
					kind := d.KindIn(u.version)
					if kind != directive.KindExec && kind != directive.KindEnvironment {
						return
					}
					for _, l := range k.lines {
						text, ok := plainText(u, l)
						if !ok || ofDarwin(l) || l.Def == nil || l.Def.Binding.IsZero() || l.Value == nil || ofInstance(text) ||
							l.Known && value.Check(l.Section, l.Key, l.Text, u.version).Status != value.Valid {
							continue
						}
						if from, to := replacedFormat(text, kind); to > from {
							what := strings.ReplaceAll(text[from:to], unknownText, "…")
							reportLine(p, u, l, fmt.Sprintf("%s: systemd fills in `%s` of %s itself; a percent sign for the program is written twice", u.Name, what, l.Key),
								doublePercents(u, l, text, from, to))
						}
					}
				})
			})
		},
	}
}

// word matches the beginning of a word, quoted or not, up to what comes next in it.
const word = `(?:\\?"%[1]s[^"|;&]*?|'%[1]s[^'|;&]*?|%[1]s[^\s"'|;&]*?)`

// formats match programs up to the first specifier of the format that they are given.
var formats = []*regexp.Regexp{
	regexp.MustCompile(`(?:^|[\s"'(/=])date\s(?:[^|;&]*?\s)?` + fmt.Sprintf(word, `\+`) + `%[a-zA-Z]`),
	regexp.MustCompile(`(?:^|[\s"'(/])printf\s+(?:--\s+)?` + fmt.Sprintf(word, "") + `%s`),
	regexp.MustCompile(`(?:^|[\s"'(/])stat\s[^|;&]*?(?:-c|--format|--printf)[\s=]` + fmt.Sprintf(word, "") + `%[a-zA-Z]`),
	regexp.MustCompile(`(?:^|[\s"'(/])find\s[^|;&]*?-printf\s` + fmt.Sprintf(word, "") + `%[a-zA-Z]`),
	regexp.MustCompile(`(?:^|[\s"'(/])git\s[^|;&]*?(?:--format|--pretty)=` + fmt.Sprintf(word, "") + `%[a-zA-Z]`),
}

// dateFormat matches the beginning of a format of dates or times.
var dateFormat = regexp.MustCompile(`%Y[-./_ ]?%[mbB]|%[md][-./ ]%[dmbB]|%H[:.h]?%M`)

// replacedFormat is where in a line a format stands whose specifiers systemd
// replaces: from its first "%" to the end of its word; nowhere if to is not above
// from.
func replacedFormat(text string, kind directive.Kind) (from, to int) {
	masked := strings.ReplaceAll(text, "%%", "\x01\x01")
	from = -1
	if kind == directive.KindEnvironment {
		if at := dateFormat.FindStringIndex(masked); at != nil {
			from = at[0]
		}
	}
	for _, f := range formats {
		if at := f.FindStringIndex(masked); kind == directive.KindExec && at != nil {
			from = at[1] - len("%Y")
			break
		}
	}
	if from < 0 {
		return 0, 0
	}
	return from, from + wordEnd(masked, from, kind)
}

// wordEnd is the length of the rest of the word at a place: to the next quote, if
// one is open there, else to the next blank or quote. A variable is one word.
func wordEnd(text string, at int, kind directive.Kind) int {
	ends := " \t\n\"'"
	if before := text[:at]; strings.Count(before, `'`)%2 == 1 {
		ends = `'"`
	} else if strings.Count(before, `"`)%2 == 1 || kind == directive.KindEnvironment {
		ends = `"`
	}
	if end := strings.IndexAny(text[at:], ends); end >= 0 {
		return end
	}
	return len(text) - at
}

// doublePercents doubles the single percent signs in a part of a line, where the
// source has the same ones.
func doublePercents(u *unitView, l nixos.Line, text string, from, to int) []lint.Fix {
	node := writtenAt(u, l)
	if node.IsZero() || !automatic(u) || emit.Shared(node) != nil || node.Kind() != nixast.String && node.Kind() != nixast.IndString {
		return nil
	}
	inText, inSource := singlePercents(text), singlePercents(node.Text())
	if len(inText) != len(inSource) {
		return nil
	}
	var edits []emit.Edit
	for i, at := range inText {
		if from <= at && at < to {
			place := node.Span().Start + inSource[i]
			edits = append(edits, emit.Edit{Start: place, End: place, New: "%"})
		}
	}
	return []lint.Fix{{Title: "write % twice", Applicability: lint.Safe, Edits: lint.In(node.File(), edits)}}
}

// singlePercents are the places of the percent signs that are not doubled.
func singlePercents(text string) []int {
	var at []int
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '%' {
			i++
			continue
		}
		at = append(at, i)
	}
	return at
}
