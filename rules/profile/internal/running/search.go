package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// weaker are the values to fall back to where a service does not work under
// the one of the strict baseline, the strictest first.
var weaker = map[string][]string{
	"ProtectSystem":           {"full", "yes"},
	"ProtectHome":             {"read-only"},
	"UMask":                   {"0027", "0022"},
	"RestrictAddressFamilies": {"AF_INET AF_INET6 AF_UNIX AF_NETLINK"},
}

// A search looks for the largest working part of the strict baseline for one
// service: it tries all settings at once, and halves what does not work.
type search struct {
	*session
	service *service
	plain   string
	limit   time.Duration // of a probe
	kept    []setting
	dropped []row
	tries   int
}

// best searches for every service, and saves what it finds.
func (s *session) best(ctx context.Context) error {
	settings, err := s.strict(s.Version)
	if err != nil {
		return err
	}
	return s.each(ctx, s.jobs, func(ctx context.Context, v *service) error {
		plain, ok := s.plain(ctx, v)
		if !ok || s.resume && len(s.evidence.of(v.name, "best")) > 0 {
			return nil
		}
		first := s.works(ctx, v, plain, v.limit(), tries)
		if !first.ok {
			fmt.Printf("%-18s does not work in its plain unit: %s\n", v.name, oneLine(first.seen))
			return nil
		}
		s.evidence.set(v.name, "plain", []row{{setting: first.users, result: "ok", exposure: s.exposure(ctx, plain), seen: cause(first.seen)}})
		// Half of the trials break, and each of those takes the whole limit.
		search := &search{session: s, service: v, plain: plain, limit: 3*time.Second + 3*first.probe}
		good, bad := s.expected(v, inOrder(settings))
		search.add(ctx, good)
		for _, b := range bad {
			search.add(ctx, []setting{b})
		}
		search.refuse(ctx, settings)
		search.narrow(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return search.save(ctx)
	})
}

// inOrder are the settings in the order in which they are tried: a read-only
// file system after the private directories, which a service may then write.
func inOrder(settings []setting) []setting {
	return slices.SortedStableFunc(slices.Values(settings), func(a, b setting) int { return cmp.Compare(late(a), late(b)) })
}

func late(s setting) int {
	return slices.Index([]string{"ProtectSystem", "SystemCallFilter"}, s.key)
}

// expected splits the settings into those that may work together, and those
// that break the service under another version of systemd, as far as is known:
// what is expected to break is tried by itself.
func (s *session) expected(v *service, settings []setting) (good, bad []setting) {
	_, all, err := s.evidences()
	if err != nil {
		return settings, nil
	}
	for _, x := range settings {
		breaks := false
		for _, e := range all {
			breaks = breaks || slices.ContainsFunc(e.of(v.name, "drops"), func(r row) bool { return r.setting == x.String() })
		}
		if breaks {
			bad = append(bad, x)
		} else {
			good = append(good, x)
		}
	}
	return good, bad
}

// bears reports whether the service works under these settings.
func (s *search) bears(ctx context.Context, settings []setting, n int) outcome {
	s.tries++
	return s.works(ctx, s.service, withSettings(s.plain, settings), s.limit, n)
}

// add keeps as many of the settings as work together with those kept already.
func (s *search) add(ctx context.Context, settings []setting) {
	if len(settings) == 0 || ctx.Err() != nil {
		return
	}
	n := 1
	if len(settings) == 1 {
		n = 2
	}
	trial := append(slices.Clone(s.kept), settings...)
	o := s.bears(ctx, trial, n)
	switch {
	case o.ok:
		s.kept = trial
	case len(settings) > 1:
		s.add(ctx, settings[:len(settings)/2])
		s.add(ctx, settings[len(settings)/2:])
	default:
		s.drop(settings[0], o)
		for _, value := range s.fallbacks(settings[0]) {
			trial := append(slices.Clone(s.kept), setting{settings[0].key, value})
			if s.bears(ctx, trial, 1).ok {
				s.kept = trial
				return
			}
		}
	}
}

// fallbacks are the weaker values of a setting that does not work.
func (s *search) fallbacks(of setting) []string {
	if of.key == "CapabilityBoundingSet" {
		if granted := valueOf(s.plain, "AmbientCapabilities"); granted != "" {
			return []string{granted}
		}
	}
	return weaker[of.key]
}

func (s *search) drop(d setting, o outcome) {
	fmt.Printf("%-18s breaks with %s: %s\n", s.service.name, d, cause(o.seen))
	log := filepath.Join(s.dir, "logs-"+s.Version, s.service.name+"."+strings.ReplaceAll(d.String(), "/", "_")+".txt")
	if err := os.MkdirAll(filepath.Dir(log), 0o755); err == nil {
		_ = os.WriteFile(log, []byte(o.seen), 0o644)
	}
	s.dropped = append(s.dropped, row{trial: "drops", setting: d.String(), result: "breaks", seen: cause(o.seen)})
}

// refuse tries the system call groups that end the process once more, with
// refused calls that fail instead, and keeps what is more.
func (s *search) refuse(ctx context.Context, settings []setting) {
	isFilter := func(x setting) bool { return x.key == "SystemCallFilter" }
	var filters []setting
	for _, x := range settings {
		if isFilter(x) {
			filters = append(filters, x)
		}
	}
	with := func(xs []setting) (n int) {
		for _, x := range xs {
			if isFilter(x) {
				n++
			}
		}
		return n
	}
	if with(s.kept) == len(filters) {
		return
	}
	second := &search{session: s.session, service: s.service, plain: s.plain, limit: s.limit}
	second.kept = append(slices.DeleteFunc(slices.Clone(s.kept), isFilter), setting{"SystemCallErrorNumber", "EPERM"})
	second.add(ctx, filters)
	s.tries += second.tries
	if with(second.kept) > with(s.kept) {
		s.kept = second.kept
	}
}

// likely are the capabilities that daemons which start as root need most.
var likely = strings.Fields(`CAP_SETGID CAP_SETUID CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER CAP_KILL
	CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_NET_ADMIN CAP_NET_RAW CAP_SETPCAP CAP_SYS_RESOURCE`)

// narrow takes the capabilities away that a service does not need, where it
// does not work without any.
func (s *search) narrow(ctx context.Context) {
	if slices.ContainsFunc(s.kept, func(x setting) bool { return x.key == "CapabilityBoundingSet" }) {
		return
	}
	out, err := s.Shell(ctx, "systemd-analyze capability | awk '/^cap_/ { print toupper($1) }'", "", time.Minute)
	if err != nil {
		return
	}
	rare := slices.DeleteFunc(strings.Fields(out), func(c string) bool { return slices.Contains(likely, c) })
	needed := s.needed(ctx, rare, likely)
	needed = append(s.needed(ctx, likely, needed), needed...)
	if len(needed) < len(rare)+len(likely) && ctx.Err() == nil {
		s.kept = append(s.kept, setting{"CapabilityBoundingSet", strings.Join(needed, " ")})
	}
}

// needed are those of the candidates without which the service does not work
// while it has the capabilities of others.
func (s *search) needed(ctx context.Context, candidates, others []string) []string {
	bounds := setting{"CapabilityBoundingSet", strings.Join(others, " ")}
	if ctx.Err() != nil || s.bears(ctx, append(slices.Clone(s.kept), bounds), 1).ok {
		return nil
	}
	if len(candidates) == 1 {
		return candidates
	}
	half := len(candidates) / 2
	first := s.needed(ctx, candidates[:half], append(slices.Clone(others), candidates[half:]...))
	second := s.needed(ctx, candidates[half:], append(slices.Clone(others), first...))
	return append(first, second...)
}

// save tries what was kept once more, and each dropped setting alone, and
// saves all of it as evidence.
func (s *search) save(ctx context.Context) error {
	unit := withSettings(s.plain, s.kept)
	o := s.works(ctx, s.service, unit, s.service.limit(), tries)
	name := s.service.name
	best := row{setting: joined(s.kept), result: o.word(), exposure: s.exposure(ctx, unit), seen: cause(o.seen)}
	fmt.Printf("%-18s best: %s, exposure %s, %d of the settings break it, %d trials\n", name, best.result, best.exposure, len(s.dropped), s.tries)
	var alone []row
	for _, d := range s.dropped {
		o := s.works(ctx, s.service, withSettings(s.plain, []setting{parseSetting(d.setting)}), s.limit, 2)
		alone = append(alone, row{setting: d.setting, result: o.word(), seen: cause(o.seen)})
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for trial, rows := range map[string][]row{"best": {best}, "drops": s.dropped, "alone": alone} {
		if err := s.evidence.save(name, trial, rows); err != nil {
			return err
		}
	}
	return nil
}

// one tries every service with some settings added to its plain unit.
func (s *session) one(ctx context.Context, texts []string) error {
	var settings []setting
	for _, t := range texts {
		settings = append(settings, parseSetting(t))
	}
	return s.each(ctx, s.jobs, func(ctx context.Context, v *service) error {
		plain, ok := s.plain(ctx, v)
		if !ok {
			return nil
		}
		o := s.works(ctx, v, withSettings(plain, settings), v.limit(), tries)
		fmt.Printf("%-18s %s %s\n", v.name, o.word(), cause(o.seen))
		return nil
	})
}
