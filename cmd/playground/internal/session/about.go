package session

import (
	_ "embed"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/rules/handbook"
	"wardnix/rules/profile"
)

// The files that the page opens with: what people write, with faults that NixOS
// does not report.
var (
	//go:embed example/cloudflared.nix
	cloudflaredNix string
	//go:embed example/systemd.nix
	systemdNix string
)

type (
	aboutAnswer struct {
		Example   map[string]string `json:"example"`
		Baselines []baseline        `json:"baselines"`
		Releases  []release         `json:"releases"`
		Systemd   []int             `json:"systemd"`
		Forms     []form            `json:"forms"` // what "gen" takes
	}
	baseline struct {
		Name  string `json:"name"`
		About string `json:"about"`
	}
	release struct {
		Name    string `json:"name"`
		Systemd int    `json:"systemd"`
	}
)

// about is what the page offers.
func about(*request) (any, error) {
	out := aboutAnswer{
		Example: map[string]string{"containers/cloudflared.nix": cloudflaredNix, "modules/systemd.nix": systemdNix},
		Forms:   forms(),
	}
	for _, b := range profile.BuiltinNames() {
		first, _, _ := strings.Cut(strings.TrimPrefix(profile.BuiltinText(b), "# "), "\n")
		if b == profile.ProvenName {
			first = "What known daemons were seen to work under."
		}
		out.Baselines = append(out.Baselines, baseline{b, first})
	}
	for _, r := range nixos.Releases() {
		out.Releases = append(out.Releases, release{r.String(), r.Systemd()})
	}
	for v := directive.Oldest; v <= directive.Newest; v++ {
		out.Systemd = append(out.Systemd, int(v))
	}
	return out, nil
}

// words are all names that "explain" knows.
func words(*request) (any, error) { return map[string]any{"words": handbook.TopicNames()}, nil }

// explain is the page of a rule, a directive or a baseline.
func explain(r *request) (any, error) {
	topic, err := handbook.Lookup(r.Name)
	if err != nil {
		return nil, err
	}
	return map[string]any{"title": topic.Title(), "html": topic.HTML()}, nil
}
