package value

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
)

// Nearest returns the valid value that text was most likely meant to be, or "".
func Nearest(d *directive.Directive, text string, v directive.Version) string {
	if len(text) > 400 {
		return ""
	}
	c := newContext(d, Expander{Version: v})
	for _, candidate := range c.candidates(text) {
		if candidate != "" && candidate != text && CheckLine(d, candidate, c.Expander).Status == Valid {
			return candidate
		}
	}
	return ""
}

// candidates lists repairs of a value, the likeliest first: without a comment or a
// mark that ends it, in lower case, then what the kind knows.
func (c *context) candidates(text string) []string {
	plain := strings.TrimSpace(text)
	if i := strings.Index(plain, " #"); i >= 0 {
		plain = strings.TrimSpace(plain[:i])
	}
	plain = strings.TrimRight(plain, ";,")
	if len(plain) > 1 && (plain[0] == '"' || plain[0] == '\'') && plain[len(plain)-1] == plain[0] {
		plain = plain[1 : len(plain)-1]
	}
	list := []string{plain}
	if !strings.ContainsAny(plain, "%/") { // else upper case has a meaning
		list = append(list, lowerASCII(plain))
	}
	if c.repair != nil {
		list = append(list, c.repair(c, plain)...)
	}
	return list
}

func repairBool(_ *context, text string) []string { return []string{boolWords[lowerASCII(text)]} }

func repairEnum(c *context, text string) []string {
	e := c.of.Enum()
	if e == nil || strings.Contains(text, ":") {
		return nil
	}
	return []string{spell.Nearest(text, e.Names(c.Version)), boolWords[lowerASCII(text)]}
}

// repairSize writes a size with the suffixes that systemd has.
func repairSize(_ *context, text string) []string {
	upper := strings.ToUpper(text)
	list := []string{upper, strings.TrimSuffix(upper, "B"), strings.TrimSuffix(upper, "IB")}
	if text == "-1" {
		list = append(list, "infinity")
	}
	return append(list, repairInfinity(nil, text)...)
}

// repairInfinity writes "infinity" for the words that other programs have for it.
func repairInfinity(_ *context, text string) []string {
	if EqualFold(text, "unlimited") || EqualFold(text, "max") {
		return []string{"infinity"}
	}
	return nil
}

// repairLimit knows sizes, and thousands of what has no suffix.
func repairLimit(c *context, text string) []string {
	list := repairSize(c, text)
	if n, err := strconv.Atoi(strings.TrimSuffix(strings.ToUpper(text), "K")); err == nil && n < 1<<20 {
		list = append(list, strconv.Itoa(n*1024))
	}
	return list
}

func repairCalendar(_ *context, text string) []string { return []string{nearestCalendar(text)} }

func repairPercent(_ *context, text string) []string {
	if _, err := strconv.ParseUint(text, 10, 16); err != nil {
		return nil
	}
	return []string{text + "%"}
}

func repairPercents(_ *context, text string) []string { return []string{escapePercents(text)} }

