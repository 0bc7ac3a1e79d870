package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A row is one line of the evidence: what a trial of a service showed.
type row struct {
	service string
	// trial is what was tried: "plain" and the other variants; "best", the
	// largest working part of the strict baseline, with a row "drops" for each
	// setting that is not in it; "alone", one dropped setting without the
	// others; "proven", the proven baseline; "harden", NixOS's unit with what gen
	// harden adds; "version", the package's version.
	trial string
	// setting is what was added to the plain unit, see [joined]; of "plain", the
	// users of the processes; of "harden", what was added to NixOS's unit.
	setting string
	// result is "ok", "breaks", or "absent" for a daemon that the suite lacks.
	result   string
	exposure string // as systemd-analyze security prints it
	seen     string // why it is broken
}

func (r row) fields() []string {
	return []string{r.service, r.trial, r.setting, r.result, r.exposure, r.seen}
}

// evidence is what was seen under one version of systemd: a file of tab
// separated lines, headed by comments that say where.
type evidence struct {
	mu   sync.Mutex
	file string
	head []string
	rows []row
}

// evidenceFile is where the evidence for a version of systemd is kept.
func (o *options) evidenceFile(version string) string {
	return filepath.Join(o.checkout, "rules/profile/evidence", "systemd-"+version+".tsv")
}

func readEvidence(file string) (*evidence, error) {
	e := &evidence{file: file}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	} else if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if comment, ok := strings.CutPrefix(line, "# "); ok {
			e.head = append(e.head, comment)
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 6 {
			return nil, fmt.Errorf("%s: a line has %d fields, not 6: %s", file, len(f), line)
		}
		if f[0] != "service" {
			e.rows = append(e.rows, row{f[0], f[1], f[2], f[3], f[4], f[5]})
		}
	}
	return e, nil
}

// describe says in the head where the evidence was seen.
func (e *evidence) describe(ctx context.Context, s *session, suite string) {
	systemd, _ := s.Shell(ctx, `systemctl --version | head -n 1; . /etc/os-release; echo "$PRETTY_NAME"; uname -r`, "", 20*time.Second)
	lines := strings.Split(strings.TrimSpace(systemd), "\n")
	if len(lines) < 3 {
		return
	}
	kernel, _, _ := strings.Cut(lines[2], "-")
	e.head = []string{lines[0], lines[1] + " (" + suite + "), Linux " + kernel, time.Now().UTC().Format(time.DateOnly)}
}

// of are the rows of a service's trial.
func (e *evidence) of(service, trial string) []row {
	e.mu.Lock()
	defer e.mu.Unlock()
	var some []row
	for _, r := range e.rows {
		if r.service == service && r.trial == trial {
			some = append(some, r)
		}
	}
	return some
}

// hangs reports that a service does not stop in its plain unit.
func (e *evidence) hangs(service string) bool {
	return slices.ContainsFunc(e.of(service, "plain"), func(r row) bool { return r.seen == cause("does not stop") })
}

// users are whom the processes of a service belong to in its plain unit.
func (e *evidence) users(service string) string {
	for _, r := range e.of(service, "plain") {
		return r.setting
	}
	return ""
}

// set replaces the rows of a service's trial.
func (e *evidence) set(service, trial string, rows []row) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rows = slices.DeleteFunc(e.rows, func(r row) bool { return r.service == service && r.trial == trial })
	for _, r := range rows {
		r.service, r.trial = service, trial
		e.rows = append(e.rows, r)
	}
}

// save replaces the rows of a service's trial, and writes the file, if there is one.
func (e *evidence) save(service, trial string, rows []row) error {
	e.set(service, trial, rows)
	if e.file == "" {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	slices.SortStableFunc(e.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(trialOrder(a.trial), trialOrder(b.trial)))
	})
	var b strings.Builder
	for _, line := range e.head {
		b.WriteString("# " + line + "\n")
	}
	b.WriteString("service\ttrial\tsetting\tresult\texposure\tseen\n")
	for _, r := range e.rows {
		r.seen = oneLine(r.seen)
		b.WriteString(strings.Join(r.fields(), "\t") + "\n")
	}
	if err := os.MkdirAll(filepath.Dir(e.file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(e.file+"~", []byte(b.String()), 0o644); err != nil {
		return err
	}
	return os.Rename(e.file+"~", e.file) // the other machine's search reads it meanwhile
}

func trialOrder(trial string) int {
	return slices.Index([]string{"version", "plain", "safe", "unsafe", "strict-safe", "strict", "best", "drops", "alone", "proven", "harden"}, trial)
}

// oneLine is a text as a field of the evidence.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
}
