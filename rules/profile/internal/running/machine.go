package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed machine.sh
var machineScript string

// A machine is a root directory whose systemd is booted in a container.
type machine struct {
	root    string
	ended   chan struct{} // is closed when the container is gone
	nspawn  *exec.Cmd
	leader  int    // the process that is PID 1 in the container
	version string // of systemd: "252"
}

// boot starts the systemd of the root directory, and waits until it is up.
func boot(ctx context.Context, root, log string) (*machine, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	m := &machine{root: root}
	m.nspawn = exec.Command("systemd-nspawn", "--directory="+root, "--boot", "--register=no", "--keep-unit", "--private-network",
		"--capability=all", "--link-journal=no", "--system-call-filter=bpf @keyring")
	// Only with the unified hierarchy does the container have device policies;
	// systemd 258 and later need it.
	m.nspawn.Env = append(os.Environ(), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1")
	m.nspawn.Stdout, m.nspawn.Stderr = out, out
	m.nspawn.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := m.nspawn.Start(); err != nil {
		return nil, err
	}
	m.ended = make(chan struct{})
	go func() { _ = m.nspawn.Wait(); close(m.ended) }()
	for range 120 {
		select {
		case <-m.ended:
			return nil, fmt.Errorf("the machine does not boot: see %s", log)
		default:
		}
		// The first child that is seen may be one that only sets the container up.
		if child := firstChild(m.nspawn.Process.Pid); child != 0 {
			m.leader = child
		}
		if m.leader != 0 {
			state, _ := m.shell(ctx, "systemctl is-system-running", "", 20*time.Second)
			if s := strings.TrimSpace(state); s == "running" || s == "degraded" {
				break
			}
		}
		time.Sleep(500 * time.Millisecond)
	}
	if out, err := m.shell(ctx, machineScript, "", time.Minute); err != nil {
		m.halt()
		return nil, fmt.Errorf("the machine does not boot: %w\n%s", err, out)
	}
	version, err := m.shell(ctx, "systemctl --version", "", 20*time.Second)
	if f := strings.Fields(version); err == nil && len(f) > 1 {
		m.version, _, _ = strings.Cut(f[1], ".")
	}
	return m, err
}

// firstChild is the process that is the oldest child of pid, or 0.
func firstChild(pid int) int {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "task", strconv.Itoa(pid), "children"))
	if err != nil {
		return 0
	}
	child, _, _ := strings.Cut(string(text), " ")
	n, _ := strconv.Atoi(child)
	return n
}

// shell runs a script in the machine, and returns what it prints.
func (m *machine) shell(ctx context.Context, script, stdin string, limit time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	words := []string{"-t", strconv.Itoa(m.leader), "-m", "-u", "-i", "-n", "-p", "--", "/usr/bin/env", "-i",
		"PATH=/h/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
		"/bin/bash", "-c", script, "harness"}
	cmd := exec.CommandContext(ctx, "nsenter", append(words, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = 2 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// halt powers the machine off.
func (m *machine) halt() {
	if m.leader != 0 {
		// SIGRTMIN+4 is how systemd in a container is made to power off.
		_ = syscall.Kill(m.leader, syscall.Signal(38))
	}
	select {
	case <-m.ended:
	case <-time.After(30 * time.Second):
		_ = m.nspawn.Process.Kill()
	}
}

// missing are the things that this machine lacks to boot another one.
func missing() []string {
	var all []string
	if os.Geteuid() != 0 {
		all = append(all, "root")
	}
	for _, tool := range []string{"debootstrap", "systemd-nspawn", "nsenter", "apt-get", "go"} {
		if _, err := exec.LookPath(tool); errors.Is(err, exec.ErrNotFound) {
			all = append(all, tool)
		}
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs("/var/lib", &fs); err == nil && fs.Bavail*uint64(fs.Bsize) < 8<<30 {
		all = append(all, "8 GB of free disk space")
	}
	return all
}
