package contradiction

import (
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// NotifyWithoutUnix reports services that must notify systemd and cannot.
var NotifyWithoutUnix = &lint.Rule{Page: lint.ReadPage(pages, "notify-without-unix"), Unit: ofSystem(checkNotify)}

func checkNotify(p *lint.Pass, u *unit.Unit) {
	all, set := u.Settings("Service", "RestrictAddressFamilies")
	if !set || u.Allows("AF_UNIX") != value.No {
		return
	}
	by, ok := u.Notifies()
	if !ok || !u.Together(append(all, by)...) ||
		slices.ContainsFunc(u.Commands(), func(c unit.Command) bool { return c.Main() && c.Outside }) {
		return
	}
	what, consequence := "Type="+by.Text, "the start times out"
	if by.Key == "WatchdogSec" {
		what, consequence = by.Key, "the watchdog kills the service"
	}
	p.At(u, unit.Setting{Line: all[0].WholeLine()}, by).Concerns(u.About(by.Key)...).
		Note("the service notifies systemd over an AF_UNIX socket; without it, %s", consequence).
		Fix(addUnix(u, all[0])...).
		Reportf("%s requires AF_UNIX, which RestrictAddressFamilies omits", what)
}

// addUnix adds AF_UNIX to the list that one place alone writes.
func addUnix(u *unit.Unit, at unit.Setting) []lint.Fix {
	d := at.Def
	if len(u.Directive("Service", "RestrictAddressFamilies").Defs) != 1 || d.When != nil || d.Maybe != nil {
		return nil
	}
	node, err := d.ValueNode()
	if err != nil || node.Unparen().Kind() != nixast.List {
		return nil
	}
	edits, err := emit.New(node.File()).Append(node.Unparen(), "AF_UNIX")
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: "add `AF_UNIX`", Applicability: lint.Safe, Edits: lint.EditsIn(node.File(), edits)}}
}
