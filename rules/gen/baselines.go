package gen

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/rules/profile"
)

// builtin are the built-in baselines, which are read once for each release.
var builtin = sync.OnceValue(profile.Builtin)

// settings are those of a built-in baseline that the target has.
func settings(name string, t Target) []profile.Setting {
	for _, b := range builtin() {
		if b.Name == name {
			return slices.DeleteFunc(b.Settings(t.release()), func(s profile.Setting) bool {
				_, known := directive.Lookup(s.Section, s.Path[len(s.Path)-1], t.version())
				return s.Section != "" && !known
			})
		}
	}
	return nil
}

// Tunnel is a service that runs cloudflared.
type Tunnel struct {
	// Name is that of the unit, without suffix; "" is "cloudflared-tunnel".
	Name string
	// Token is the file that has the tunnel's token: an absolute path or an
	// expression of Nix. "" is a file below /run/secrets.
	Token  string
	Target Target
}

// Cloudflared is a complete module for a tunnel, with all that the baseline
// cloudflared requires.
func Cloudflared(c Tunnel) (*Module, error) {
	name := c.Name
	if name == "" {
		name = "cloudflared-tunnel"
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	m := &Module{Unit: name + ".service", Head: "A tunnel of Cloudflare, run by cloudflared with as few rights as it needs."}
	if c.Token == "" {
		c.Token = "/run/secrets/" + name + "-token"
		m.Notes = append(m.Notes, "the token is read from "+c.Token+"; --token-file names another file")
	}
	token, err := path(c.Token)
	if err != nil {
		return nil, fmt.Errorf("the token's file: %w", err)
	}
	unit := emit.Attrs{emit.A("description", "Cloudflare tunnel")}
	service := emit.Attrs{
		a("ExecStart", emit.Expr(`"${pkgs.cloudflared}/bin/cloudflared tunnel --no-autoupdate run --token-file %d/token"`),
			"Runs the tunnel. %d is the directory of the credentials below; the package is not\nupdated from within, since Nix does that."),
		apart(a("LoadCredential", []any{joined("token:", token, "")},
			"Hands the token over as a file that only this unit can read, whoever owns the\noriginal. The service starts again when the token changes only if it is restarted.")),
	}
	for _, s := range settings("cloudflared", c.Target) {
		attr := emit.Attr{Path: s.Path[len(s.Path)-1:], Value: s.Value, Comment: s.Comment, Blank: true}
		if s.Section == "" {
			unit = append(unit, attr)
			continue
		}
		service = append(service, attr)
	}
	m.Body = append(declare("cloudflared", "cloudflared"),
		apart(at(append(unit, apart(emit.A("serviceConfig", service))), "systemd", "services", name)))
	m.Notes = append(m.Notes, foreignNotes(token)...)
	return m, nil
}

// declare declares a system user and its group.
func declare(user, group string) emit.Attrs {
	return emit.Attrs{
		at(emit.Attrs{emit.A("isSystemUser", true), emit.A("group", group)}, "users", "users", user),
		at(emit.Attrs{}, "users", "groups", group),
	}
}

// foreignNotes report names in expressions that NixOS does not pass to modules
// of itself.
func foreignNotes(values ...any) []string {
	var notes []string
	for _, v := range values {
		expr, ok := v.(emit.Expr)
		if !ok {
			continue
		}
		for _, name := range freeVariables(string(expr)) {
			if foreign(name) > 0 {
				notes = append(notes, "`"+name+"` is not an argument that NixOS passes to modules; pass it by specialArgs")
			}
		}
	}
	slices.Sort(notes)
	return slices.Compact(notes)
}

// sleepActions is the release that renamed the service pre-sleep.
var sleepActions = nixos.Release{Year: 26, Month: 5}

// Server is the module of the baseline server, as the release has its options,
// with what goes along with a mask and the baseline does not require.
func Server(t Target) (*Module, error) {
	m := &Module{Head: "What a server without a keyboard sets for systemd itself. NixOS " + t.release().String() + "."}
	var groups []string
	bySet := map[string]emit.Attrs{}
	add := func(set []string, attr emit.Attr) {
		key := strings.Join(set, "\x00")
		if _, seen := bySet[key]; !seen {
			groups = append(groups, key)
		}
		attr.Blank = true
		bySet[key] = append(bySet[key], attr)
	}
	for _, s := range append(settings("server", t), companions(t)...) {
		set, rest := place(s)
		add(set, emit.Attr{Path: rest, Value: s.Value, Comment: s.Comment})
	}
	for _, key := range groups {
		attrs := bySet[key]
		if set := strings.Split(key, "\x00"); len(attrs) == 1 && len(set)+len(attrs[0].Path) <= 5 {
			attrs[0].Path = append(set, attrs[0].Path...)
			m.Body = append(m.Body, attrs[0])
		} else {
			m.Body = append(m.Body, emit.Attr{Path: set, Value: attrs, Blank: true})
		}
	}
	return m, nil
}

// place splits the path of a setting into that of a set that several settings
// share and the rest.
func place(s profile.Setting) (set, rest []string) {
	p := s.Path
	switch {
	case s.Section != "":
		set = append([]string{"systemd", "services", strings.TrimSuffix(s.Unit, ".service")}, p[:len(p)-1]...)
		return set, p[len(p)-1:]
	case len(p) == 4 && p[0] == "systemd" && p[3] == "enable":
		return p[:2], p[2:]
	}
	return p[:len(p)-1], p[len(p)-1:]
}

// companions are masks that go along with those of the baseline.
func companions(t Target) []profile.Setting {
	out := []profile.Setting{{
		Path: []string{"systemd", "sockets", "systemd-rfkill", "enable"}, Value: false,
		Comment: "Masks the socket that starts the service of radio switches.\nCost: as for the service.",
	}}
	if !t.release().Before(sleepActions) {
		out = append(out, profile.Setting{
			Path: []string{"systemd", "services", "sleep-actions", "enable"}, Value: false,
			Comment: "Masks the script that runs around sleep, which a server never does. Until NixOS\n25.11 it was called pre-sleep.\nCost: powerManagement.powerDownCommands does not run before sleep.",
		})
	}
	return out
}
