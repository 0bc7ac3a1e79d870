package host

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// A paragraph is a set of host rows that are asked of a project together: once
// it sets some of them.
type paragraph struct {
	name string
	has  func(path []string) bool
	// least is how many rows a project sets that asks for all, if not one: a single
	// service is often off for a reason of its own.
	least int
}

var paragraphs = []paragraph{
	{name: "emergency mode", has: func(p []string) bool {
		return p[len(p)-1] == "enableEmergencyMode" || p[len(p)-1] == "suppressedUnits"
	}},
	{name: "disabled services", has: func(p []string) bool { return p[len(p)-1] == "enable" }, least: 2},
	{name: "watchdog", has: func(p []string) bool { _, ok := profile.ManagerKey(p); return ok }},
	{name: "host", has: func([]string) bool { return true }},
}

func paragraphOf(path []string) string {
	i := slices.IndexFunc(paragraphs, func(p paragraph) bool { return p.has(path) })
	return paragraphs[i].name
}

// HostMissing reports, once a paragraph, host settings that the baseline asks
// for and nothing sets.
var HostMissing = &lint.Rule{
	Page: lint.ReadPage(pages, "host-missing"),
	Check: func(p *lint.Pass) {
		eachParagraph(p, p.Baselines, func(h *hostView, name string, rs []profile.Requirement) {
			rs = slices.DeleteFunc(slices.Clone(rs), func(r profile.Requirement) bool {
				return r.Option() == waitOnline && waitOnlineClash(h.Host) != nil || h.standing(&r) != unit.Missing || h.misnamed(&r) || h.idle(&r)
			})
			if len(rs) > 0 {
				h.reportMissing(p, name, rs)
			}
		})
	},
}

// idle reports whether the row is about a first stage that the host has switched
// off.
func (h *hostView) idle(r *profile.Requirement) bool {
	stage := []string{"boot", "initrd", "systemd"}
	return unit.CommonPrefix(r.Path, stage) == len(stage) && h.Option(append(stage, "enable")...).IsSet() && unit.FirstStage(h.Host) == eval.No
}

// HostWeaker reports each host setting that is less than the baseline asks for.
var HostWeaker = &lint.Rule{
	Page: lint.ReadPage(pages, "host-weaker"),
	Check: func(p *lint.Pass) {
		eachParagraph(p, p.Baselines, func(h *hostView, _ string, rs []profile.Requirement) {
			for _, r := range rs {
				if h.standing(&r) == unit.Weaker && !h.isNull(&r) {
					h.reportWeaker(p, &r)
				}
			}
		})
	},
}

// hostView is a host as the rules of the host look at it.
type hostView struct {
	*nixos.Host
	version directive.Version
	asked   []profile.Requirement // of the paragraph at hand
}

// eachParagraph calls do for each paragraph that is asked of each host.
func eachParagraph(p *lint.Pass, baselines []*profile.Baseline, do func(*hostView, string, []profile.Requirement)) {
	for _, host := range p.Project.Hosts() {
		h := &hostView{Host: host, version: host.Version()}
		for _, b := range baselines {
			by := map[string][]profile.Requirement{}
			for _, r := range b.Rows(host.Release).Host {
				if key, ok := profile.ManagerKey(r.Path); ok {
					if _, known := directive.Lookup("Manager", key, h.version); !known {
						continue
					}
				}
				by[paragraphOf(r.Path)] = append(by[paragraphOf(r.Path)], r)
			}
			for _, para := range paragraphs {
				h.asked = by[para.name]
				if b.Named || h.asksFor(para) {
					do(h, para.name, h.asked)
				}
			}
		}
	}
}

// asksFor reports whether the host sets as much of the paragraph as tells that it
// wants all of it.
func (h *hostView) asksFor(para paragraph) bool {
	n := 0
	for _, r := range h.asked {
		if h.counts(&r) {
			n++
		}
	}
	return n >= max(1, para.least)
}

// option is the host's option that a row is about. An option that has a new
// name counts under either.
func (h *hostView) option(r *profile.Requirement) *nixos.Option {
	o := h.Option(r.Path...)
	if key, ok := profile.ManagerKey(r.Path); ok && !o.IsSet() {
		for old, name := range profile.WatchdogOptions {
			if name == key {
				if alias := h.Option("systemd", "watchdog", old); alias.IsSet() {
					return alias
				}
			}
		}
		if alias := h.Option("systemd", "settings", "Manager", key); alias.IsSet() {
			return alias
		}
	}
	return o
}

