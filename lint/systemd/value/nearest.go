package value

import (
	"path"
	"strconv"
	"strings"

	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
)

// nearest returns the valid value that value was most likely meant to be, or "".
func NearestValue(d *directive.Directive, value string, v directive.Version) string {
	if len(value) > 400 {
		return ""
	}
	e := Expander{Version: v}
	for _, candidate := range candidates(d, value, v) {
		if candidate != "" && candidate != value && CheckLine(d, candidate, e).Status == Valid {
			return candidate
		}
	}
	return ""
}

// candidates lists repairs of a value, the likeliest first.
func candidates(d *directive.Directive, value string, v directive.Version) []string {
	plain := strings.TrimSpace(value)
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
	switch kind := d.KindIn(v); kind {
	case directive.KindBool, directive.KindTristate:
		list = append(list, boolWords[lowerASCII(plain)])
	case directive.KindEnum, directive.KindHostname, directive.KindInput, directive.KindOutput:
		if enum := d.Enum(); enum != nil && !strings.Contains(plain, ":") {
			list = append(list, spell.Nearest(plain, enum.Names(v)), boolWords[lowerASCII(plain)])
		}
	case directive.KindBytes, directive.KindBytesOrInfinity, directive.KindBytesOrShare, directive.KindBoolOrBytes, directive.KindMemory, directive.KindLimit:
		upper := strings.ToUpper(plain)
		list = append(list, upper, strings.TrimSuffix(upper, "B"), strings.TrimSuffix(upper, "IB"))
		if EqualFold(plain, "unlimited") || EqualFold(plain, "max") || plain == "-1" {
			list = append(list, "infinity")
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(upper, "K")); err == nil && kind == directive.KindLimit && n < 1<<20 {
			list = append(list, strconv.Itoa(n*1024))
		}
	case directive.KindTimer:
		if d.Name == "OnCalendar" {
			list = append(list, nearestCalendar(plain))
		}
	case directive.KindPercent:
		if _, err := strconv.ParseUint(plain, 10, 16); err == nil {
			list = append(list, plain+"%")
		}
	case directive.KindExec:
		list = append(list, escapePercents(plain))
	case directive.KindEnvironment:
		list = append(list, escapePercents(plain))
		if name, rest, ok := strings.Cut(plain, "="); ok && !strings.ContainsAny(name, Blanks) && !strings.ContainsAny(rest, `="'\`) {
			list = append(list, `"`+plain+`"`)
		}
	case directive.KindPaths, directive.KindPath, directive.KindEnvironmentFile, directive.KindWorkingDirectory:
		list = append(list, cleanPaths(plain))
	case directive.KindDirectories:
		list = append(list, relativeTo(d, plain))
	case directive.KindTasks, directive.KindCountOrInfinity:
		if EqualFold(plain, "unlimited") || EqualFold(plain, "max") {
			list = append(list, "infinity")
		}
	case directive.KindMode:
		digits := strings.TrimPrefix(strings.TrimPrefix(lowerASCII(plain), "0o"), "+")
		list = append(list, digits)
	case directive.KindCapabilities, directive.KindSyscallFilter, directive.KindFamilies, directive.KindNamespaces, directive.KindArchitectures, directive.KindAddresses, directive.KindControllers, directive.KindDelegate:
		list = append(list, withoutNumbers(plain, kind), repairSet(plain, kind, v), dropWords(plain, kind, v))
	case directive.KindDNSServers:
		list = append(list, strings.Join(strings.FieldsFunc(plain, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }), " "))
	case directive.KindSignal:
		list = append(list, strings.ToUpper(plain))
	}
	return list
}

// escapePercents doubles the percent signs before letters that stand for nothing.
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

// relative writes the absolute paths of StateDirectory= and the like as they are
// below the folder that the directive speaks of.
func relativeTo(d *directive.Directive, text string) string {
	list := strings.Fields(text)
	for i, word := range list {
		for _, base := range directoryBases[d.Name] {
			if rest, ok := strings.CutPrefix(word, base); ok {
				list[i] = rest
			}
		}
	}
	return strings.Join(list, " ")
}

// directoryBases are the folders that the directories of a unit lie in
// (systemd.exec(5), RuntimeDirectory=).
var directoryBases = map[string][]string{
	"StateDirectory": {"/var/lib/"}, "CacheDirectory": {"/var/cache/"}, "LogsDirectory": {"/var/log/"},
	"RuntimeDirectory": {"/run/", "/var/run/"}, "ConfigurationDirectory": {"/etc/"},
}

// withoutNumbers leaves the error numbers out of an allow list, where they mean
// nothing.
func withoutNumbers(text string, kind directive.Kind) string {
	if kind != directive.KindSyscallFilter || strings.HasPrefix(text, "~") {
		return ""
	}
	list := strings.Fields(text)
	for i, word := range list {
		list[i], _, _ = strings.Cut(word, ":")
	}
	return strings.Join(list, " ")
}

// boolWords are words that people write for booleans.
var boolWords = map[string]string{
	"enabled": "yes", "enable": "yes", "ja": "yes", "private": "yes", "none": "no", "disabled": "no", "disable": "no",
	"ro": "read-only", "tru": "true", "ture": "true", "flase": "false", "yse": "yes", "ye": "yes",
}

// setWords are words that people write for the names of sets.
var setWords = map[directive.Kind]map[string]string{
	directive.KindNamespaces: {"network": "net", "mount": "mnt", "user-ns": "user", "cgroups": "cgroup", "hostname": "uts"},
}

// setParts splits a set into its "~" and its words. A "~" of the whole line is
// taken off each word; one inside a line that has none is no spelling mistake,
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

// dropWords leaves out the words of a set that mean nothing.
func dropWords(text string, kind directive.Kind, v directive.Version) string {
	prefix, list := setParts(text)
	var kept []string
	for _, word := range list {
		if setWordKnown(word, kind, v) {
			kept = append(kept, word)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return prefix + strings.Join(kept, " ")
}

// repairSet spells each unknown word of a set as its nearest name.
func repairSet(text string, kind directive.Kind, v directive.Version) string {
	prefix, list := setParts(text)
	for i, word := range list {
		if setWordKnown(word, kind, v) {
			continue
		}
		if names := capabilityPattern(word); kind == directive.KindCapabilities && names != "" {
			list[i] = names
			continue
		}
		if known := setWords[kind][lowerASCII(word)]; known != "" {
			list[i] = known
			continue
		}
		for _, guess := range []string{"CAP_" + strings.ToUpper(word), "AF_" + strings.ToUpper(word), "@" + word, strings.ToUpper(word), lowerASCII(word)} {
			if setWordKnown(guess, kind, v) {
				list[i] = guess
				break
			}
		}
		if list[i] == word {
			list[i] = spell.Nearest(word, setNames(kind, v))
		}
		if list[i] == "" {
			return ""
		}
	}
	if len(list) == 0 {
		return ""
	}
	return prefix + strings.Join(list, " ")
}

// capabilityPattern are the capabilities that a word of systemd-analyze security
// stands for: "CAP_SET(UID|GID|PCAP)", "CAP_MAC_*"; "" for other words.
func capabilityPattern(word string) string {
	var found []string
	before, rest, choice := strings.Cut(word, "(")
	within, after, closed := strings.Cut(rest, ")")
	for _, c := range directive.CapabilityTable {
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

// splitSet splits at blanks and commas, and drops quotes.
func splitSet(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(Blanks+",\"'`", r) })
}

func setWordKnown(word string, kind directive.Kind, v directive.Version) bool {
	switch kind {
	case directive.KindCapabilities:
		_, ok := ParseCapability(word, v)
		return ok
	case directive.KindSyscallFilter:
		name, _, _ := strings.Cut(word, ":")
		_, ok := directive.Resolve(name, v)
		return ok
	case directive.KindFamilies:
		_, ok := ParseFamily(word)
		return ok
	case directive.KindNamespaces:
		_, ok := ParseNamespaces(word)
		return ok
	}
	return wordProblem(kind, word, v) == ""
}

// setNames returns the names of a set, for guessing.
func setNames(kind directive.Kind, v directive.Version) []string {
	var names []string
	switch kind {
	case directive.KindCapabilities:
		for _, c := range directive.CapabilityTable {
			names = append(names, c.Name)
		}
	case directive.KindFamilies:
		for _, f := range directive.FamilyTable {
			names = append(names, f.Name)
		}
	case directive.KindNamespaces:
		for _, n := range directive.NamespaceTable {
			names = append(names, n.Name)
		}
	case directive.KindSyscallFilter:
		names = append(directive.SyscallGroups(v), directive.Calls().Names...)
	case directive.KindArchitectures:
		names = Architectures
	case directive.KindDelegate, directive.KindControllers:
		names = controllers
	case directive.KindAddresses:
		names = []string{"any", "localhost", "link-local", "multicast"}
	}
	return names
}
