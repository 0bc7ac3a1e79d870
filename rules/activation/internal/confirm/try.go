package main

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"wardnix/rules/internal/machine"
)

//go:embed prelude.sh
var prelude string

// A sighting is what one systemd showed.
type sighting struct {
	about  string // the version, the distribution and the day
	system int    // the version
	failed int
}

// jobs is how many cases are tried at a time. They mostly wait.
const jobs = 6

// try boots a root directory, which is made if there is none, and tries the cases in it.
func try(ctx context.Context, root, suite string, cases []*testCase) (sighting, error) {
	var s sighting
	if err := machine.Make(ctx, root, suite); err != nil {
		return s, err
	}
	m, err := machine.Boot(ctx, root, root+".log")
	if err != nil {
		return s, err
	}
	defer m.Halt()
	if s.system, err = strconv.Atoi(m.Version); err != nil {
		return s, err
	}
	units, err := archive(cases)
	if err != nil {
		return s, err
	}
	about, err := m.Shell(ctx, `mkdir -p /run/systemd/system && tar -x -C /run/systemd/system && systemctl daemon-reload
systemctl --version | head -n 1; . /etc/os-release; echo "$PRETTY_NAME"; date +%F`, units, time.Minute)
	if err != nil {
		return s, fmt.Errorf("%w\n%s", err, about)
	}
	s.about = strings.Join(strings.Split(strings.TrimSpace(about), "\n"), "; ")
	var group sync.WaitGroup
	var mutex sync.Mutex
	slots := make(chan struct{}, jobs)
	for _, c := range cases {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			got, err := m.Shell(ctx, prelude+c.try, "", 2*time.Minute)
			if err != nil {
				got += err.Error() + "\n"
			}
			mutex.Lock()
			defer mutex.Unlock()
			if want := c.wantIn(s.system); got != want {
				s.failed++
				fmt.Printf("systemd %s: %s:\n%swanted:\n%s\n", m.Version, c.name, got, want)
			}
		})
	}
	group.Wait()
	fmt.Printf("systemd %s: %d of %d cases are as their page says\n", m.Version, len(cases)-s.failed, len(cases))
	return s, nil
}