// repairEnvironment quotes an assignment whose value has blanks.
func repairEnvironment(_ *context, text string) []string {
	list := []string{escapePercents(text)}
	if name, rest, ok := strings.Cut(text, "="); ok && !strings.ContainsAny(name, Blanks) && !strings.ContainsAny(rest, `="'\`) {
		list = append(list, `"`+text+`"`)
	}
	return list
}

func repairPaths(_ *context, text string) []string {
	return []string{cleanPaths(text), escapePercents(text)}
}

// repairDirectories writes absolute paths as they are below the directory that the
// setting is relative to.
func repairDirectories(c *context, text string) []string {
	list := strings.Fields(text)
	for i, word := range list {
		for _, base := range directoryBases[c.of.Name] {
			if rest, ok := strings.CutPrefix(word, base); ok {
				list[i] = rest
			}
		}
	}
	return []string{strings.Join(list, " ")}
}

func repairMode(_ *context, text string) []string {
	return []string{strings.TrimPrefix(strings.TrimPrefix(lowerASCII(text), "0o"), "+")}
}

func repairServers(_ *context, text string) []string {
	return []string{strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }), " ")}
}

// repairSignal writes the signal that a misspelled name most likely means.
func repairSignal(_ *context, text string) []string {
	upper := strings.ToUpper(text)
	name, prefixed := strings.CutPrefix(upper, "SIG")
	near := spell.Nearest(name, signals)
	if near != "" && prefixed {
		near = "SIG" + near
	}
	return []string{upper, near}
}

// repairFilter leaves the error numbers out of an allow list, where they mean
// nothing, before it looks at the names.
func repairFilter(c *context, text string) []string {
	var list []string
	if !strings.HasPrefix(text, "~") {
		words := strings.Fields(text)
		for i, word := range words {
			words[i], _, _ = strings.Cut(word, ":")
		}
		list = append(list, strings.Join(words, " "))
	}
	return append(list, filterSet.repair(c, text)...)
}

// repairCapabilities knows the patterns of systemd-analyze security.
func repairCapabilities(c *context, text string) []string {
	prefix, words := setParts(text)
	for i, word := range words {
		if names := capabilityPattern(word); names != "" {
			words[i] = names
		} else if name := begunCapability(word); name != "" {
			words[i] = name
		}
	}
	return capabilitySet.repair(c, prefix+strings.Join(words, " "))
}

// repair spells each unknown word as its nearest name, then leaves out the words
// that mean nothing.
func (s set) repair(c *context, text string) []string {
	return []string{s.respell(c, text), s.drop(c, text)}
}

func (s set) drop(c *context, text string) string {
	prefix, list := setParts(text)
	list = slices.DeleteFunc(list, func(word string) bool { return !s.known(word, c.Version) })
	if len(list) == 0 {
		return ""
	}
	return prefix + strings.Join(list, " ")
}

func (s set) respell(c *context, text string) string {
	prefix, list := setParts(text)
	for i, word := range list {
		if list[i] = s.nearest(c, word); list[i] == "" {
			return ""
		}
	}
	if len(list) == 0 {
		return ""
	}
	return prefix + strings.Join(list, " ")
}

// nearest returns the name of the set that a word most likely means, or "".
func (s set) nearest(c *context, word string) string {
	if s.known(word, c.Version) {
		return word
	}
	if name := s.meant[lowerASCII(word)]; name != "" {
		return name
	}
	for _, guess := range []string{"CAP_" + strings.ToUpper(word), "AF_" + strings.ToUpper(word), "@" + word, strings.ToUpper(word), lowerASCII(word)} {
		if s.known(guess, c.Version) {
			return guess
		}
	}
	return spell.Nearest(word, s.names(c.Version))
}

// escapePercents doubles the percent signs before letters that mean nothing.
func escapePercents(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		b.WriteByte(text[i])
		if text[i] != '%' || i+1 == len(text) {
			continue
		}
		if next := text[i+1]; strings.IndexByte(FullSpecifiers, next) < 0 && strings.IndexByte(possibleSpecifiers, next) >= 0 && next != '%' {
			b.WriteByte('%')
			continue
		}
		i++
		b.WriteByte(text[i])
	}
	return b.String()
}

// cleanPaths resolves "." and ".." in the paths of a list.
func cleanPaths(text string) string {
	list := strings.Fields(text)
	for i, word := range list {
		bare := strings.TrimLeft(word, "-+")
		if !strings.HasPrefix(bare, "/") {
			return ""
		}
		list[i] = word[:len(word)-len(bare)] + path.Clean(bare)
	}
	return strings.Join(list, " ")
}

// directoryBases are the directories that those of a unit lie in
// (systemd.exec(5), RuntimeDirectory=).
var directoryBases = map[string][]string{
	"StateDirectory": {"/var/lib/"}, "CacheDirectory": {"/var/cache/"}, "LogsDirectory": {"/var/log/"},
	"RuntimeDirectory": {"/run/", "/var/run/"}, "ConfigurationDirectory": {"/etc/"},
}

// boolWords are words that people write for booleans.
var boolWords = map[string]string{
	"enabled": "yes", "enable": "yes", "ja": "yes", "private": "yes", "none": "no", "disabled": "no", "disable": "no",
	"ro": "read-only", "tru": "true", "ture": "true", "flase": "false", "yse": "yes", "ye": "yes",
}

// setParts splits a set into its "~" and its words. A "~" of the whole line is
// taken off each word; one inside a line that has none is not a spelling mistake,
// and there are no words then.
func setParts(text string) (prefix string, list []string) {
	text, inverted := strings.CutPrefix(text, "~")
	list = splitSet(text)
	for i, word := range list {
		if strings.HasPrefix(word, "~") && !inverted {
			return "", nil
		}
		list[i] = strings.TrimPrefix(word, "~")
	}
	if inverted {
		prefix = "~"
	}
	return prefix, list
}

// capabilityPattern are the capabilities that a word of systemd-analyze security
// represents: "CAP_SET(UID|GID|PCAP)", "CAP_MAC_*"; "" for other words.
func capabilityPattern(word string) string {
	var found []string
	before, rest, choice := strings.Cut(word, "(")
	within, after, closed := strings.Cut(rest, ")")
	for _, c := range directive.Capabilities() {
		switch stem, tail, star := strings.Cut(word, "*"); {
		case choice && closed:
			for part := range strings.SplitSeq(within, "|") {
				stem, star := strings.CutSuffix(before+part+after, "*")
				if c.Name == stem || star && strings.HasPrefix(c.Name, stem) {
					found = append(found, c.Name)
				}
			}
		case !choice && star && tail == "" && len(stem) > len("CAP_") && strings.HasPrefix(c.Name, stem):
			found = append(found, c.Name)
		}
	}
	return strings.Join(found, " ")
}

// begunCapability is the only capability whose name begins with word and an underscore,
// as CAP_NET_BIND begins CAP_NET_BIND_SERVICE; "" if there is none, or several.
func begunCapability(word string) string {
	found := ""
	for _, c := range directive.Capabilities() {
		if !strings.HasPrefix(c.Name, strings.ToUpper(word)+"_") {
			continue
		}
		if found != "" {
			return ""
		}
		found = c.Name
	}
	return found
}

// splitSet splits at blanks and commas, and drops quotes.
func splitSet(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(Blanks+",\"'`", r) })
}
