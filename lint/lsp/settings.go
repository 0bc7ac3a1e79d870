package lsp

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"wardnix/lint"
	"wardnix/lint/spell"
)

// settings are those of the client. All others are those of the project, so that an
// editor and the command line agree.
type settings struct {
	// Baseline takes the place of the project's baselines.
	Baseline []string
	// Level is the least severity that is shown; suggestions have Hint.
	Level int
	// CodeLens and InlayHints show the exposure of units: above them, or after their
	// names.
	CodeLens, InlayHints bool
}

// levels are what level may be, by name.
var levels = map[string]int{"error": severityError, "warning": severityWarning, "info": severityInfo, "hint": severityHint}

// readSettings reads the settings of a client; problems are mistakes in them, for the
// user.
func readSettings(content json.RawMessage) (set settings, problems []string) {
	set.Level, set.CodeLens = severityHint, true
	var all map[string]json.RawMessage
	if len(content) == 0 || string(content) == "null" {
		return set, nil
	}
	if err := json.Unmarshal(content, &all); err != nil {
		return set, []string{"the settings of wardnix are not an object"}
	}
	readers := map[string]func(json.RawMessage) bool{
		"baseline": func(value json.RawMessage) bool {
			var one string
			if json.Unmarshal(value, &one) == nil && one != "" {
				set.Baseline = []string{one}
				return true
			}
			return json.Unmarshal(value, &set.Baseline) == nil
		},
		"level": func(value json.RawMessage) bool {
			var name string
			known := json.Unmarshal(value, &name) == nil && levels[name] != 0
			if known {
				set.Level = levels[name]
			}
			return known
		},
		"codeLens":   func(value json.RawMessage) bool { return json.Unmarshal(value, &set.CodeLens) == nil },
		"inlayHints": func(value json.RawMessage) bool { return json.Unmarshal(value, &set.InlayHints) == nil },
	}
	names := slices.Sorted(maps.Keys(readers))
	for _, own := range []string{"path", "trace"} { // of clients, which some send with the others
		readers[own] = func(json.RawMessage) bool { return true }
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch read := readers[name]; {
		case read == nil:
			problems = append(problems, fmt.Sprintf("there is no setting wardnix.%s%s; rules are set in wardnix.toml", name, spell.Hint(name, names)))
		case string(all[name]) != "null" && !read(all[name]):
			problems = append(problems, fmt.Sprintf("the setting wardnix.%s cannot be %.60s", name, all[name]))
		}
	}
	return set, problems
}

// configure takes the settings of the client.
func (s *Server) configure(content json.RawMessage) {
	var problems []string
	s.settings, problems = readSettings(content)
	for _, p := range problems {
		s.show(messageWarning, p)
	}
}

// reconfigure takes settings that changed.
func (s *Server) reconfigure(content json.RawMessage) {
	old := s.settings
	s.configure(content)
	switch {
	case !slices.Equal(old.Baseline, s.settings.Baseline):
		s.reload(func(*project) bool { return true })
	case old.Level != s.settings.Level:
		for _, p := range s.projects {
			s.report(p)
		}
	}
}

// severityOf is the severity of a finding as the protocol has it.
func severityOf(f *lint.Finding) int {
	switch {
	case f.Suggestion:
		return severityHint
	case f.Severity == lint.Error:
		return severityError
	case f.Severity == lint.Warning:
		return severityWarning
	}
	return severityInfo
}
