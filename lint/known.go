package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// Known are findings that a project lives with for now, so that only new ones
// are told. They are known by file, by unit or option, by rule and by what is
// concerned, and not by line: they stay known when code moves.
type Known struct {
	// Version is the version of the format: 1.
	Version int `json:"version"`
	// Findings are by file (relative to the project), by unit or option, and by
	// rule: for each finding what it concerns, directives mostly.
	Findings map[string]map[string]map[string][]string `json:"findings"`
	// Exposure is the exposure of units by host: "9.2".
	Exposure map[string]map[string]string `json:"exposure"`
}

// ReadKnown reads what [Known.Text] wrote.
func ReadKnown(text []byte) (*Known, error) {
	k := &Known{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(k); err != nil {
		return nil, fmt.Errorf("not a file of known findings: %w", err)
	}
	if d.More() {
		return nil, errors.New("not a file of known findings: something stands behind the object")
	}
	if k.Version != 1 {
		return nil, fmt.Errorf("known findings of version %d are not understood", k.Version)
	}
	return k, nil
}

// Text is the file: sorted, so that it merges well.
func (k *Known) Text() []byte {
	for _, units := range k.Findings {
		for _, rules := range units {
			for _, concerned := range rules {
				slices.Sort(concerned)
			}
		}
	}
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		panic(err) // maps and strings
	}
	return append(text, '\n')
}

// knownKey is where the findings of a rule are kept.
type knownKey struct{ file, place, rule string }

func keyOf(p *nixos.Project, f *Finding) knownKey {
	k := knownKey{rule: f.Rule.ID, place: f.Unit(), file: f.File.Name}
	if p != nil {
		if file := p.File(f.File.Name); file != nil {
			if rel, ok := strings.CutPrefix(file.Path, strings.TrimSuffix(p.Root(file), "/")+"/"); ok {
				k.file = rel
			}
		}
	}
	if k.place == "" {
		k.place = OptionAt(f.File, f.Span.Start)
	}
	return k
}

// KnownKey is what a finding is known by, in one string: its file in the project,
// its unit or option, its rule, and what it concerns.
func KnownKey(p *nixos.Project, f *Finding) string {
	k := keyOf(p, f)
	return strings.Join(append([]string{k.file, k.place, k.rule}, concerns(f)...), "\x00")
}

// concerns is what a finding is about, at least one word.
func concerns(f *Finding) []string {
	if len(f.Directives()) == 0 {
		return []string{""}
	}
	return f.Directives()
}

// OptionAt is the path of the option that is defined at a place of a file, as
// far as the names around it tell: "systemd.services.web".
func OptionAt(f *nixast.File, offset int) string {
	var names []string
	for n := range f.Root().Descendants() {
		s := n.Span()
		if s.Start > offset {
			break
		}
		if b, ok := n.AsBinding(); ok && s.Contains(offset) {
			for a := range b.Path().Attrs() {
				name, ok := a.AttrName()
				if !ok {
					name = a.Text()
				}
				names = append(names, name)
			}
		}
	}
	return nixast.QuoteAttrPath(names...)
}

// Learn takes findings into what is known.
func (k *Known) Learn(p *nixos.Project, found []Finding) {
	k.Version = 1
	if k.Findings == nil {
		k.Findings = map[string]map[string]map[string][]string{}
	}
	for i := range found {
		at := keyOf(p, &found[i])
		k.put(at, slices.Concat(k.Findings[at.file][at.place][at.rule], concerns(&found[i])))
	}
}

// Split tells findings that are new from those that are known, and returns what
// is known of findings that are gone.
func (k *Known) Split(p *nixos.Project, found []Finding) (fresh, known []Finding, gone *Known) {
	left := k.index()
	for i := range found {
		at := keyOf(p, &found[i])
		rest, ok := take(left[at], concerns(&found[i]))
		if !ok {
			fresh = append(fresh, found[i])
			continue
		}
		left[at] = rest
		known = append(known, found[i])
	}
	gone = &Known{Version: 1, Findings: map[string]map[string]map[string][]string{}}
	for at, rest := range left {
		if len(rest) > 0 {
			gone.put(at, rest)
		}
	}
	return fresh, known, gone
}

func (k *Known) index() map[knownKey][]string {
	out := map[knownKey][]string{}
	for file, places := range k.Findings {
		for place, rules := range places {
			for rule, concerned := range rules {
				out[knownKey{file, place, rule}] = concerned
			}
		}
	}
	return out
}

func (k *Known) put(at knownKey, concerned []string) {
	if k.Findings[at.file] == nil {
		k.Findings[at.file] = map[string]map[string][]string{}
	}
	if k.Findings[at.file][at.place] == nil {
		k.Findings[at.file][at.place] = map[string][]string{}
	}
	k.Findings[at.file][at.place][at.rule] = concerned
}

// take is from without one of each word of what; false if one is not there.
func take(from, what []string) ([]string, bool) {
	rest := slices.Clone(from)
	for _, w := range what {
		i := slices.Index(rest, w)
		if i < 0 {
			return nil, false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return rest, true
}

// Lines are what is known, a line each: "a.nix: web.service: B001 (ProtectHome)".
func (k *Known) Lines() []string {
	var out []string
	for at, concerned := range k.index() {
		line := at.file + ": " + at.place + ": " + at.rule
		if words := strings.Join(concerned, ", "); words != "" {
			line += " (" + words + ")"
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}
