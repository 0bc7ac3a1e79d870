package rules

import (
	"cmp"
	"fmt"
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// emergencySuppressed reports that the first stage's emergency units are
// suppressed on releases where a reboot after a failure hangs off them.
func emergencySuppressed() *lint.Rule {
	return &lint.Rule{
		ID: "H003", Name: "emergency-suppressed", Since: "0.1.0", Severity: lint.Warning,
		Title: "suppressing the first stage's emergency units keeps a failed boot from rebooting",
		Text: `From NixOS 26.05 on systemd runs the first stage of the boot. What reboots the machine after a
failure there is the service ` + "`panic-on-fail`" + `, which ` + "`emergency.target`" + ` starts when the kernel parameter
` + "`boot.panic_on_fail`" + ` asks for it (` + "`panic=1`" + ` then makes the panic a reboot). Without that target the failed boot
stands still. No
shell is offered there as long as ` + "`boot.initrd.systemd.emergencyAccess`" + ` is off, which is the default.`,
		WhenNot: "Where a machine should rather stand still than reboot.",
		Before: `{
  boot.kernelParams = [ "panic=1" "boot.panic_on_fail" ];
  boot.initrd.systemd.suppressedUnits = [
    "emergency.service"
    "emergency.target"
    "rescue.target"
  ];
}
`,
		After: `{
  boot.kernelParams = [ "panic=1" "boot.panic_on_fail" ];
  boot.initrd.systemd.suppressedUnits = [
    "rescue.target"
  ];
}
`,
		Options:    lint.Options{Release: "26.05"},
		References: []string{"nixos/modules/system/boot/systemd/initrd.nix (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			for _, h := range p.Project.Hosts() {
				if h.ReleaseKnown && !h.Release.Before(nixos.Release{Year: 26, Month: 5}) && kernelParam(h, panicOnFail...) == eval.Yes {
					checkSuppressed(p, h)
				}
			}
		},
	}
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
			Directives: []string{o.String()},
			Fixes:      removeElements(elems),
		}
		f.File, f.Span = valuePlace(d)
		p.Report(f)
	}
}

func removeElements(elems []nixast.Node) []lint.Fix {
	fix := lint.Fix{
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
	fix.Edits = lint.In(elems[0].File(), joined(edits))
	return []lint.Fix{fix}
}

// joined are the edits with those that take overlapping text out made one.
func joined(edits []emit.Edit) []emit.Edit {
	edits = slices.SortedFunc(slices.Values(edits), func(a, b emit.Edit) int { return cmp.Compare(a.Start, b.Start) })
	var out []emit.Edit
	for _, e := range edits {
		if n := len(out) - 1; n >= 0 && e.Start < out[n].End && e.New == "" && out[n].New == "" {
			out[n].End = max(out[n].End, e.End)
			continue
		}
		out = append(out, e)
	}
	return out
}
