// Package profile has the baselines: which settings a service of a class
// requires, why, and what they cost.
package profile

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

//go:embed baseline/*.nix
var builtin embed.FS

// Baseline is what a NixOS module asks of the units and options that it sets.
type Baseline struct {
	// Name is how messages call it: "cloudflared", or the path of a file.
	Name string
	// Named reports that the user requested it by name, so that every project is
	// compared with it.
	Named bool

	text    string
	Applies func(*nixos.Unit) bool // nil: by the unit's name
	// others are all baselines of the run: one that is for a unit by name
	// wins over a generic one.
	others []*Baseline
	// assigned is the baseline that the user chose for a unit: see [Assign].
	assigned func(*nixos.Unit) Assignment

	mu        sync.Mutex // of byRelease and daemons
	byRelease map[nixos.Release]*Requirements
	daemons   map[string]*Baseline // of the proven baseline: see [Baseline.For]
}

// Requirements is what a baseline asks of one release of NixOS.
type Requirements struct {
	Units   map[string][]Requirement
	Generic []Requirement // of a unit whose name is open: they are for any service
	Host    []Requirement
}

// Requirement is one setting that a baseline requires.
type Requirement struct {
	Baseline *Baseline
	// path leads to the option: below the unit for rows of a unit
	// ("serviceConfig", "ProtectHome"), from the root of the system otherwise.
	Path []string
	// section is the section of the unit that the row is a directive of; ""
	// for options such as after.
	Section string
	// Want is what the baseline sets, as emit writes it, if Known; Lines is the
	// same as systemd sees it.
	Want  any
	Known bool
	Lines []unitfile.Assignment
	// comment is what is above the row in the baseline.
	comment string
	// at is where the row is written, for the order.
	at int
	// generic reports that the row is for any service.
	Generic bool
}

// Name is the directive or option that the row is about.
func (r *Requirement) Name() string { return r.Path[len(r.Path)-1] }

// Allowing is the requirement with one word more in its allow list. Deny lists, and
// what is not a list, stay as they are.
func (r Requirement) Allowing(word string) Requirement {
	words, ok := r.Want.([]any)
	if !ok || slices.ContainsFunc(words, func(w any) bool {
		text, isText := w.(string)
		return !isText || text == word || strings.HasPrefix(text, "~")
	}) {
		return r
	}
	r.Want = append(slices.Clip(words), word)
	r.Lines = append(slices.Clip(r.Lines), unitfile.Assignment{Section: r.Section, Key: r.Name(), Value: word})
	return r
}

// Fitted is the requirement with other values, for a unit that shows that it needs them,
// and what is said of them in place of the baseline's comment. A list has an element
// for each value.
func (r Requirement) Fitted(comment string, values ...string) Requirement {
	r.Want, r.Lines, r.comment = nil, nil, comment
	var list []any
	for _, v := range values {
		list = append(list, v)
		r.Lines = append(r.Lines, unitfile.Assignment{Section: r.Section, Key: r.Name(), Value: v})
	}
	if r.Want = list; r.Name() == "ProtectSystem" {
		r.Want = values[0]
	}
	return r
}

// Milder is the requirement with the value that any service bears: a read-only file
// system but for what services write below /var and similar ones. False if it has none.
func (r Requirement) Milder() (Requirement, bool) {
	if r.Name() != "ProtectSystem" || r.Want != "strict" {
		return r, false
	}
	return r.Fitted("Makes /usr, the boot loader's directories and /etc read-only.\n"+
		"Cost: a service that writes its configuration below /etc fails.", "full"), true
}

// Option is the row's path as Nix writes it.
func (r *Requirement) Option() string { return strings.Join(r.Path, ".") }

// BuiltinNames are the names of the built-in baselines.
func BuiltinNames() []string {
	return []string{"cloudflared", "light", ProvenName, "server", "strict"}
}

// BuiltinText is the module that a built-in baseline is; "" if there is none of that
// name.
func BuiltinText(name string) string {
	for _, b := range Builtin() {
		if b.Name == name {
			return b.text
		}
	}
	return ""
}

// Builtin are the built-in baselines.
func Builtin() []*Baseline {
	return together([]*Baseline{
		{Name: "cloudflared", text: builtinText("cloudflared.nix"), Applies: runs("cloudflared")},
		{Name: "server", text: builtinText("systemd.nix")},
		{Name: "light", text: builtinText("light.nix")},
		{Name: "strict", text: builtinText("strict.nix")},
		{Name: ProvenName, text: builtinText("light.nix")},
	})
}

// together lets each baseline know the others.
func together(all []*Baseline) []*Baseline {
	for _, b := range all {
		b.others = all
	}
	return all
}