// counts reports whether the host sets the row, and so asks for its paragraph.
// enable = true on a service is no such thing: it masks nothing. Nor is what many
// do for its own sake: not to wait for the network.
func (h *hostView) counts(r *profile.Requirement) bool {
	if r.Option() == waitOnline || r.Option() == waitOnlineMask {
		return false
	}
	o := h.option(r)
	if !o.IsSet() {
		return h.misnamed(r)
	}
	if r.Name() == "enable" {
		return h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) == eval.Yes
	}
	return true
}

// misnamed reports whether the host sets the row's directive of the manager
// under a name that only the old option had: then that is what is reported.
func (h *hostView) misnamed(r *profile.Requirement) bool {
	key, ok := profile.ManagerKey(r.Path)
	if !ok {
		return false
	}
	for old, name := range profile.WatchdogOptions {
		if name == key && h.Option("systemd", "settings", "Manager", old).IsSet() {
			return true
		}
	}
	return false
}

// isNear reports whether a watchdog time is no more than twice the row's: which of
// the two is right is a matter of taste, and the host has said what it wants.
func (h *hostView) isNear(r *profile.Requirement) bool {
	key, ok := profile.ManagerKey(r.Path)
	set, certain := h.option(r).Value()
	if !ok || !certain || len(r.Lines) != 1 {
		return false
	}
	lines := profile.ManagerLines(h.Evaluator(), key, set)
	if len(lines) != 1 || lines[0].Unknown {
		return false
	}
	have, ok := value.ParseSpan(lines[0].Value)
	want, known := value.ParseSpan(r.Lines[0].Value)
	return ok && known && 0 < have && have <= 2*want
}

// isNull reports whether the row's option is null: what becomes of that is told by
// another rule.
func (h *hostView) isNull(r *profile.Requirement) bool {
	set, ok := h.option(r).Value()
	if !ok {
		return false
	}
	_, null := h.Evaluator().Force(set).(*eval.Null)
	return null
}

func (h *hostView) standing(r *profile.Requirement) unit.Standing {
	o := h.option(r)
	ev := h.Evaluator()
	switch {
	case len(o.Unseen) > 0:
		return unit.Unclear
	case !o.IsSet():
		return unit.Missing
	}
	if key, ok := profile.ManagerKey(r.Path); ok {
		set, certain := o.Value()
		if !certain {
			return unit.Unclear
		}
		switch security.AtLeast("Manager", key, profile.ManagerLines(ev, key, set), r.Lines, h.version) {
		case value.Yes:
			return unit.Satisfied
		case value.No:
			return unit.Weaker
		}
		return unit.Unclear
	}
	if _, isList := r.Want.([]any); isList {
		return unit.ContainsAll(ev, o, r)
	}
	set, certain := o.Value()
	if !certain || !r.Known {
		return unit.Unclear
	}
	have, known := profile.GoValue(ev, set)
	switch {
	case !known:
		return unit.Unclear
	case have == r.Want:
		return unit.Satisfied
	}
	return unit.Weaker
}

func (h *hostView) reportMissing(p *lint.Pass, para string, rs []profile.Requirement) {
	if file, _, _ := h.nearestSibling(p, &rs[0]); file != nil {
		p.Report(h.missingFinding(p, para, rs))
	}
}

// missingFinding is the finding about rows of a paragraph that nothing sets.
func (h *hostView) missingFinding(p *lint.Pass, para string, rs []profile.Requirement) lint.Finding {
	file, span, beside := h.nearestSibling(p, &rs[0])
	f := lint.Finding{
		Message: missingHostMessage(para, rs),
		File:    file, Span: span, Units: unit.Host(h.Host), About: h.about(rs),
		Notes: lint.ExplainRequirements("missing", rs, func(r *profile.Requirement) string { return r.Option() + " = " + r.Text(nil) + ";" }),
	}
	f.Notes = append(f.Notes, watchdogNote(rs)...)
	var fixes []lint.Fix
	for _, r := range rs {
		edits, err := h.add(&r, beside)
		if err != nil {
			f.Notes = append(f.Notes, lint.Note{Label: "note", Text: "not fixed automatically: " + r.Option() + ": " + err.Error()})
			continue
		}
		risk := h.risk(&r)
		fixes = mergeFix(fixes, lint.Fix{
			Title: "set " + r.Option() + " = " + r.Text(nil), Applicability: lint.Unless(risk), Breaks: risk, Edits: edits,
		})
	}
	f.Fixes = fixes
	f.Only = func(options []string) lint.Finding {
		return h.missingFinding(p, para, slices.DeleteFunc(slices.Clone(rs), func(r profile.Requirement) bool {
			return !slices.Contains(options, r.Option())
		}))
	}
	return f
}

