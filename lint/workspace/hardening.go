package workspace

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
	"wardnix/rules/profile"
)

// servicesOf is the number of services that findings are about: a service of several
// hosts in one finding counts once.
func servicesOf(found ...lint.Finding) int {
	n := 0
	for _, f := range found {
		seen := map[string]bool{}
		for _, r := range f.Units {
			seen[r.Unit] = true
		}
		n += len(seen)
	}
	return n
}

// hardening says what the suggestions that were set aside would come to.
func (l *linter) hardening() report.Hardening {
	found := l.suggested
	if len(found) == 0 {
		return report.Hardening{}
	}
	out := report.Hardening{Services: servicesOf(found...), Show: "wardnix lint" + l.requiring(found) + arguments(l.opts.Paths)}
	var now, then security.Exposure
	for _, f := range found {
		if f.Exposure != nil {
			n := servicesOf(f)
			out.Known += n
			now, then = now+security.Exposure(n)*f.Exposure.Now, then+security.Exposure(n)*f.Exposure.Safe
		}
	}
	if n := security.Exposure(out.Known); n > 0 {
		out.Now, out.Safe = (now+n/2)/n, (then+n/2)/n
	}
	safe := func(f lint.Finding) bool {
		if f.Exposure != nil && f.Exposure.Safe == f.Exposure.Now {
			return false // to look for its safe fixes is dear, and they would not lower the exposure
		}
		if f.Full != nil {
			f = f.Full()
		}
		return len(f.Fixes) > 0 && f.Fixes[0].Applicability == lint.Safe
	}
	if slices.ContainsFunc(l.cheapestFirst(found), safe) {
		out.Apply = out.Show + " --write"
	}
	return out
}

// cheapestFirst are findings by how many hosts are to be evaluated again for their fixes.
func (l *linter) cheapestFirst(found []lint.Finding) []lint.Finding {
	free := map[string]bool{}
	for _, h := range l.Project.Hosts() {
		free[h.Name] = h.IsFree()
	}
	cost := func(f *lint.Finding) int {
		n := 0
		for _, r := range f.Units {
			if free[r.Host] {
				n++
			}
		}
		return n
	}
	return slices.SortedStableFunc(slices.Values(found), func(a, b lint.Finding) int { return cost(&a) - cost(&b) })
}

// naming are the baselines to name for suggestions to become findings.
func (w *Workspace) naming() []string {
	if w.generic() {
		return w.Main.Baseline
	}
	return append(slices.Clone(w.Main.Baseline), "light")
}

// generic reports whether a baseline that is for any service is named.
func (w *Workspace) generic() bool {
	return slices.ContainsFunc(w.baselines, func(b *profile.Baseline) bool {
		return b.Named && len(b.Requirements(nixos.Release{}).Generic) > 0
	})
}

// requiring are the flags by which suggestions are reported. If the project names a
// baseline for any service, what is left is reported only if the rule is selected.
func (w *Workspace) requiring(found []lint.Finding) string {
	if w.generic() {
		return " --select " + found[0].Rule.ID
	}
	return " --baseline " + strings.Join(w.naming(), ",")
}

// hardener is the linter if the project names a baseline for every service.
func (l *linter) hardener() *lint.Linter {
	h := *l.Linter
	if all, err := l.readBaselines(l.naming()); err == nil { // else a file changed meanwhile
		h.Baselines = all
	}
	return &h
}

// plainWord matches what a shell takes as it is.
var plainWord = regexp.MustCompile(`^[\w@%+=:,./][\w@%+=:,./-]*$`)

// arguments are paths as a command line has them, each after a space.
func arguments(paths []string) string {
	var b strings.Builder
	for _, p := range paths {
		if !plainWord.MatchString(p) {
			p = "'" + strings.ReplaceAll(p, "'", `'\''`) + "'"
		}
		b.WriteString(" " + p)
	}
	return b.String()
}