func builtinText(name string) string {
	b, err := fs.ReadFile(builtin, "baseline/"+name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(b)
}

// Baselines are the built-in baselines and those that are named: a built-in name, that
// of a daemon's baseline, or the path of a NixOS module, whose text is what read returns. The error is that
// of a file that cannot be read or does not parse.
func Baselines(read func(name string) (string, error), names []string) ([]*Baseline, error) {
	all := Builtin()
	for _, name := range names {
		if i := slices.IndexFunc(all, func(b *Baseline) bool { return b.Name == name }); i >= 0 {
			all[i].Named = true
			continue
		}
		if d := DaemonNamed(name); d != nil && d.Baseline() == name {
			all = append(all, &Baseline{Name: name, Named: true, text: d.Text()})
			continue
		}
		text, err := read(name)
		if err != nil {
			if !strings.ContainsAny(name, "./") {
				return nil, fmt.Errorf("there is no baseline %q; built in are %s, or give the path of a NixOS module",
					name, strings.Join(BuiltinNames(), ", "))
			}
			return nil, fmt.Errorf("baseline: %w", err)
		}
		b := &Baseline{Name: filepath.ToSlash(name), Named: true, text: text}
		if err := b.check(); err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return together(all), nil
}

// Covers reports whether the baseline is for the unit by name or by what it runs.
func (b *Baseline) Covers(u *nixos.Unit) bool {
	if b.Applies != nil {
		return b.Applies(u)
	}
	return len(b.Requirements(u.Host.Release).Units[u.Name]) > 0
}

// Generic reports whether the baseline is the one for a unit that no other is
// for: the last generic one that the user named, else light.
func (b *Baseline) Generic(u *nixos.Unit) bool {
	chosen := ""
	for _, o := range b.others {
		if o.Covers(u) {
			return false
		}
		if len(o.Requirements(u.Host.Release).Generic) > 0 && (o.Named || o.Name == "light" && chosen == "") {
			chosen = o.Name
		}
	}
	return b.Name == chosen
}

// check reports whether the baseline can be read at all.
func (b *Baseline) check() error {
	f := nixast.Parse(b.Name, b.text, nixast.Options{})
	for _, d := range f.Diagnostics {
		if d.Code != nixast.UndefinedVariable {
			p := f.Position(d.Span.Start)
			return fmt.Errorf("baseline: %s:%d:%d: %s", b.Name, p.Line, p.Column, d.Message)
		}
	}
	r := b.Requirements(nixos.Release{})
	if len(r.Units) == 0 && len(r.Generic) == 0 && len(r.Host) == 0 {
		return fmt.Errorf("baseline: %s sets nothing that can be read from its source", b.Name)
	}
	return nil
}

// Requirements reads the baseline as the module system of a release would.
func (b *Baseline) Requirements(release nixos.Release) *Requirements {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r, ok := b.byRelease[release]; ok {
		return r
	}
	r := b.read(release)
	if b.byRelease == nil {
		b.byRelease = map[nixos.Release]*Requirements{}
	}
	b.byRelease[release] = r
	return r
}

func (b *Baseline) read(release nixos.Release) *Requirements {
	out := &Requirements{Units: map[string][]Requirement{}}
	project, err := nixos.Load(context.Background(), nixos.Options{
		FS: builtin, Overlay: map[string]string{"baseline.nix": b.text}, Release: release,
	}, "baseline.nix")
	if err != nil {
		return out
	}
	for _, h := range project.Hosts() {
		for _, u := range h.Units {
			b.readUnit(out, u)
		}
		b.readHost(out, h)
	}
	return out
}

// readUnit takes the rows of a unit, directives and options. A unit that is
// only switched off is a row of the host.
func (b *Baseline) readUnit(out *Requirements, u *nixos.Unit) {
	var found []Requirement
	unit := u.Systemd()
	for _, section := range u.Sections() {
		for _, o := range u.Directives(section) {
			path := []string{sectionOption(section), o.Name()}
			r := b.row(u.Host, o, path)
			r.Section, r.Lines = section, unit.Values(section, o.Name())
			found = append(found, r)
		}
	}
	for _, name := range unitOptions {
		if o := u.Option(name); o.IsSet() {
			found = append(found, b.row(u.Host, o, []string{name}))
		}
	}
	if o := u.Option("enable"); o.IsSet() {
		out.Host = append(out.Host, b.row(u.Host, o, o.Path))
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b Requirement) int { return a.at - b.at })
		if u.Pattern {
			for i := range found {
				found[i].Generic = true
			}
			out.Generic = append(out.Generic, found...)
			return
		}
		out.Units[u.Name] = append(out.Units[u.Name], found...)
	}
}

// unitOptions are the options of a unit, besides its sections, that a baseline
// may require.
var unitOptions = [...]string{"after", "before", "wants", "requires", "bindsTo", "partOf", "conflicts", "wantedBy", "requiredBy", "upheldBy"}

// sectionOption is the option that has a section's directives.
func sectionOption(section string) string {
	if section == "Install" {
		return "installConfig"
	}
	return spell.Uncapitalised(section) + "Config"
}

func (b *Baseline) row(h *nixos.Host, o *nixos.Option, path []string) Requirement {
	d := o.Defs[0]
	want, known := GoValue(h.Evaluator(), d.Value)
	return Requirement{
		Baseline: b, Path: path, Want: want, Known: known,
		comment: commentAbove(d.Binding), at: d.Binding.Span().Start,
	}
}

// readHost takes the options that belong to no unit: every one that is set and
// is not a set itself.
func (b *Baseline) readHost(out *Requirements, h *nixos.Host) {
	var walk func(o *nixos.Option)
	walk = func(o *nixos.Option) {
		if nixos.HoldsUnits(o.Path) {
			return
		}
		attrs := o.Attrs()
		for _, a := range attrs {
			walk(a)
		}
		if len(attrs) > 0 || !o.IsSet() || len(o.Path) == 0 {
			return
		}
		r := b.row(h, o, o.Path)
		if _, isSet := h.Evaluator().Force(o.Defs[0].Value).(*eval.Attrs); isSet { // all in it is for other releases
			return
		}
		if key, ok := ManagerKey(o.Path); ok {
			r.Lines = ManagerLines(h.Evaluator(), key, o.Defs[0].Value)
		}
		out.Host = append(out.Host, r)
	}
	walk(h.Option())
	slices.SortFunc(out.Host, func(a, b Requirement) int { return a.at - b.at })
}

// commentAbove is the text of the comment lines directly above a binding,
// without "#" and indentation.
func commentAbove(n nixast.Node) string {
	var lines []string
	for _, t := range n.CommentsAbove() {
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(t.Text(), "#"), " "))
	}
	return strings.Join(lines, "\n")
}
