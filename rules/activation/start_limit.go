package activation

import (
	"slices"
	"time"

	"wardnix/lint"
	"wardnix/lint/nixos"
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
	burst, interval, at, ok := startLimit(u)
	delay, _, known := span(u, "Service", "RestartSec", defaultRestart)
	if !ok || !known {
		return
	}
	kind, isOneshot := u.Is("Type", "oneshot")
	between := time.Duration(burst) * delay
	switch {
	case at.Def == nil && isOneshot && kind.When == nil && between >= interval:
		reportRetried(p, u, restart, between, interval)
	case at.Def == nil:
	case between >= interval:
		p.At(u, at).Note("%d starts that are RestartSec apart take %s, and the interval is %s", burst+1, between, interval).
			Help("set StartLimitIntervalSec to more than %s", between).
			Reportf("restarts never reach the start limit, so the unit is restarted forever")
	case burst == 1:
		p.At(u, at).As(lint.Info).Note("a restart is the second start of the unit").
			Reportf("the start limit refuses a restart within %s of the start", interval)
	}
}

// startLimit is how many starts are allowed in which time, and where the project sets that,
// if it does; ok is false if there is no limit or it is not known.
func startLimit(u *unit.Unit) (burst uint64, interval time.Duration, at unit.Setting, ok bool) {
	burst, atBurst, knownBurst := limit(u, "StartLimitBurst")
	interval, atInterval, knownInterval := span(u, "Unit", "StartLimitIntervalSec", defaultInterval)
	if at = atBurst; at.Def == nil {
		at = atInterval
	}
	switch {
	case !knownBurst || !knownInterval, burst == 0 || burst > unlimited, interval == 0 || interval == value.Infinite:
		return 0, 0, at, false
	case atBurst.Def == nil || atInterval.Def == nil:
		return burst, interval, at, !changesLimits(u)
	}
	return burst, interval, at, true
}

// reportRetried reports a service of Type=oneshot that does not reach the default limit. A
// daemon that is restarted forever is what people want; a task with OnFailure is not.
func reportRetried(p *lint.Pass, u *unit.Unit, restart unit.Setting, between, interval time.Duration) {
	d := p.At(u, restart).As(lint.Info)
	if onFailure := u.Dependencies("Unit", "OnFailure"); len(onFailure) > 0 && onFailure[0].When == nil {
		d.As(lint.Warning).Note("%s", onEachFailure(u))
	}
	d.Note("the limit is %d starts within %s, and that many attempts take %s", defaultBurst, interval, between).
		Help("set StartLimitIntervalSec to more than %s, or to 0 if it should be retried forever", between).
		Reportf("the service is retried forever, and never enters the failed state")
}

// onEachFailure says when OnFailure is started while the unit is restarted. systemd 254
// introduced RestartMode=, with "normal" as the default: a failed attempt is a failure.
func onEachFailure(u *unit.Unit) string {
	if _, direct := u.Is("RestartMode", "direct"); direct || u.Version < 254 {
		return "OnFailure is not started by an attempt that is followed by another"
	}
	return "OnFailure is started after each failed attempt"
}

// changesLimits reports whether the host has other defaults, or may have
// (systemd-system.conf(5)). Lines are derived before rules run: the configuration may be
// evaluated together with other units, in parallel.
func changesLimits(u *unit.Unit) bool {
	return slices.ContainsFunc(u.Host.Confs, func(conf *nixos.Unit) bool {
		return conf.Name == "system.conf" && conf.Scope == u.Scope && slices.ContainsFunc(conf.Lines(), func(l nixos.Line) bool {
			return l.Key == "" && conf.Style == nixos.ConfStyle || slices.Contains(defaults, l.Key)
		})
	})
}

// defaults are the settings of the manager that give units other limits.
var defaults = []string{"DefaultStartLimitBurst", "DefaultStartLimitIntervalSec", "DefaultStartLimitInterval", "DefaultRestartSec"}

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
