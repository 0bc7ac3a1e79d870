package host

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
)

// WaitOnlineConflict reports a mask that conflicts with a definition of NixOS.
var WaitOnlineConflict = &lint.Rule{Page: lint.ReadPage(pages, "wait-online-conflict"), Host: checkWaitOnline}

func checkWaitOnline(p *lint.Pass, h *nixos.Host) {
	d := waitOnlineClash(h)
	if d == nil {
		return
	}
	path := strings.Split(waitOnline, ".")
	draft := p.AtOption(h, d, path).Place(d.Binding.Place()).
		Note("NixOS sets %s to true, so evaluation fails", waitOnlineMask).
		Help("set `%s = false`", waitOnline)
	if edits := fix.AddAbove(d.Binding, path, false); edits != nil {
		draft.Fix(lint.Fix{Title: "add `" + waitOnline + " = false`", Applicability: lint.Safe, Edits: edits})
	}
	draft.Reportf("systemd-networkd-wait-online: enable conflicts with the value of NixOS")
}
