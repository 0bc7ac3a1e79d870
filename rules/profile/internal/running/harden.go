package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/lint/systemd/unitfile"
	"wardnix/rules/profile"
)

// A nixosUnit is the unit that NixOS makes for a daemon.
type nixosUnit struct {
	// name is that of the service in NixOS: "postgresql".
	name string
	// settings are those that apply to Debian's daemon as well, see [ofDebian].
	settings []setting
}

// nixosUnits are those of rules/gen/nixos, by the name of their daemon.
func (o *options) nixosUnits() (map[string]nixosUnit, error) {
	files, err := filepath.Glob(filepath.Join(o.checkout, "rules/gen/nixos/*.service"))
	if err != nil {
		return nil, err
	}
	units := map[string]nixosUnit{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		u := nixosUnit{name: strings.TrimSuffix(filepath.Base(file), ".service")}
		command := ""
		for _, a := range unitfile.Parse(file, text).Assignments {
			switch {
			case a.Section != "Service":
			case a.Key == "ExecStart":
				command = a.Value
			case !ofDebian(a.Key):
				u.settings = append(u.settings, setting{a.Key, a.Value})
			}
		}
		d := daemonOf(command)
		if d == nil {
			return nil, fmt.Errorf("%s: no daemon has the command %s", file, command)
		}
		units[d.Name] = u
	}
	return units, nil
}

// daemonOf is the daemon that a command runs: that of its first word which is
// the program of one. A word before it is a shell or a loader.
func daemonOf(command string) *profile.Daemon {
	words := strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\"'", r) })
	has := func(argument ...string) bool {
		return !slices.ContainsFunc(argument, func(a string) bool { return !slices.Contains(words, a) })
	}
	for _, word := range words {
		if d := profile.DaemonOf(filepath.Base(word), has); d != nil {
			return d
		}
	}
	return nil
}

// ofDebian reports that the harness's unit decides a directive: how Debian's
// daemon is started and stopped, as whom, and where its files are. NixOS's value
// names packages, users and paths that Debian lacks.
func ofDebian(key string) bool {
	for _, prefix := range []string{"Exec", "Environment", "Restart", "Kill", "Standard", "Load", "X-"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	if strings.Contains(key, "Directory") || strings.HasSuffix(key, "Paths") {
		return true
	}
	return slices.Contains([]string{
		"User", "Group", "Type", "NotifyAccess", "BusName", "PIDFile", "Slice", "SuccessExitStatus", "PermissionsStartOnly",
	}, key)
}

// harden tries every service that NixOS has under the settings of NixOS's unit
// and those that the module of wardnix gen harden adds.
func (s *session) harden(ctx context.Context) error {
	units, err := s.nixosUnits()
	if err != nil {
		return err
	}
	return s.each(ctx, s.jobs, func(ctx context.Context, v *service) error {
		u, has := units[v.name]
		plain, ok := s.plain(ctx, v)
		if !has || !ok || s.resume && len(s.evidence.of(v.name, "harden")) > 0 {
			return nil
		}
		added, err := s.hardening(ctx, u.name)
		if err != nil {
			return err
		}
		unit := withSettings(plain, slices.Concat(u.settings, added))
		o := s.works(ctx, v, unit, v.limit(), tries)
		r := row{setting: joined(added), result: o.word(), exposure: s.exposure(ctx, unit), seen: cause(o.seen)}
		if !o.ok && !s.works(ctx, v, withSettings(plain, u.settings), v.limit(), tries).ok {
			r.seen = nixosAlone + r.seen
		}
		fmt.Printf("%-18s harden %s %s\n", v.name, r.result, r.seen)
		return s.evidence.save(v.name, "harden", []row{r})
	})
}

// nixosAlone starts what was seen of a service that breaks without the module, too.
const nixosAlone = "NixOS's settings alone break it on Debian: "

// hardening are the settings that the module of wardnix gen harden adds to a
// service of NixOS.
func (s *session) hardening(ctx context.Context, name string) ([]setting, error) {
	dir := filepath.Join(s.dir, "modules-"+s.Version, "harden", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	module, err := exec.CommandContext(ctx, s.wardnix, "gen", "harden", name).Output()
	if err != nil {
		return nil, fmt.Errorf("wardnix gen harden: %w", err)
	}
	file := filepath.Join(dir, "default.nix")
	if err := os.WriteFile(file, module, 0o644); err != nil {
		return nil, err
	}
	text, err := s.render(ctx, file)
	return serviceSettings(text), err
}
