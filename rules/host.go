package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
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
	{name: "watchdog", has: func(p []string) bool { _, ok := managerKey(p); return ok }},
	{name: "host", has: func([]string) bool { return true }},
}

func paragraphOf(path []string) string {
	i := slices.IndexFunc(paragraphs, func(p paragraph) bool { return p.has(path) })
	return paragraphs[i].name
}

// hostMissing reports, once a paragraph, host settings that the baseline asks
// for and nothing sets.
func hostMissing(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "H001", Name: "host-missing", Since: "0.1.0", Severity: lint.Warning,
		Title: "a host does not set what its baseline asks for",
		Text: `The server baseline has three groups of settings besides those of units: the emergency shell, the
services that a server does not need, and the times of the hardware watchdog. They are asked of a
project that sets one of the same group already (other than not to wait for the network), and of every project when the baseline is named
(` + "`--baseline server`" + `).`,
		WhenNot: "Where the machine needs it: a laptop sleeps, and a console may be the way to repair it.",
		Before: `{
  systemd.settings.Manager = {
    RuntimeWatchdogSec = "15s";
    RebootWatchdogSec = "30s";
  };
}
`,
		References: []string{"systemd-system.conf(5)", "nixos/modules/system/boot/emergency-mode.nix (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachParagraph(p, baselines, func(h *hostView, name string, rs []row) {
				rs = slices.DeleteFunc(slices.Clone(rs), func(r row) bool {
					return r.option() == waitOnline && waitOnlineClash(h.Host) != nil || h.standing(&r) != missing || h.misnamed(&r) || h.idle(&r)
				})
				if len(rs) > 0 {
					h.reportMissing(p, name, rs)
				}
			})
		},
	}
}

// idle reports whether the row is about a first stage that the host has switched
// off.
func (h *hostView) idle(r *row) bool {
	stage := []string{"boot", "initrd", "systemd"}
	return commonPrefix(r.path, stage) == len(stage) && h.Option(append(stage, "enable")...).IsSet() && firstStage(h.Host) == eval.No
}

// hostWeaker reports each host setting that is less than the baseline asks for.
func hostWeaker(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "H002", Name: "host-weaker", Since: "0.1.0", Severity: lint.Warning,
		Title: "a host sets something to less than its baseline asks for",
		Text: `As host-missing, for settings that are there: an emergency shell that is switched on, a service
that is not masked, a watchdog time that is longer than the baseline's (up to twice as long it is information,
unless the baseline is named). The watchdog times are those of
the hardware watchdog; how long a service may take to stop is ` + "`DefaultTimeoutStopSec`" + `.`,
		WhenNot: "Where the machine needs it.",
		Before: `{
  systemd.settings.Manager = {
    RuntimeWatchdogSec = "5min";
    RebootWatchdogSec = "30s";
    KExecWatchdogSec = "1m";
  };
}
`,
		References: []string{"systemd-system.conf(5)"},
		Check: func(p *lint.Pass) {
			eachParagraph(p, baselines, func(h *hostView, _ string, rs []row) {
				for _, r := range rs {
					if h.standing(&r) == weaker && !h.isNull(&r) {
						h.reportWeaker(p, &r)
					}
				}
			})
		},
	}
}

// hostView is a host as the rules of the host look at it.
type hostView struct {
	*nixos.Host
	version directive.Version
	asked   []row // of the paragraph at hand
}

