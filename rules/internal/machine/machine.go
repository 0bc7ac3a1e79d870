// Package machine boots the systemd of a Debian root directory in a container, for programs that
// try units under it. It needs root, systemd-nspawn and nsenter, and debootstrap for new roots.
package machine

import (
	"bytes"
	"context"
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

// A Machine is a root directory whose systemd is booted in a container.
type Machine struct {
	Root    string
	Version string        // of systemd: "252"
	ended   chan struct{} // is closed when the container is gone
	nspawn  *exec.Cmd
	leader  int // the process that is PID 1 in the container
}

// Boot starts the systemd of the root directory, and waits until it is up. The messages of the
// container go to the file log.
func Boot(ctx context.Context, root, log string) (*Machine, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	m := &Machine{Root: root}
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
			state, _ := m.Shell(ctx, "systemctl is-system-running", "", 20*time.Second)
			if s := strings.TrimSpace(state); s == "running" || s == "degraded" {
				break
			}
		}
		time.Sleep(500 * time.Millisecond)
	}
	version, err := m.Shell(ctx, "systemctl --version", "", 20*time.Second)
	if f := strings.Fields(version); err == nil && len(f) > 1 {
		m.Version, _, _ = strings.Cut(f[1], ".")
	}
	if m.Version == "" {
		m.Halt()
		return nil, fmt.Errorf("the machine does not boot: %w\n%s", err, version)
	}
	return m, nil
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

// Shell runs a script in the machine, and returns what it prints.
func (m *Machine) Shell(ctx context.Context, script, stdin string, limit time.Duration, args ...string) (string, error) {
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

// Halt powers the machine off.
func (m *Machine) Halt() {
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

// Make makes the root directory of a Debian suite, with systemd and D-Bus, unless it is there. It
// takes the archive that apt uses on this machine.
func Make(ctx context.Context, root, suite string) error {
	if _, err := os.Stat(filepath.Join(root, "usr/bin/systemctl")); err == nil {
		return nil
	}
	mirror, err := mirror(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates", suite, root, mirror)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("debootstrap: %w\n%s", err, out[max(0, len(out)-2000):])
	}
	return nil
}

// mirror is the Debian archive that this machine's apt uses.
func mirror(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "ORIGIN: Debian", "LABEL: Debian").Output()
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(string(out), "\n")
	if first == "" {
		return "", fmt.Errorf("apt knows no archive of Debian: run apt-get update")
	}
	return first, nil
}

// Missing are what this machine lacks to boot another one: root, tools, and disk space.
func Missing(tools ...string) []string {
	var all []string
	if os.Geteuid() != 0 {
		all = append(all, "root")
	}
	for _, tool := range append([]string{"debootstrap", "systemd-nspawn", "nsenter", "apt-get"}, tools...) {
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
