package activation

import (
	"time"

	"wardnix/lint"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// StartLimit reports limits on starts that restarts never reach, or reach at once.
var StartLimit = &lint.Rule{Page: lint.ReadPage(pages, "start-limit"), Unit: checkStartLimit}

// Defaults of systemd-system.conf(5) and systemd.service(5).
const (
	defaultBurst    = 5
	defaultInterval = 10 * time.Second
	defaultRestart  = 100 * time.Millisecond
	unlimited       = 1000 // the number of starts that is meant to be never reached
)

func checkStartLimit(p *lint.Pass, u *unit.Unit) {
	restart, ok := u.Is("Restart", "always", "on-failure", "on-abnormal", "on-abort", "on-watchdog", "on-success")
	if !ok || restart.When != nil || !u.OfSystem() || !u.Complete() || !u.Lacks("Service", "RestartSteps", "RestartMaxDelaySec") {
		return
	}
	burst, atBurst, ok1 := limit(u, "StartLimitBurst")
	interval, atInterval, ok2 := span(u, "Unit", "StartLimitIntervalSec", defaultInterval)
	delay, _, ok3 := span(u, "Service", "RestartSec", defaultRestart)
	at := atBurst
	if at.Def == nil {
		at = atInterval
	}
	if !ok1 || !ok2 || !ok3 || at.Def == nil || burst == 0 || burst > unlimited || interval == 0 || interval == value.Infinite {
		return // no limit, or one that the unit does not set
	}
	switch between := time.Duration(burst) * delay; {
	case between >= interval:
		p.At(u, at).Note("%d starts that are RestartSec apart take %s, and the interval is %s", burst+1, between, interval).
			Help("set StartLimitIntervalSec to more than %s", between).
			Reportf("restarts never reach the start limit, so the unit never fails")
	case burst == 1:
		p.At(u, at).As(lint.Info).Note("a restart is the second start of the unit").
			Reportf("the start limit refuses a restart within %s of the start", interval)
	}
}

// limit is a number of [Unit], and where the project sets it; ok is false if it is not
// known.
func limit(u *unit.Unit, key string) (n uint64, at unit.Setting, ok bool) {
	if u.Lacks("Unit", key) && u.Lacks("Service", key) {
		return defaultBurst, at, true
	}
	at, ok = u.Setting("Unit", key)
	if !ok || at.When != nil {
		return 0, at, false
	}
	n, ok = value.ParseUint(at.Text, 0, 1<<32-1)
	return n, at, ok
}

// span is a duration, likewise.
func span(u *unit.Unit, section, key string, byDefault time.Duration) (d time.Duration, at unit.Setting, ok bool) {
	if u.Lacks(section, key) {
		return byDefault, at, true
	}
	at, ok = u.Setting(section, key)
	if !ok || at.When != nil {
		return 0, at, false
	}
	d, ok = value.ParseSpan(at.Text)
	return d, at, ok
}
