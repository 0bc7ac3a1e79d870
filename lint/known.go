package lint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// Known are findings that a project lives with for now, so that only new ones
// are reported. They are known by file, by unit or option, by rule and by
// directive, and not by line: they stay known when code moves, and one more missing
// directive is one new finding.
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
		return nil, errors.New("not a file of known findings: there is text after the object")
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

// Keys are what the findings of a project are known by.
type Keys struct{ files map[string]string }

// NewKeys knows the files of a project that were read; p may be nil.
func NewKeys(p *nixos.Project) Keys {
	k := Keys{files: map[string]string{}}
	if p == nil {
		return k
	}
	for _, f := range p.Files() {
		if rel, ok := strings.CutPrefix(f.Path, strings.TrimSuffix(p.Root(f), "/")+"/"); ok {
			k.files[f.Name] = rel
		}
	}
	return k
}

// storePath begins the path of a file in a store, up to its name: the hash is another one
// after every change.
var storePath = regexp.MustCompile(`^.*/[0-9a-z]{32}-`)

// keys are where the list keeps what a finding says of each of its units, or of an
// option.
func (k Keys) keys(f *Finding) []knownKey {
	at := knownKey{rule: f.Rule.ID, file: cmp.Or(k.files[f.File.Name], storePath.ReplaceAllString(f.File.Name, ""))}
	var out []knownKey
	for _, u := range f.Units {
		if at.place = u.Unit; at.place != "" && !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	if len(out) == 0 {
		at.place = OptionAt(f.File, f.Span.Start)
		out = []knownKey{at}
	}
	return out
}

// Of is what a finding is known by, in one string: its file in the project, its
// first unit or its option, its rule, and what it concerns.
func (k Keys) Of(f *Finding) string {
	at := k.keys(f)[0]
	return strings.Join(append([]string{at.file, at.place, at.rule}, concerns(f)...), "\x00")
}

// concerns is what a finding is about, at least one word.
func concerns(f *Finding) []string {
	if names := f.Directives(); len(names) > 0 {
		return names
	}
	return []string{""}
}

// OptionAt is the path of the option that is defined at a place of a file, as
// far as the names around it say: "systemd.services.web".
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
	keys := NewKeys(p)
	for i := range found {
		for _, at := range keys.keys(&found[i]) {
			k.put(at, slices.Concat(k.Findings[at.file][at.place][at.rule], concerns(&found[i])))
		}
	}
}

// Split divides findings into new ones and known ones, and returns what is known of
// findings that are gone. A finding about several directives of which only some are
// known becomes two, if its rule can say so of each directive.
func (k *Known) Split(p *nixos.Project, found []Finding) (fresh, known []Finding, gone *Known) {
	left, keys := k.index(), NewKeys(p)
	for i := range found {
		f := &found[i]
		old, new := concerns(f), []string(nil) // of every unit, and of any
		rests := map[knownKey][]string{}
		for _, at := range keys.keys(f) {
			rest, there, missing := take(left[at], concerns(f))
			rests[at] = rest
			old = slices.DeleteFunc(old, func(d string) bool { return !slices.Contains(there, d) })
			new = append(new, slices.DeleteFunc(missing, func(d string) bool { return slices.Contains(new, d) })...)
		}
		switch {
		case len(new) == 0:
			known = append(known, *f)
		case len(old) == 0 || f.Only == nil:
			fresh = append(fresh, *f)
			continue // nothing is taken
		default:
			fresh, known = append(fresh, f.only(new)), append(known, f.only(old))
		}
		maps.Copy(left, rests)
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

// take takes words from a list, each once: rest is what stays of the list, old are
// the words that were in it and new those that were not.
func take(from, words []string) (rest, old, new []string) {
	rest = slices.Clone(from)
	for _, w := range words {
		i := slices.Index(rest, w)
		if i < 0 {
			new = append(new, w)
			continue
		}
		rest, old = slices.Delete(rest, i, i+1), append(old, w)
	}
	return rest, old, new
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