// eachParagraph calls do for each paragraph that is asked of each host.
func eachParagraph(p *lint.Pass, baselines []*Baseline, do func(*hostView, string, []row)) {
	for _, host := range p.Project.Hosts() {
		h := &hostView{Host: host, version: host.Version()}
		for _, b := range baselines {
			by := map[string][]row{}
			for _, r := range b.rows(host.Release).host {
				if key, ok := managerKey(r.path); ok {
					if _, known := directive.Lookup("Manager", key, h.version); !known {
						continue
					}
				}
				by[paragraphOf(r.path)] = append(by[paragraphOf(r.path)], r)
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
func (h *hostView) option(r *row) *nixos.Option {
	o := h.Option(r.path...)
	if key, ok := managerKey(r.path); ok && !o.IsSet() {
		for old, name := range watchdogOptions {
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
func (h *hostView) counts(r *row) bool {
	if r.option() == waitOnline || r.option() == waitOnlineMask {
		return false
	}
	o := h.option(r)
	if !o.IsSet() {
		return h.misnamed(r)
	}
	if r.name() == "enable" {
		return h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) == eval.Yes
	}
	return true
}

// misnamed reports whether the host sets the row's directive of the manager
// under a name that only the old option had: then that is what is reported.
func (h *hostView) misnamed(r *row) bool {
	key, ok := managerKey(r.path)
	if !ok {
		return false
	}
	for old, name := range watchdogOptions {
		if name == key && h.Option("systemd", "settings", "Manager", old).IsSet() {
			return true
		}
	}
	return false
}

// isNear reports whether a watchdog time is no more than twice the row's: which of
// the two is right is a matter of taste, and the host has said what it wants.
func (h *hostView) isNear(r *row) bool {
	key, ok := managerKey(r.path)
	set, certain := h.option(r).Value()
	if !ok || !certain || len(r.lines) != 1 {
		return false
	}
	lines := managerLines(h.Evaluator(), key, set)
	if len(lines) != 1 || lines[0].Unknown {
		return false
	}
	have, ok := value.ParseSpan(lines[0].Value)
	want, known := value.ParseSpan(r.lines[0].Value)
	return ok && known && 0 < have && have <= 2*want
}

// isNull reports whether the row's option is null: what becomes of that is told by
// another rule.
func (h *hostView) isNull(r *row) bool {
	value, ok := h.option(r).Value()
	if !ok {
		return false
	}
	_, null := h.Evaluator().Force(value).(*eval.Null)
	return null
}

func (h *hostView) standing(r *row) standing {
	o := h.option(r)
	ev := h.Evaluator()
	switch {
	case len(o.Unseen) > 0:
		return unclear
	case !o.IsSet():
		return missing
	}
	if key, ok := managerKey(r.path); ok {
		set, certain := o.Value()
		if !certain {
			return unclear
		}
		switch security.AtLeast("Manager", key, managerLines(ev, key, set), r.lines, h.version) {
		case value.Yes:
			return satisfied
		case value.No:
			return weaker
		}
		return unclear
	}
	if _, isList := r.ev.Force(r.want).(*eval.List); isList {
		return containsAll(ev, o, r)
	}
	set, certain := o.Value()
	want, known := goValue(r.ev, r.want)
	if !certain || !known {
		return unclear
	}
	have, known := goValue(ev, set)
	switch {
	case !known:
		return unclear
	case have == want:
		return satisfied
	}
	return weaker
}

func (h *hostView) reportMissing(p *lint.Pass, para string, rs []row) {
	file, span, beside := h.nearestSibling(p, &rs[0])
	if file == nil {
		return
	}
	f := lint.Finding{
		Message: missingHostMessage(para, rs),
		File:    file, Span: span, Directives: directives(rs),
		Notes: explainRows("missing", rs, func(r *row) string { return r.option() + " = " + r.text(nil) + ";" }),
	}
	f.Notes = append(f.Notes, watchdogNote(rs)...)
	var fixes []lint.Fix
	for _, r := range rs {
		edits, err := h.add(&r, beside)
		if err != nil {
			f.Notes = append(f.Notes, lint.Note{Label: "note", Text: "not fixed automatically: " + r.option() + ": " + err.Error()})
			continue
		}
		risk := h.risk(&r)
		fixes = mergeFix(fixes, lint.Fix{
			Title: "set " + r.option() + " = " + r.text(nil), Applicability: risk.applicability, Breaks: risk.breaks, Edits: edits,
		})
	}
	f.Fixes = fixes
	p.Report(f)
}

// waitOnline is the option that goes with the mask of its service.
const (
	waitOnline     = "systemd.network.wait-online.enable"
	waitOnlineMask = "systemd.services.systemd-networkd-wait-online.enable"
)

// risk is that of setting a row. The option wait-online beside the mask of its
// service only lets the configuration evaluate.
func (h *hostView) risk(r *row) risk {
	if r.option() == waitOnline {
		mask := h.Option("systemd", "services", "systemd-networkd-wait-online", "enable")
		if mask.IsSet() && h.Evaluator().Equal(mask.Defs[0].Value, eval.NewBool(false)) == eval.Yes {
			return harmless
		}
	}
	return riskOf(r)
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

func options(rs []row) []string {
	out := make([]string, len(rs))
	for i := range rs {
		out[i] = rs[i].option()
	}
	return out
}

// directives are what a fix of the rows changes: the options, and the directives of
// the manager that they set.
func directives(rs []row) []string {
	out := options(rs)
	for i := range rs {
		if key, ok := managerKey(rs[i].path); ok {
			out = append(out, key)
		}
	}
	return out
}

func missingHostMessage(para string, rs []row) string {
	if len(rs) == 1 {
		return fmt.Sprintf("%s is not set; the %s baseline asks for %s", rs[0].option(), rs[0].baseline.Name, rs[0].text(nil))
	}
	return fmt.Sprintf("%s: %d things that the %s baseline asks for are not set: %s",
		para, len(rs), rs[0].baseline.Name, strings.Join(options(rs), ", "))
}

// watchdogNote says what the watchdog times are not.
func watchdogNote(rs []row) []lint.Note {
	if slices.ContainsFunc(rs, func(r row) bool { _, ok := managerKey(r.path); return ok }) {
		return []lint.Note{{Label: "note", Text: "these are times of the hardware watchdog; how long a service may take to stop is DefaultTimeoutStopSec"}}
	}
	return nil
}

// nearestSibling is where a finding about a row that is not there stands: at
// the row of its paragraph that shares the longest path with it.
func (h *hostView) nearestSibling(p *lint.Pass, r *row) (*nixast.File, nixast.Span, nixast.Node) {
	best, shared := nixast.Node{}, -1
	for _, other := range h.asked {
		o := h.option(&other)
		if !o.IsSet() && h.misnamed(&other) {
			o = h.misnamedOption(&other)
		}
		if !o.IsSet() || o.Defs[0].File == nil || !o.Defs[0].File.Asked && shared >= 0 {
			continue
		}
		if n := commonPrefix(r.path, other.path); n >= shared {
			best, shared = o.Defs[0].Binding, n
		}
	}
	if shared >= 0 {
		file, span := place(best)
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

func (h *hostView) misnamedOption(r *row) *nixos.Option {
	key, _ := managerKey(r.path)
	for old, name := range watchdogOptions {
		if name == key {
			if o := h.Option("systemd", "settings", "Manager", old); o.IsSet() {
				return o
			}
		}
	}
	return h.Option(r.path...)
}

func commonPrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// add makes the edits that set the row: beside the sibling where that is
// possible, else where the project sets something next to it.
func (h *hostView) add(r *row, beside nixast.Node) ([]lint.FileEdit, error) {
	v, ok := r.value(nil)
	if !ok {
		return nil, errors.New("the value cannot be written here")
	}
	if edits, ok := h.addBeside(r, beside, v); ok {
		return edits, nil
	}
	for n := len(r.path) - 1; n > 0; n-- {
		if o := h.Option(r.path[:n]...); o.IsSet() && o.Site().OK() && h.belongs(o.Site().File) {
			return addAttrs(o.Site(), r.baseline.where(h.asked), []emit.Attr{{Path: r.path[n:], Value: v}})
		}
	}
	return nil, errors.New("nothing beside which it could stand")
}

// belongs reports whether what the paragraph asks for may be added to a file: of
// those that no host leads to, to one that has something of it.
func (h *hostView) belongs(f *nixos.File) bool {
	return h.Name != "" || slices.ContainsFunc(h.asked, func(r row) bool {
		return slices.ContainsFunc(h.option(&r).Defs, func(d *nixos.Def) bool { return d.File == f })
	})
}

// addBeside sets the row in the set that a sibling stands in.
func (h *hostView) addBeside(r *row, beside nixast.Node, v any) ([]lint.FileEdit, bool) {
	b, ok := beside.AsBinding()
	if !ok {
		return nil, false
	}
	set, prefix := surroundings(b)
	if commonPrefix(r.path, prefix) < len(prefix) {
		return nil, false
	}
	path := r.path[len(prefix):]
	where := emit.Where{After: b.Node}
	if len(path) == 1 {
		where = r.baseline.where(h.asked)
	}
	edits, err := emit.New(set.File()).Ensure(set, where, emit.Attr{Path: path, Value: v})
	return lint.In(set.File(), edits), err == nil
}

// surroundings are the set that a binding stands in, and the path of that set
// from the root of the module, as far as it is written in the file.
func surroundings(b nixast.Binding) (set nixast.Node, prefix []string) {
	set = b.Parent()
	for outer, ok := outerBinding(b); ok; outer, ok = outerBinding(outer) {
		var names []string
		for c := range outer.Path().Attrs() {
			name, _ := c.AttrName()
			names = append(names, name)
		}
		prefix = append(names, prefix...)
	}
	if len(prefix) > 0 && prefix[0] == "config" {
		prefix = prefix[1:]
	}
	return set, prefix
}

func (h *hostView) reportWeaker(p *lint.Pass, r *row) {
	o := h.option(r)
	file, span := valuePlace(lastAsked(o))
	f := lint.Finding{
		Message: fmt.Sprintf("%s is %s; the %s baseline asks for %s", o, shown(o), r.baseline.Name, bound(r)),
		File:    file, Span: span, Directives: directives([]row{*r}),
		Notes: append(explainRows("", []row{*r}, nil), watchdogNote([]row{*r})...),
	}
	if !r.baseline.Named && h.isNear(r) {
		f.Severity = lint.Info
	}
	risk := riskOf(r)
	edits, err := h.strengthen(r, o)
	if err != nil {
		f.Notes = append(f.Notes, lint.Note{Label: "note", Text: "not fixed automatically: " + err.Error()})
	} else {
		f.Fixes = []lint.Fix{{Title: "set it to " + r.text(nil), Applicability: risk.applicability, Breaks: risk.breaks, Edits: edits}}
	}
	p.Report(f)
}

// bound is the row's value as a message gives it.
func bound(r *row) string {
	if _, ok := managerKey(r.path); ok {
		return "at most " + r.text(nil)
	}
	return r.text(nil)
}

func (h *hostView) strengthen(r *row, o *nixos.Option) ([]lint.FileEdit, error) {
	if len(o.Defs) != 1 {
		return nil, errors.New("several places set it")
	}
	node, err := valueNode(o.Defs[0])
	if err != nil {
		return nil, err
	}
	want, ok := r.value(nil)
	if !ok {
		return nil, errors.New("the value cannot be written here")
	}
	e := emit.New(node.File())
	var edits []emit.Edit
	if items, isList := want.([]any); isList && node.Unparen().Kind() == nixast.List {
		have, _ := knownStrings(h.Evaluator(), o.Defs[0].Value)
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
