package host

import (
	"errors"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// HostMissing reports, once a paragraph, settings of a host that a baseline requires
// and nothing sets.
var HostMissing = &lint.Rule{Page: lint.ReadPage(pages, "host-missing"), Host: checkMissing}

func checkMissing(p *lint.Pass, host *nixos.Host) {
	eachParagraph(p, host, func(h *hostView, name string, rs []profile.Requirement) {
		rs = slices.DeleteFunc(slices.Clone(rs), func(r profile.Requirement) bool {
			return r.Option() == waitOnline && waitOnlineClash(h.Host) != nil || h.standing(&r) != unit.Missing || h.misnamed(&r) || h.isIdle(&r)
		})
		if len(rs) > 0 {
			h.reportMissing(p, name, rs)
		}
	})
}

// isIdle reports whether the requirement is about systemd in stage 1, and a script
// runs stage 1.
func (h *hostView) isIdle(r *profile.Requirement) bool {
	stage := []string{"boot", "initrd", "systemd"}
	return nixos.CommonPrefix(r.Path, stage) == len(stage) && h.Host.SystemdInitrd() == eval.No
}

func (h *hostView) reportMissing(p *lint.Pass, para string, rs []profile.Requirement) {
	file, span, beside := h.nearestSibling(&rs[0])
	if file == nil {
		return
	}
	d := p.AtOption(h.Host, nil, paths(rs)...).Place(file, span).
		Explain(rs, func(r *profile.Requirement) string { return r.Option() + " = " + r.Text(nil) + ";" })
	noteWatchdog(d, rs)
	var fixes []lint.Fix
	for _, r := range rs {
		edits, err := h.add(&r, beside)
		if err != nil {
			d.Note("not fixed automatically: %s: %v", r.Option(), err)
			continue
		}
		risk := h.risk(&r)
		fixes = mergeFix(fixes, lint.Fix{
			Title: "set `" + r.Option() + " = " + r.Text(nil) + "`", Applicability: lint.SafeUnless(risk), Breaks: risk, Edits: edits,
		})
	}
	d.Fix(fixes...)
	if len(rs) == 1 {
		d.Reportf("%s: missing (baseline `%s`)", rs[0].Option(), rs[0].Baseline.Name)
		return
	}
	d.Reportf("%s: missing %d settings required by the `%s` baseline", para, len(rs), rs[0].Baseline.Name)
}

// risk is that of setting an option. The option wait-online next to the mask of its
// service only makes the configuration evaluate.
func (h *hostView) risk(r *profile.Requirement) string {
	if r.Option() == waitOnline {
		mask := h.Option("systemd", "services", "systemd-networkd-wait-online", "enable")
		if mask.IsSet() && h.Evaluator().Equal(mask.Defs[0].Value, eval.NewBool(false)) == eval.Yes {
			return ""
		}
	}
	return profile.RiskOf(r)
}

// mergeFix joins one fix to that of the same applicability, unless the two conflict:
// then it waits for the next round.
func mergeFix(fixes []lint.Fix, one lint.Fix) []lint.Fix {
	i := slices.IndexFunc(fixes, func(x lint.Fix) bool { return x.Applicability == one.Applicability })
	if i < 0 {
		return append(fixes, one)
	}
	x := &fixes[i]
	if fix.Conflict(x.Edits, one.Edits) {
		return fixes
	}
	x.Title += ", " + strings.TrimPrefix(one.Title, "set ")
	if one.Breaks != "" {
		x.Breaks = strings.TrimPrefix(x.Breaks+"; "+one.Breaks, "; ")
	}
	x.Edits = append(x.Edits, one.Edits...)
	return fixes
}

// nearestSibling is the place of a finding about an option that is not set: the
// option of its paragraph that shares the longest path with it.
func (h *hostView) nearestSibling(r *profile.Requirement) (*nixast.File, nixast.Span, nixast.Node) {
	best, shared := nixast.Node{}, -1
	for _, other := range h.asked {
		o := h.option(&other)
		if !o.IsSet() && h.misnamed(&other) {
			o = h.misnamedOption(&other)
		}
		if !o.IsSet() || o.Defs[0].File == nil || !o.Defs[0].File.Reported && shared >= 0 {
			continue
		}
		if n := nixos.CommonPrefix(r.Path, other.Path); n >= shared {
			best, shared = o.Defs[0].Binding, n
		}
	}
	if shared >= 0 {
		file, span := best.Place()
		return file, span, best
	}
	for _, f := range h.Files {
		if f.Reported && f.Tree != nil {
			at := f.Tree.Expr().Span().Start
			return f.Tree, nixast.Span{Start: at, End: at}, nixast.Node{}
		}
	}
	return nil, nixast.Span{}, nixast.Node{}
}

func (h *hostView) misnamedOption(r *profile.Requirement) *nixos.Option {
	key, _ := profile.ManagerKey(r.Path)
	for old, name := range profile.WatchdogOptions() {
		if name == key {
			if o := h.Option("systemd", "settings", "Manager", old); o.IsSet() {
				return o
			}
		}
	}
	return h.Option(r.Path...)
}

// add makes the edits that set the option: next to the sibling if that is possible,
// otherwise where the project sets something close to it.
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
	return nil, errors.New("the project sets nothing close to it")
}

// belongs reports whether settings of the paragraph may be added to a file: of the
// files that no host leads to, only to one that has some of them.
func (h *hostView) belongs(f *nixos.File) bool {
	return h.Name != "" || slices.ContainsFunc(h.asked, func(r profile.Requirement) bool {
		return slices.ContainsFunc(h.option(&r).Defs, func(d *nixos.Def) bool { return d.File == f })
	})
}

// addBeside sets the option in the set that has a sibling.
func (h *hostView) addBeside(r *profile.Requirement, beside nixast.Node, v any) ([]lint.FileEdit, bool) {
	b, ok := beside.AsBinding()
	if !ok {
		return nil, false
	}
	set, prefix := fix.Surroundings(b)
	if nixos.CommonPrefix(r.Path, prefix) < len(prefix) {
		return nil, false
	}
	path := r.Path[len(prefix):]
	where := emit.Where{After: b.Node}
	if len(path) == 1 {
		where = r.Baseline.Where(h.asked)
	}
	edits, err := emit.New(set.File()).Ensure(set, where, emit.Attr{Path: path, Value: v})
	return lint.EditsIn(set.File(), edits), err == nil
}
