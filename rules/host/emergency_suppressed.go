package host

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// EmergencySuppressed reports that the emergency units of stage 1 are suppressed on
// releases where the reboot after a failure depends on them.
var EmergencySuppressed = &lint.Rule{Page: lint.ReadPage(pages, "emergency-suppressed"), Host: checkSuppressed}

func checkSuppressed(p *lint.Pass, h *nixos.Host) {
	if !h.ReleaseKnown || h.Release.Before(nixos.Release{Year: 26, Month: 5}) || kernelParam(h, panicOnFail...) != eval.Yes {
		return
	}
	o := h.Option("boot", "initrd", "systemd", "suppressedUnits")
	for _, d := range o.Defs {
		if elems := emergencyUnits(h, d); len(elems) > 0 {
			p.AtOption(h, d, o.Path).
				Note("emergency.target starts panic-on-fail.service, which reboots the machine; in stage 1, OnFailure=emergency.target would name a unit that does not exist").
				Fix(removeElements(elems)...).
				Reportf("%s: a failed boot hangs instead of rebooting", o)
		}
	}
}

// emergencyUnits are the elements of a list that name emergency units.
func emergencyUnits(h *nixos.Host, d *nixos.Def) []nixast.Node {
	list := h.Evaluator().List(d.Value)
	if list == nil {
		return nil
	}
	var elems []nixast.Node
	for _, item := range list.Items {
		s, ok := h.Evaluator().Force(item.Value).(*eval.String)
		if !ok {
			continue
		}
		if text, ok := s.Text(); ok && (text == "emergency.service" || text == "emergency.target") {
			elems = append(elems, s.Origin())
		}
	}
	return elems
}

func removeElements(elems []nixast.Node) []lint.Fix {
	x := lint.Fix{
		Title: "remove the emergency units", Applicability: lint.Unsafe,
		Breaks: "the units exist again; they offer no shell while boot.initrd.systemd.emergencyAccess is off",
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
	x.Edits = lint.EditsIn(elems[0].File(), fix.JoinEdits(edits))
	return []lint.Fix{x}
}
