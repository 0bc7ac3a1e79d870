package session

import (
	"fmt"
	"strconv"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/directive"
	"wardnix/rules/gen"
	"wardnix/rules/profile"
)

type (
	// A form is something to generate, with the fields that the page shows for it.
	form struct {
		Name   string  `json:"name"`
		Title  string  `json:"title"`
		Fields []field `json:"fields"`
	}
	field struct {
		Name    string   `json:"name"`
		Label   string   `json:"label"`
		Value   string   `json:"value"` // what it holds at first
		Kind    string   `json:"kind"`  // line, lines, flag or choice
		Choices []choice `json:"choices,omitempty"`
	}
	choice struct {
		Name  string `json:"name"`
		About string `json:"about"`
	}
)

func forms() []form {
	var classes []choice
	for _, k := range profile.Kinds() {
		classes = append(classes, choice{k.Name, k.About})
	}
	var known []choice
	for _, name := range gen.HardenNames() {
		known = append(known, choice{Name: name})
	}
	return []form{
		{"service", "A service with few rights", []field{
			{Name: "name", Label: "Name", Value: "web", Kind: "line"},
			{Name: "exec", Label: "Command", Value: "${pkgs.caddy}/bin/caddy run --config /etc/caddy/Caddyfile", Kind: "line"},
			{Name: "class", Label: "Class", Value: "web-server", Kind: "choice", Choices: classes},
			{Name: "description", Label: "Description", Kind: "line"},
			{Name: "user", Label: "User (default: the name)", Kind: "line"},
			{Name: "state-dir", Label: "State directory below /var/lib", Kind: "line"},
			{Name: "port", Label: "Ports, separated by spaces", Kind: "line"},
			{Name: "write-path", Label: "Paths it writes, one a line", Kind: "lines"},
			{Name: "device", Label: "Devices it opens, one a line", Kind: "lines"},
			{Name: "credential", Label: "Secrets as ID:PATH, one a line", Kind: "lines"},
			{Name: "environment", Label: "Variables as NAME=VALUE, one a line", Kind: "lines"},
			{Name: "start-at", Label: "Calendar times to start at, one a line", Kind: "lines"},
			{Name: "dynamic-user", Label: "Allocate a user while it runs", Kind: "flag"},
			{Name: "no-network", Label: "No network", Kind: "flag"},
		}},
		{"cloudflared", "A tunnel of Cloudflare", []field{
			{Name: "name", Label: "Name of the unit", Value: "cloudflared-tunnel", Kind: "line"},
			{Name: "token-file", Label: "File of the token: a path or an expression", Value: "config.age.secrets.cloudflare_tunnel_token.path", Kind: "line"},
		}},
		{"server", "systemd's settings for a server", nil},
		{"harden", "What a service of NixOS lacks", []field{
			{Name: "name", Label: "Service", Value: "postgresql", Kind: "choice", Choices: known},
		}},
		{"from-unit", "A unit file of systemd as a module", []field{
			{Name: "name", Label: "Name of the unit", Value: "hello.service", Kind: "line"},
			{Name: "text", Label: "Unit file, or a drop-in", Value: helloUnit, Kind: "lines"},
		}},
	}
}

const helloUnit = `[Unit]
Description=Hello

[Service]
ExecStart=/usr/bin/hello --loop
ProtectSystem=strict
`

// generate writes a module from nothing.
func generate(r *request) (any, error) {
	t := gen.Target{Systemd: directive.Version(r.Systemd)}
	if r.Release != "" {
		release, err := nixos.ParseRelease(r.Release)
		if err != nil {
			return nil, err
		}
		t.Release = release
	}
	m, err := r.module(t)
	if err != nil {
		return nil, err
	}
	text, err := m.Text()
	if err != nil {
		return nil, err
	}
	notes := append([]string{}, m.Notes...)
	exposure, err := m.Assess(t)
	switch {
	case err != nil:
		notes = append(notes, fmt.Sprintf("systemd does not load %s: %v", m.Unit, err))
	case exposure != nil:
		notes = append(notes, fmt.Sprintf("the exposure of %s is %s", m.Unit, report.ExposureText(exposure)))
	}
	return map[string]any{"text": text, "notes": notes}, nil
}

func (r *request) module(t gen.Target) (*gen.Module, error) {
	v := r.Values
	switch r.What {
	case "cloudflared":
		return gen.Cloudflared(gen.Tunnel{Name: strings.TrimSuffix(v["name"], ".service"), Token: v["token-file"], Target: t})
	case "server":
		return gen.Server(t)
	case "harden":
		return gen.Harden([]string{v["name"]}, t)
	case "from-unit":
		return gen.FromText(v["name"], gen.Source{Name: "unit", Text: []byte(v["text"])}, t)
	}
	o := gen.ServiceOptions{
		Name: v["name"], Exec: v["exec"], Class: v["class"], Description: v["description"], User: v["user"],
		DynamicUser: v["dynamic-user"] != "", NoNetwork: v["no-network"] != "", StateDir: v["state-dir"],
		WritePaths: rows(v["write-path"]), Devices: rows(v["device"]), Credentials: rows(v["credential"]),
		Environment: rows(v["environment"]), StartAt: rows(v["start-at"]), Target: t,
	}
	for word := range strings.FieldsSeq(v["port"]) {
		port, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("%q is not the number of a port", word)
		}
		o.Ports = append(o.Ports, port)
	}
	return gen.Service(o)
}

// rows are the lines of a text that are not blank.
func rows(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
