package main

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

//go:embed services/*.txtar
var serviceFiles embed.FS

// A service is a daemon under test: one file of services/, whose comment has
// the fields and whose files have the scripts.
type service struct {
	name string
	// kind groups the services in the documentation: "web server".
	kind string
	// user and group run it; root does if user is empty.
	user, group string
	// trap is what the service was made to show: the fault of a directive. It
	// is empty for an ordinary daemon.
	trap string
	// packages are the Debian packages that it takes besides those of the base.
	packages []string
	// seconds are how long it may take until the probe succeeds.
	seconds int
	// programs are the commands by which it is known in units, the one that it is
	// called by first: a program, and an argument if that is needed. It is empty for
	// the program of config.
	programs []string
	// config is its serviceConfig as a user of NixOS writes it.
	config string
	// setup makes its files, once; before runs ahead of every start; probe exits
	// with 0 if the service does its job, with $T a word that is new each time;
	// after runs after the stop, with the $T of the probe that succeeded.
	setup, before, probe, after string
}

func readServices() ([]*service, error) {
	names, err := fs.Glob(serviceFiles, "services/*.txtar")
	if err != nil {
		return nil, err
	}
	var all []*service
	for _, name := range names {
		text, err := serviceFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s, err := parseService(strings.TrimSuffix(path.Base(name), ".txtar"), text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func parseService(name string, text []byte) (*service, error) {
	s := &service{name: name, seconds: 10}
	archive := txtar.Parse(text)
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		var err error
		switch key {
		case "":
		case "kind":
			s.kind = value
		case "trap":
			s.trap = value
		case "user":
			s.user, s.group, _ = strings.Cut(value, ":")
			if s.group == "" {
				s.group = s.user
			}
		case "packages":
			s.packages = strings.Fields(value)
		case "programs":
			s.programs = strings.Split(value, ", ")
		case "seconds":
			s.seconds, err = strconv.Atoi(value)
		default:
			err = fmt.Errorf("unknown field %q", key)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, f := range archive.Files {
		part := map[string]*string{
			"serviceConfig.nix": &s.config, "setup.sh": &s.setup, "before.sh": &s.before, "probe.sh": &s.probe, "after.sh": &s.after,
		}[f.Name]
		if part == nil {
			return nil, fmt.Errorf("unknown file %q", f.Name)
		}
		*part = string(f.Data)
	}
	if s.kind == "" || s.config == "" || s.probe == "" {
		return nil, fmt.Errorf("a service needs a kind, serviceConfig.nix and probe.sh")
	}
	return s, nil
}

// runsAs is the user in tables.
func (s *service) runsAs() string {
	if s.user == "" {
		return "root"
	}
	return s.user
}

// module is the NixOS module of the service, as a user writes it.
func (s *service) module() string {
	var b strings.Builder
	b.WriteString("{ ... }:\n{\n")
	if s.user != "" {
		fmt.Fprintf(&b, "  users.users.%q = { isSystemUser = true; group = %q; };\n  users.groups.%q = { };\n", s.user, s.group, s.group)
	}
	fmt.Fprintf(&b, "  systemd.services.%q = {\n    description = %q;\n", s.unit(), s.name)
	b.WriteString("    wantedBy = [ \"multi-user.target\" ];\n    after = [ \"network.target\" ];\n    serviceConfig = {\n")
	for line := range strings.Lines(s.config) {
		b.WriteString("      " + line)
	}
	if s.user != "" {
		fmt.Fprintf(&b, "      User = %q;\n      Group = %q;\n", s.user, s.group)
	}
	b.WriteString("    };\n  };\n}\n")
	return b.String()
}

// unit is the name of the unit under test, without its suffix.
func (s *service) unit() string { return "t-" + s.name }

// limit is the time that the probe may take.
func (s *service) limit() time.Duration { return time.Duration(s.seconds) * time.Second }
