package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
)

// TimerRunsOnce reports timers whose service stays active, so that it is not started
// again.
var TimerRunsOnce = &lint.Rule{Page: lint.ReadPage(pages, "timer-runs-once"), Part: checkTimerRunsOnce}

// repeating are the triggers of a timer that come again (systemd.timer(5)).
var repeating = []string{"OnCalendar", "OnUnitActiveSec", "OnUnitInactiveSec"}

func checkTimerRunsOnce(p *lint.Pass, part *unit.Part) {
	for _, u := range part.Units {
		if u.Type() != "timer" || !standsAlone(u) || !repeats(u) {
			continue
		}
		name, _, ok := triggered(u)
		if !ok {
			continue
		}
		service := peer(part, u, name)
		if service == nil || service.IsOverride() {
			continue
		}
		at, on := service.On("RemainAfterExit")
		if !on || at.When != nil {
			continue
		}
		p.At(service, at).
			See(lintPlace(u)).
			Note("systemd does not start a unit that is active already, so %s has an effect only once", u.Name).
			Fix(fix.Remove(service, "remove RemainAfterExit", "what waits for the unit to be active", at)...).
			Reportf("the timer starts it only once, because it stays active")
	}
}

// repeats reports whether a timer elapses more than once for certain.
func repeats(u *unit.Unit) bool {
	return slices.ContainsFunc(repeating, func(key string) bool {
		all, ok := u.Settings("Timer", key)
		return ok && slices.ContainsFunc(all, func(s unit.Setting) bool { return s.Text != "" && s.When == nil })
	})
}
