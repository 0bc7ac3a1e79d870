package main

import "strings"

// A setting is one line of the [Service] section.
type setting struct{ key, value string }

func (s setting) String() string { return s.key + "=" + s.value }

func parseSetting(text string) setting {
	key, value, _ := strings.Cut(text, "=")
	return setting{key, value}
}

// joined are settings in one field of the evidence; parseSettings reads them.
func joined(settings []setting) string {
	var words []string
	for _, s := range settings {
		words = append(words, s.String())
	}
	return strings.Join(words, "; ")
}

func parseSettings(text string) (all []setting) {
	for s := range strings.SplitSeq(text, "; ") {
		all = append(all, parseSetting(s))
	}
	return all
}

// serviceSettings are the lines of the [Service] section of a unit's text.
func serviceSettings(unit string) []setting {
	var all []setting
	section := ""
	for line := range strings.Lines(unit) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "["):
			section = line
		case section == "[Service]" && strings.Contains(line, "=") && !strings.HasPrefix(line, "#"):
			all = append(all, parseSetting(line))
		}
	}
	return all
}

// withSettings is the unit with these settings in place of those that it has
// of the same keys.
func withSettings(unit string, add []setting) string {
	replaced := map[string]bool{}
	for _, s := range add {
		replaced[s.key] = true
	}
	var b strings.Builder
	section := ""
	for line := range strings.Lines(unit) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		if key, _, ok := strings.Cut(line, "="); ok && section == "[Service]" && replaced[key] {
			continue
		}
		b.WriteString(line + "\n")
		if line == "[Service]" {
			for _, s := range add {
				b.WriteString(s.String() + "\n")
			}
		}
	}
	return b.String()
}

// valueOf is the last value of a key in the [Service] section.
func valueOf(unit, key string) string {
	value := ""
	for _, s := range serviceSettings(unit) {
		if s.key == key {
			value = s.value
		}
	}
	return value
}
