package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/rules/internal/machine"
)

// basePackages are what the probes use.
var basePackages = []string{"curl", "netcat-openbsd", "iproute2", "procps", "openssl", "python3-minimal", "cron"}

// rootOf is the root directory of a suite.
func (o *options) rootOf(suite string) string { return filepath.Join(o.dir, suite) }

// build makes the root directory of a suite if there is none, and installs the
// packages of the services that it has.
func (o *options) build(ctx context.Context, suite string, services []*service) error {
	root := o.rootOf(suite)
	if err := machine.Make(ctx, root, suite); err != nil {
		return err
	}
	policy := []byte("#!/bin/sh\nexit 101\n") // no package starts its daemon
	if err := os.WriteFile(filepath.Join(root, "usr/sbin/policy-rc.d"), policy, 0o755); err != nil {
		return err
	}
	if err := o.install(ctx, root, services); err != nil {
		return err
	}
	if err := quiet(root); err != nil {
		return err
	}
	return o.buildStandin(ctx, root)
}

func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, tail(string(out), 2000))
	}
	return nil
}

// tail are the last n bytes of a text.
func tail(text string, n int) string {
	return text[max(0, len(text)-n):]
}

// install installs what the suite has of the packages: a daemon that it lacks
// is not tried.
func (o *options) install(ctx context.Context, root string, services []*service) error {
	wanted := slices.Clone(basePackages)
	for _, s := range services {
		for _, p := range s.packages {
			wanted = append(wanted, strings.Split(p, "|")...)
		}
	}
	slices.Sort(wanted)
	script := `apt-get -qq update
apt-cache policy "$@" | awk '/^[^ ]/ { name = $1 } /Candidate: [0-9]/ { print substr(name, 1, length(name) - 1) }' |
	xargs apt-get install --yes -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold`
	args := []string{"--quiet", "--directory=" + root, "--register=no", "--keep-unit", "--pipe", "--resolv-conf=copy-host",
		"--setenv=DEBIAN_FRONTEND=noninteractive", "/bin/bash", "-c", script, "install"}
	fmt.Println("installing", len(services), "daemons in", root)
	return command(ctx, "systemd-nspawn", append(args, slices.Compact(wanted)...)...)
}

// quiet has the machine start nothing but what the harness starts, and give up
// on a service soon.
func quiet(root string) error {
	wants, err := filepath.Glob(filepath.Join(root, "etc/systemd/system/*.target.wants/*"))
	if err != nil {
		return err
	}
	for _, w := range wants {
		if err := os.Remove(w); err != nil {
			return err
		}
	}
	dir := filepath.Join(root, "etc/systemd/system.conf.d")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	limits := "[Manager]\nDefaultTimeoutStartSec=60s\nDefaultTimeoutStopSec=12s\nDefaultStartLimitBurst=100000\n"
	return os.WriteFile(filepath.Join(dir, "harness.conf"), []byte(limits), 0o644)
}

// buildStandin builds the stand-in for this architecture, and for i386 under
// the name of a game server.
func (o *options) buildStandin(ctx context.Context, root string) error {
	bin := filepath.Join(root, "h/bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	for name, arch := range map[string]string{"standin": "", "srcds_linux": "386"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(bin, name), "./rules/profile/internal/running/standin")
		cmd.Dir = o.checkout
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if arch != "" {
			cmd.Env = append(cmd.Env, "GOARCH="+arch)
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	return nil
}
