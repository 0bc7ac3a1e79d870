package host

import (
	"errors"
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// HostWeaker reports each setting of a host that is weaker than a baseline requires.
var HostWeaker = &lint.Rule{Page: lint.ReadPage(pages, "host-weaker"), Host: checkWeaker}

func checkWeaker(p *lint.Pass, host *nixos.Host) {
	eachParagraph(p, host, func(h *hostView, _ string, rs []profile.Requirement) {
		for _, r := range rs {
			if h.standing(&r) == unit.Weaker && !h.isNull(&r) {
				h.reportWeaker(p, &r)
			}
		}
	})
}

func (h *hostView) reportWeaker(p *lint.Pass, r *profile.Requirement) {
	o := h.option(r)
	rs := []profile.Requirement{*r}
	d := p.AtOption(h.Host, o.LastReported(), paths(rs)...).Help("set it to %s", bound(r)).Explain(rs, nil)
	noteWatchdog(d, rs)
	if !r.Baseline.Named && h.isNear(r) {
		d.As(lint.Info)
	}
	risk := profile.RiskOf(r)
	edits, err := h.strengthen(r, o)
	if err != nil {
		d.Note("not fixed automatically: %v", err)
	} else {
		d.Fix(lint.Fix{Title: "replace with `" + r.Text(nil) + "`", Applicability: lint.SafeUnless(risk), Breaks: risk, Edits: edits})
	}
	d.Reportf("%s: weaker than required by the `%s` baseline", o, r.Baseline.Name)
}

// isNear reports whether a watchdog time is at most twice the required one: which of
// the two is right is a matter of taste, and the host has made its choice.
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

// isNull reports whether the option is null, which another rule reports.
func (h *hostView) isNull(r *profile.Requirement) bool {
	set, ok := h.option(r).Value()
	if !ok {
		return false
	}
	_, null := h.Evaluator().Force(set).(*eval.Null)
	return null
}

// bound is the required value as a message gives it.
func bound(r *profile.Requirement) string {
	if _, ok := profile.ManagerKey(r.Path); ok {
		return "at most `" + r.Text(nil) + "`"
	}
	return "`" + r.Text(nil) + "`"
}

func (h *hostView) strengthen(r *profile.Requirement, o *nixos.Option) ([]lint.FileEdit, error) {
	if len(o.Defs) != 1 {
		return nil, errors.New("several places set it")
	}
	node, err := o.Defs[0].ValueNode()
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
		have, _ := h.Evaluator().KnownStrings(o.Defs[0].Value)
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
	return lint.EditsIn(node.File(), edits), nil
}
