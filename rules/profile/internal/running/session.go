package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"wardnix/rules/internal/machine"
)

//go:embed machine.sh
var machineScript string

//go:embed trial.sh
var trialScript string

// tries are how often a service has to fail before it counts as broken.
const tries = 3

// A session is a booted machine, the services that can be tried on it, and
// what was seen.
type session struct {
	*options
	*machine.Machine
	wardnix  string
	services []*service
	evidence *evidence
}

// open boots the machine of a suite and sets the services up in it.
func (o *options) open(ctx context.Context, suite string, services []*service) (*session, error) {
	program, err := o.program(ctx)
	if err != nil {
		return nil, err
	}
	m, err := machine.Boot(ctx, o.rootOf(suite), filepath.Join(o.dir, suite+".log"))
	if err != nil {
		return nil, err
	}
	if out, err := m.Shell(ctx, machineScript, "", time.Minute); err != nil {
		m.Halt()
		return nil, fmt.Errorf("%s: %w\n%s", suite, err, out)
	}
	s := &session{options: o, Machine: m, wardnix: program}
	if s.evidence, err = readEvidence(o.evidenceFile(m.Version)); err != nil {
		m.Halt()
		return nil, err
	}
	s.evidence.describe(ctx, s, suite)
	packages, err := s.packages(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range services {
		if version, ok := v.version(packages); ok {
			s.services = append(s.services, v)
			s.evidence.set(v.name, "version", []row{{result: "ok", seen: version}})
		} else {
			s.evidence.set(v.name, "version", []row{{result: "absent"}})
		}
	}
	return s, s.setUp(ctx)
}

func (s *session) close() { s.Halt() }

// program is the wardnix to try: that of --wardnix, or one built from the checkout.
func (o *options) program(ctx context.Context) (string, error) {
	if o.wardnix != "" {
		return filepath.Abs(o.wardnix)
	}
	path := filepath.Join(o.dir, "wardnix")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/wardnix")
	cmd.Dir = o.checkout
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// packages are the versions of the packages that the machine has.
func (s *session) packages(ctx context.Context) (map[string]string, error) {
	out, err := s.Shell(ctx, `dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n'`, "", time.Minute)
	versions := map[string]string{}
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "installed" {
			versions[f[1]] = f[2]
		}
	}
	return versions, err
}

// version is that of the service's first package, if the machine has all of
// them. A package can be one of several: "tomcat10|tomcat11".
func (s *service) version(packages map[string]string) (version string, ok bool) {
	for _, names := range s.packages {
		found := ""
		for name := range strings.SplitSeq(names, "|") {
			found = cmp.Or(found, packages[name])
		}
		if found == "" {
			return "", false
		}
		version = cmp.Or(version, found)
	}
	return version, true
}

// setUp writes the scripts of the services into the machine, and runs the
// setups that are new or changed.
func (s *session) setUp(ctx context.Context) error {
	return s.each(ctx, 1, func(ctx context.Context, v *service) error {
		dir := filepath.Join(s.Root, "h/services", v.name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for name, text := range map[string]string{"before.sh": v.before, "probe.sh": v.probe, "after.sh": v.after} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
		script := v.setup
		if v.user != "" {
			script = fmt.Sprintf("getent group %[2]s >/dev/null || groupadd -r %[2]s\nid %[1]s >/dev/null 2>&1 || useradd -r -g %[2]s %[1]s\n", v.user, v.group) + script
		}
		done := filepath.Join(dir, "setup.done")
		if old, err := os.ReadFile(done); err == nil && string(old) == script {
			return nil
		}
		if out, err := s.Shell(ctx, script, "", 2*time.Minute); err != nil {
			fmt.Printf("%-18s the setup fails: %v: %s\n", v.name, err, tail(out, 400))
			return nil
		}
		return os.WriteFile(done, []byte(script), 0o644)
	})
}

// each calls f for every service, jobs at a time, and returns the first error.
func (s *session) each(ctx context.Context, jobs int, f func(context.Context, *service) error) error {
	queue := make(chan *service)
	var group sync.WaitGroup
	var once sync.Once
	var first error
	for range jobs {
		group.Go(func() {
			for v := range queue {
				if err := f(ctx, v); err != nil {
					once.Do(func() { first = fmt.Errorf("%s: %w", v.name, err) })
				}
			}
		})
	}
	for _, v := range s.services {
		if ctx.Err() == nil {
			queue <- v
		}
	}
	close(queue)
	group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return first
}

// An outcome is what one trial of a service showed.
type outcome struct {
	ok    bool
	probe time.Duration // how long it took until the probe succeeded
	stop  time.Duration // how long the stop took
	users string        // whom its processes belong to
	seen  string        // why it is broken
}

// hangs reports that the service did not stop when it was stopped.
func (o outcome) hangs() bool { return o.stop > 8*time.Second }

// try starts the unit once, and probes it for as long as limit.
func (s *session) try(ctx context.Context, v *service, unit string, limit time.Duration) outcome {
	out, err := s.Shell(ctx, trialScript, unit, 4*time.Minute, v.name, fmt.Sprint(int(limit.Seconds()+1)))
	lines := strings.SplitN(out, "\n", 6)
	if len(lines) < 6 {
		return outcome{seen: fmt.Sprint("the trial failed: ", err, " ", out)}
	}
	o := outcome{ok: lines[0] == "ok", probe: milliseconds(lines[1]), stop: milliseconds(lines[2]), users: lines[4]}
	if !o.ok {
		o.seen = strings.TrimSpace(lines[5])
	} else if o.hangs() {
		o.seen = "does not stop: " + strings.TrimSpace(lines[3])
	}
	return o
}

func milliseconds(text string) time.Duration {
	n, _ := strconv.Atoi(text)
	return time.Duration(n) * time.Millisecond
}

// works tries the unit up to n times, until it works. A service that stops as it should in its plain unit must
// stop under the fixes, too.
func (s *session) works(ctx context.Context, v *service, unit string, limit time.Duration, n int) outcome {
	var o outcome
	for range n {
		o = s.try(ctx, v, unit, min(limit, v.limit()))
		if o.ok && o.hangs() && !s.evidence.hangs(v.name) {
			o.ok = false
		}
		if plain := s.evidence.users(v.name); o.ok && o.users == "root" && plain != "" && plain != "root" {
			o.ok, o.seen = false, "stays root, and was "+plain
		}
		if o.ok || ctx.Err() != nil {
			return o
		}
	}
	return o
}

// exposure is what systemd-analyze security of the machine prints for a unit.
func (s *session) exposure(ctx context.Context, unit string) string {
	script := `d=$(mktemp -d); cat >$d/x.service; systemd-analyze security --offline=yes --no-pager $d/x.service; rm -r $d`
	out, _ := s.Shell(ctx, script, unit, time.Minute)
	for line := range strings.Lines(out) {
		if _, rest, ok := strings.Cut(line, "exposure level for x.service: "); ok {
			value, _, _ := strings.Cut(rest, " ")
			return value
		}
	}
	return ""
}

// plain is the unit of the service as it is before any fix, and whether it was
// seen to work.
func (s *session) plain(ctx context.Context, v *service) (string, bool) {
	unit, err := s.variant(ctx, v, variants[0])
	if err != nil {
		fmt.Println(v.name, err)
		return "", false
	}
	rows := s.evidence.of(v.name, "plain")
	return unit, slices.ContainsFunc(rows, func(r row) bool { return r.result == "ok" })
}
