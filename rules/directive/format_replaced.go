package directive

import (
	"fmt"
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// FormatReplaced reports "%" that is meant for another program and that systemd
// expands as a specifier: in formats and in URLs.
var FormatReplaced = &lint.Rule{Page: lint.ReadPage(pages, "format-replaced"), Unit: checkFormatReplaced}

func checkFormatReplaced(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		kind := d.KindIn(u.Version)
		if kind != directive.KindExec && kind != directive.KindEnvironment {
			continue
		}
		for _, l := range k.Lines {
			text, ok := u.PlainText(l)
			if !ok || !strings.Contains(text, "%") || onDarwin(l) || !l.IsWritten() || l.Value == nil || unit.NamesInstance(text) ||
				l.Known && value.Check(l.Section, l.Key, l.Text, u.Version).Status != value.Valid {
				continue
			}
			if from, to := replacedFormat(text, kind); to > from {
				p.AtLine(u, l).
					Help("write `%%%%` for a percent sign").
					Fix(doublePercents(u, l, text, from, to)...).
					Reportf("systemd expands `%s` in `%s`", text[from:from+len("%Y")], l.Key)
			}
		}
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

// urlPercent matches up to a "%" in a URL that is certainly no specifier: in a
// password, or in an escaped byte.
var urlPercent = []*regexp.Regexp{
	regexp.MustCompile(`://[^\s"'/@:]*:[^\s"'/@%]*%[a-zA-Z][^\s"'/@]*@`),
	regexp.MustCompile(`://[^\s"'%]*%[aAbBCdDEf][0-9a-fA-F]`),
}

// replacedFormat is where in a line a format is whose specifiers systemd expands:
// from its first "%" to the end of its word; nowhere if to is not above from.
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
	for _, url := range urlPercent {
		if at := url.FindStringIndex(masked); from < 0 && at != nil {
			from = at[0] + strings.IndexByte(masked[at[0]:], '%')
		}
	}
	if from < 0 {
		return 0, 0
	}
	return from, from + wordEnd(masked, from, kind)
}

// wordEnd is the length of the rest of the word at a place: to the next quote if one
// is open there, otherwise to the next space or quote. A variable is one word.
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