// waitOnline is the option that goes with the mask of its service.
const (
	waitOnline     = "systemd.network.wait-online.enable"
	waitOnlineMask = "systemd.services.systemd-networkd-wait-online.enable"
)

// risk is that of setting a row. The option wait-online beside the mask of its
// service only lets the configuration evaluate.
func (h *hostView) risk(r *profile.Requirement) string {
	if r.Option() == waitOnline {
		mask := h.Option("systemd", "services", "systemd-networkd-wait-online", "enable")
		if mask.IsSet() && h.Evaluator().Equal(mask.Defs[0].Value, eval.NewBool(false)) == eval.Yes {
			return ""
		}
	}
	return profile.RiskOf(r)
}

// mergeFix joins fix to one of the same applicability, unless the two conflict:
// then it waits for the next time.
func mergeFix(fixes []lint.Fix, fix lint.Fix) []lint.Fix {
	i := slices.IndexFunc(fixes, func(x lint.Fix) bool { return x.Applicability == fix.Applicability })
	if i < 0 {
		return append(fixes, fix)
	}
	x := &fixes[i]
	if conflicting(x.Edits, fix.Edits) {
		return fixes
	}
	x.Title += ", " + strings.TrimPrefix(fix.Title, "set ")
	if fix.Breaks != "" {
		x.Breaks = strings.TrimPrefix(x.Breaks+"; "+fix.Breaks, "; ")
	}
	x.Edits = append(x.Edits, fix.Edits...)
	return fixes
}

func conflicting(a, b []lint.FileEdit) bool {
	for _, x := range a {
		for _, y := range b {
			if x.File == y.File && emit.Conflicts([]emit.Edit{x.Edit}, []emit.Edit{y.Edit}) {
				return true
			}
		}
	}
	return false
}

func options(rs []profile.Requirement) []string {
	out := make([]string, len(rs))
	for i := range rs {
		out[i] = rs[i].Option()
	}
	return out
}

// about are the options that requirements are about.
func (h *hostView) about(rs []profile.Requirement) []unit.Ref {
	paths := make([][]string, len(rs))
	for i := range rs {
		paths[i] = rs[i].Path
	}
	return unit.Options(h.Host, paths...)
}

func missingHostMessage(para string, rs []profile.Requirement) string {
	if len(rs) == 1 {
		return fmt.Sprintf("%s is not set; the %s baseline asks for %s", rs[0].Option(), rs[0].Baseline.Name, rs[0].Text(nil))
	}
	return fmt.Sprintf("%s: %d things that the %s baseline asks for are not set: %s",
		para, len(rs), rs[0].Baseline.Name, strings.Join(options(rs), ", "))
}

// watchdogNote says what the watchdog times are not.
func watchdogNote(rs []profile.Requirement) []lint.Note {
	if slices.ContainsFunc(rs, func(r profile.Requirement) bool { _, ok := profile.ManagerKey(r.Path); return ok }) {
		return []lint.Note{{Label: "note", Text: "these are times of the hardware watchdog; how long a service may take to stop is DefaultTimeoutStopSec"}}
	}
	return nil
}

// nearestSibling is where a finding about a row that is not there stands: at
// the row of its paragraph that shares the longest path with it.
func (h *hostView) nearestSibling(p *lint.Pass, r *profile.Requirement) (*nixast.File, nixast.Span, nixast.Node) {
	best, shared := nixast.Node{}, -1
	for _, other := range h.asked {
		o := h.option(&other)
		if !o.IsSet() && h.misnamed(&other) {
			o = h.misnamedOption(&other)
		}
		if !o.IsSet() || o.Defs[0].File == nil || !o.Defs[0].File.Asked && shared >= 0 {
			continue
		}
		if n := unit.CommonPrefix(r.Path, other.Path); n >= shared {
			best, shared = o.Defs[0].Binding, n
		}
	}
	if shared >= 0 {
		file, span := unit.Place(best)
		return file, span, best
	}
	for _, f := range h.Files {
		if f.Asked && f.Tree != nil {
			at := f.Tree.Expr().Span().Start
			return f.Tree, nixast.Span{Start: at, End: at}, nixast.Node{}
		}
	}
	return nil, nixast.Span{}, nixast.Node{}
}

func (h *hostView) misnamedOption(r *profile.Requirement) *nixos.Option {
	key, _ := profile.ManagerKey(r.Path)
	for old, name := range profile.WatchdogOptions {
		if name == key {
			if o := h.Option("systemd", "settings", "Manager", old); o.IsSet() {
				return o
			}
		}
	}
	return h.Option(r.Path...)
}

