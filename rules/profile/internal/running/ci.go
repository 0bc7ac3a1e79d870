package main

import (
	"context"
	"fmt"
	"slices"
)

// few are the services of the short run: of each kind of daemon one that
// starts fast, users and root, capabilities, and a trap.
var few = []string{"apache2", "beanstalkd", "dnsmasq", "memcached", "mosquitto", "nginx", "privoxy", "redis", "rsyncd", "unbound"}

// ci tries a few services under the older systemd: plain, under the safe
// fixes, and under their proven baselines. It is an error if a safe fix or a
// proven baseline breaks one. A machine that cannot boot another one skips it.
func (o *options) ci(ctx context.Context) error {
	o.only = few
	services, err := o.services()
	if err != nil {
		return err
	}
	const suite = "bookworm"
	if err := o.build(ctx, suite, services); err != nil {
		fmt.Println("skipped: the daemons cannot be installed:", err)
		return nil
	}
	s, err := o.open(ctx, suite, services)
	if err != nil {
		fmt.Println("skipped: systemd does not boot in a container here:", err)
		return nil
	}
	defer s.close()
	s.evidence.file = "" // the short run is not evidence
	if err := s.fixes(ctx, []string{"plain", "safe"}); err != nil {
		return err
	}
	if err := s.proven(ctx); err != nil {
		return err
	}
	var broken []string
	for _, v := range s.services {
		for _, trial := range []string{"plain", "safe", "proven"} {
			if slices.ContainsFunc(s.evidence.of(v.name, trial), func(r row) bool { return r.result != "ok" }) {
				broken = append(broken, v.name+" ("+trial+")")
			}
		}
	}
	if len(broken) > 0 {
		return fmt.Errorf("broken: %v", broken)
	}
	return nil
}
