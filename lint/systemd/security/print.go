package security

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// json prints the rows as systemd-analyze security --json=short does.
func (a *Assessment) json() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(a.Rows); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// smileys are after the predicates.
var smileys = map[string]string{"DANGEROUS": "🤢", "UNSAFE": "😨", "EXPOSED": "🙁", "MEDIUM": "😐", "OK": "🙂", "SAFE": "😀", "PERFECT": "😇"}

// text prints the rows and the overall exposure as systemd-analyze security
// UNIT does, without color and with the width that the texts need.
func (a *Assessment) text(unit string) string {
	names, descriptions := len("NAME"), len("DESCRIPTION")
	for i := range a.Rows {
		names = max(names, utf8.RuneCountInString(a.Rows[i].Name))
		descriptions = max(descriptions, utf8.RuneCountInString(text(a.Rows[i].Description)))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %-*s %-*s EXPOSURE\n", names, "NAME", descriptions, "DESCRIPTION")
	for i := range a.Rows {
		r := &a.Rows[i]
		fmt.Fprintf(&b, "%s %-*s %-*s ", r.mark(), names, r.Name, descriptions, text(r.Description))
		if r.Exposure != nil {
			fmt.Fprintf(&b, "%*s", len("EXPOSURE"), *r.Exposure)
		}
		b.WriteByte('\n')
	}
	word := a.High.Predicate()
	fmt.Fprintf(&b, "\n→ Overall exposure level for %s: %s %s %s\n", unit, a.High, word, smileys[word])
	return b.String()
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// mark returns "✓" for a good row, "✗" for a bad one, " " where the check does
// not apply.
func (r *Row) mark() string {
	switch {
	case r.Set == nil:
		return " "
	case *r.Set:
		return "✓"
	}
	return "✗"
}

// Remedy returns the line that makes the row good by itself, on a unit that has
// no other of the directive. It is empty for RootDirectory=, which has none that
// fits any service.
func (r *Row) Remedy() (key, text string) {
	i := slices.IndexFunc(checks[:], func(c check) bool { return c.field == r.Field })
	if i < 0 {
		return "", ""
	}
	c := &checks[i]
	key, _, _ = strings.Cut(c.id, "=")
	switch c.of {
	case "CapabilityBoundingSet":
		return key, "~" + strings.Join(value.CapabilityNames(c.mask), " ")
	case "RestrictNamespaces", "SystemCallFilter":
		return key, c.id[len(key)+1:]
	case "RestrictAddressFamilies":
		return key, familyRemedy(c.mask)
	case "RootDirectory":
		return "", ""
	}
	if better, ok := remedies[c.of]; ok {
		return better[0], better[1]
	}
	return key, "yes"
}

// remedies are the lines that make a row good which "yes" does not; an empty value
// is an empty assignment.
var remedies = map[string][2]string{
	"User": {"DynamicUser", "yes"}, "Delegate": {"Delegate", "no"}, "ProtectSystem": {"ProtectSystem", "strict"}, "UMask": {"UMask", "0077"},
	"KeyringMode": {"KeyringMode", "private"}, "ProtectProc": {"ProtectProc", "invisible"}, "ProcSubset": {"ProcSubset", "pid"},
	"NotifyAccess": {"NotifyAccess", "none"}, "SystemCallArchitectures": {"SystemCallArchitectures", "native"},
	"IPAddressDeny": {"IPAddressDeny", "any"}, "DeviceAllow": {"DevicePolicy", "closed"},
	"SupplementaryGroups": {"SupplementaryGroups", ""}, "AmbientCapabilities": {"AmbientCapabilities", ""},
}

// familyRemedy denies the named families, or allows the usual ones only.
func familyRemedy(mask uint64) string {
	if mask == familyOTHER {
		return "AF_UNIX AF_INET AF_INET6"
	}
	var names []string
	for _, f := range directive.Families() {
		if f.Alias == "" && mask&(1<<f.Number) != 0 {
			names = append(names, f.Name)
		}
	}
	return "~" + strings.Join(names, " ")
}