// add makes the edits that set the row: beside the sibling where that is
// possible, else where the project sets something next to it.
func (h *hostView) add(r *profile.Requirement, beside nixast.Node) ([]lint.FileEdit, error) {
	v, ok := r.Value(nil)
	if !ok {
		return nil, errors.New("the value cannot be written here")
	}
	if edits, ok := h.addBeside(r, beside, v); ok {
		return edits, nil
	}
	for n := len(r.Path) - 1; n > 0; n-- {
		if o := h.Option(r.Path[:n]...); o.IsSet() && o.Site().OK() && h.belongs(o.Site().File) {
			return fix.Add(o.Site(), r.Baseline.Where(h.asked), []emit.Attr{{Path: r.Path[n:], Value: v}})
		}
	}
	return nil, errors.New("nothing beside which it could stand")
}

// belongs reports whether what the paragraph asks for may be added to a file: of
// those that no host leads to, to one that has something of it.
func (h *hostView) belongs(f *nixos.File) bool {
	return h.Name != "" || slices.ContainsFunc(h.asked, func(r profile.Requirement) bool {
		return slices.ContainsFunc(h.option(&r).Defs, func(d *nixos.Def) bool { return d.File == f })
	})
}

// addBeside sets the row in the set that a sibling stands in.
func (h *hostView) addBeside(r *profile.Requirement, beside nixast.Node, v any) ([]lint.FileEdit, bool) {
	b, ok := beside.AsBinding()
	if !ok {
		return nil, false
	}
	set, prefix := fix.Surroundings(b)
	if unit.CommonPrefix(r.Path, prefix) < len(prefix) {
		return nil, false
	}
	path := r.Path[len(prefix):]
	where := emit.Where{After: b.Node}
	if len(path) == 1 {
		where = r.Baseline.Where(h.asked)
	}
	edits, err := emit.New(set.File()).Ensure(set, where, emit.Attr{Path: path, Value: v})
	return lint.In(set.File(), edits), err == nil
}

func (h *hostView) reportWeaker(p *lint.Pass, r *profile.Requirement) {
	o := h.option(r)
	file, span := unit.ValuePlace(unit.LastAsked(o))
	f := lint.Finding{
		Message: fmt.Sprintf("%s is %s; the %s baseline asks for %s", o, unit.Shown(o), r.Baseline.Name, bound(r)),
		File:    file, Span: span, Units: unit.Host(h.Host), About: h.about([]profile.Requirement{*r}),
		Notes: append(lint.ExplainRequirements("", []profile.Requirement{*r}, nil), watchdogNote([]profile.Requirement{*r})...),
	}
	if !r.Baseline.Named && h.isNear(r) {
		f.Severity = lint.Info
	}
	risk := profile.RiskOf(r)
	edits, err := h.strengthen(r, o)
	if err != nil {
		f.Notes = append(f.Notes, lint.Note{Label: "note", Text: "not fixed automatically: " + err.Error()})
	} else {
		f.Fixes = []lint.Fix{{Title: "set it to " + r.Text(nil), Applicability: lint.Unless(risk), Breaks: risk, Edits: edits}}
	}
	p.Report(f)
}

// bound is the row's value as a message gives it.
func bound(r *profile.Requirement) string {
	if _, ok := profile.ManagerKey(r.Path); ok {
		return "at most " + r.Text(nil)
	}
	return r.Text(nil)
}

func (h *hostView) strengthen(r *profile.Requirement, o *nixos.Option) ([]lint.FileEdit, error) {
	if len(o.Defs) != 1 {
		return nil, errors.New("several places set it")
	}
	node, err := unit.ValueNode(o.Defs[0])
	if err != nil {
		return nil, err
	}
	want, ok := r.Value(nil)
	if !ok {
		return nil, errors.New("the value cannot be written here")
	}
	e := emit.New(node.File())
	var edits []emit.Edit
	if items, isList := want.([]any); isList && node.Unparen().Kind() == nixast.List {
		have, _ := unit.KnownStrings(h.Evaluator(), o.Defs[0].Value)
		items = slices.DeleteFunc(slices.Clone(items), func(w any) bool {
			s, ok := w.(string)
			return ok && slices.Contains(have, s)
		})
		edits, err = e.Append(node.Unparen(), items...)
	} else {
		edits, err = e.Replace(node, want)
	}
	if err != nil {
		return nil, err
	}
	return lint.In(node.File(), edits), nil
}
