package value

import (
	"cmp"
	"path"
	"strings"

	"wardnix/lint/systemd/directive"
)

// possibleSpecifiers are the letters that are refused after "%" when they mean
// nothing; other characters are kept with their "%".
const possibleSpecifiers = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%"

// The letters that mean something, by what is expanded.
const (
	systemSpecifiers = "aAbBHlmMoqvwWgGuU" // common to all
	nameSpecifiers   = "ijnNp" + systemSpecifiers
	FullSpecifiers   = "iIjJnNpPfyYcrRCdDELSthsTV" + systemSpecifiers
)

// unnamed replaces the name of a unit that is not known.
const unnamed = "unit@instance.service"

// Expander expands specifiers for one unit. Specifiers that depend on the
// machine expand to text of their own kind, which no rule takes for a known
// value.
type Expander struct {
	Name    string // the unit's full name; empty when it is not known
	Version directive.Version
}

// Expand replaces the specifiers among letters. It reports false for a letter
// that means nothing, which makes systemd drop the value or the unit.
func (e Expander) Expand(text, letters string) (string, bool) {
	if strings.IndexByte(text, '%') < 0 {
		return text, true
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch c := text[i]; {
		case c == '%':
			b.WriteByte('%')
		case c == 'D' && e.Version < 256 && strings.IndexByte(letters, 'f') >= 0:
			return "", false
		case strings.IndexByte(letters, c) >= 0:
			b.WriteString(e.value(c))
		case strings.IndexByte(possibleSpecifiers, c) >= 0:
			return "", false
		default:
			b.WriteByte('%')
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// decided reports whether the values of the specifiers in text follow from the name of
// the unit. It does not for the instances of a template.
func (e Expander) decided(text string) bool {
	letters := ""
	if e.Name != "" && !strings.Contains(e.Name, "@") {
		letters = "nNpPiIjJ"
	}
	_, ok := e.Expand(text, letters)
	return ok
}

// dependsOnMachine reports whether the value of a specifier in text depends on the machine,
// where it may be empty.
func (e Expander) dependsOnMachine(text string) bool {
	if strings.IndexByte(text, '%') < 0 {
		return false
	}
	_, known := e.Expand(text, "iIjJnNpPfyYCdDELSthsTVuUgG")
	_, valid := e.Expand(text, FullSpecifiers)
	return valid && !known
}

// managerSpecifiers are the specifiers that mean the same in each unit of the system
// manager (unit_full_printf_full in src/core/unit-printf.c of systemd).
var managerSpecifiers = map[byte]string{
	'u': "root", 'g': "root", 'U': "0", 'G': "0", 'h': "/root", 's': "/bin/sh",
	'r': "/system.slice", 'R': "",
	't': "/run", 'S': "/var/lib", 'C': "/var/cache", 'L': "/var/log", 'E': "/etc", 'D': "/usr/share", 'T': "/tmp", 'V': "/var/tmp",
	'Y': "/etc/systemd/system",
}

// value returns what one specifier expands to in a unit of the system manager.
func (e Expander) value(letter byte) string {
	if text, ok := managerSpecifiers[letter]; ok {
		return text
	}
	id := cmp.Or(e.Name, unnamed)
	stem := strings.TrimSuffix(id, path.Ext(id))
	prefix, instance, templated := strings.Cut(stem, "@")
	if templated && instance == "" {
		instance = "instance" // systemd loads no template, but its instances
	}
	switch letter {
	case 'n':
		return id
	case 'N':
		return stem
	case 'p', 'P':
		return prefix
	case 'i', 'I':
		return instance
	case 'j', 'J':
		return prefix[strings.LastIndexByte(prefix, '-')+1:]
	case 'f':
		return "/" + instance
	case 'd':
		return "/run/credentials/" + id
	case 'y':
		return "/etc/systemd/system/" + id
	case 'c':
		return "/system.slice/" + id
	}
	return "machine"
}
