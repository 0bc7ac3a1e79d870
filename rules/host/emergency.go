package host

import (
	"fmt"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// EmergencySuppressed reports that the first stage's emergency units are
// suppressed on releases where a reboot after a failure hangs off them.
var EmergencySuppressed = &lint.Rule{
	Page: lint.ReadPage(pages, "emergency-suppressed"),
	Check: func(p *lint.Pass) {
		for _, h := range p.Project.Hosts() {
			if h.ReleaseKnown && !h.Release.Before(nixos.Release{Year: 26, Month: 5}) && kernelParam(h, panicOnFail...) == eval.Yes {
				checkSuppressed(p, h)
			}
		}
	},
}

func checkSuppressed(p *lint.Pass, h *nixos.Host) {
	o := h.Option("boot", "initrd", "systemd", "suppressedUnits")
	for _, d := range o.Defs {
		var elems []nixast.Node
		list := h.Evaluator().List(d.Value)
		if list == nil {
			continue
		}
		for _, item := range list.Items {
			s, ok := h.Evaluator().Force(item.Value).(*eval.String)
			if !ok {
				continue
			}
			if text, ok := s.Text(); ok && (text == "emergency.service" || text == "emergency.target") {
				elems = append(elems, s.Origin())
			}
		}
		if len(elems) == 0 {
			continue
		}
		f := lint.Finding{
			Message: fmt.Sprintf("NixOS %s reboots after a failed first stage through emergency.target; suppressing it leaves the boot standing still", h.Release),
			Notes: []lint.Note{{Label: "why",
				Text: "panic-on-fail.service is wanted by emergency.target, and OnFailure=emergency.target of the first stage would point at nothing"}},
			About: unit.Options(h, o.Path),
			Fixes: removeElements(elems),
		}
		f.File, f.Span = unit.ValuePlace(d)
		p.Report(f)
	}
}

func removeElements(elems []nixast.Node) []lint.Fix {
	x := lint.Fix{
		Title: "suppress them no longer", Applicability: lint.Unsafe,
		Breaks: "the units are there again; no shell is offered as long as boot.initrd.systemd.emergencyAccess is off",
	}
	var edits []emit.Edit
	for _, n := range elems {
		if n.IsZero() || n.Parent().Kind() != nixast.List || n.File() != elems[0].File() {
			return nil
		}
		one, err := emit.New(n.File()).RemoveElement(n)
		if err != nil {
			return nil
		}
		edits = append(edits, one...)
	}
	x.Edits = lint.In(elems[0].File(), fix.Joined(edits))
	return []lint.Fix{x}
}
