package gen

import (
	"context"
	"embed"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast/testtool"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// users are the kinds of users that a service can have.
var users = map[string]func(*ServiceOptions){
	"own":     func(*ServiceOptions) {},
	"named":   func(o *ServiceOptions) { o.User = "worker" },
	"grouped": func(o *ServiceOptions) { o.User, o.Group = "worker", "workers" },
	"dynamic": func(o *ServiceOptions) { o.DynamicUser = true },
	"root":    func(o *ServiceOptions) { o.User = "root" },
}

// variants use every other field of the options once at least.
var variants = map[string]func(*ServiceOptions){
	"plain":       func(*ServiceOptions) {},
	"description": func(o *ServiceOptions) { o.Description = `Says "hello" to ${lib.concatStrings [ "a" ]}` },
	"low":         func(o *ServiceOptions) { o.Ports = []int{80, 8080} },
	"high":        func(o *ServiceOptions) { o.Ports = []int{8080} },
	"alone":       func(o *ServiceOptions) { o.NoNetwork = true },
	"state":       func(o *ServiceOptions) { o.StateDir = "/var/lib/things/" },
	"writes":      func(o *ServiceOptions) { o.WritePaths = []string{"/srv/data", `config.users.users.x.home`} },
	"device":      func(o *ServiceOptions) { o.Devices = []string{"/dev/ttyUSB0 rw"} },
	"capable":     func(o *ServiceOptions) { o.Capabilities = []string{"CAP_NET_RAW"} },
	"credential": func(o *ServiceOptions) {
		o.Credentials = []string{"key:/run/secrets/key", "token:config.sops.secrets.token.path"}
	},
	"environment": func(o *ServiceOptions) { o.Environment = []string{"LEVEL=info", "GREETING=${lib.version} %n"} },
	"after":       func(o *ServiceOptions) { o.After = []string{"network-online.target", "postgresql.service"} },
	"pulled": func(o *ServiceOptions) {
		o.Wants, o.Requires, o.WantedBy = []string{"a.service"}, []string{"b.service"}, []string{"graphical.target"}
	},
	"startAt":  func(o *ServiceOptions) { o.StartAt = []string{"hourly", "Mon 04:00"} },
	"notify":   func(o *ServiceOptions) { o.Type = "notify" },
	"forking":  func(o *ServiceOptions) { o.Type = "forking" },
	"template": func(o *ServiceOptions) { o.Name += "@" },
	"old":      func(o *ServiceOptions) { o.Target = Target{Release: nixos.Release{Year: 24, Month: 5}} },
	"package":  func(o *ServiceOptions) { o.Exec = "${lib.getExe pkgs.hello} --port ${PORT}" },
}

// every are services of every class with every kind of user and every variant, as
// far as they go together. Each has a user of its own.
func every(command string) map[string]ServiceOptions { return product(command, 1) }

// made are a part of them, with each class, kind of user and variant together
// with each of the others.
func made(command string) map[string]ServiceOptions { return product(command, len(users)) }

// product is one in n of all.
func product(command string, n int) map[string]ServiceOptions {
	all := map[string]ServiceOptions{}
	for i, class := range profile.Kinds() {
		for j, user := range slices.Sorted(maps.Keys(users)) {
			for k, variant := range slices.Sorted(maps.Keys(variants)) {
				o := ServiceOptions{Name: class.Name + "-" + user + "-" + variant, Exec: command, Class: class.Name}
				users[user](&o)
				switch user {
				case "own":
					o.Name = class.Name[:3] + "-" + variant // it must do for a user
				case "named", "grouped":
					o.User += strconv.Itoa(len(all))
				}
				variants[variant](&o)
				refused := class.Once && (variant == "notify" || variant == "forking") // see TestServiceRefuses
				if !refused && ((i+j+k)%n == 0 || variant == "plain") {
					all[o.Name] = o
				}
			}
		}
	}
	return all
}

func write(t *testing.T, o ServiceOptions) (*Module, string) {
	t.Helper()
	m, err := Service(o)
	if err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	text, err := m.Text()
	if err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	return m, text
}

// lintClean reports what rules that run by default find in modules, each judged
// in one world with the others of its target.
func lintClean(t *testing.T, all *lint.Linter, texts map[string]string, target Target) {
	t.Helper()
	overlay := map[string]string{}
	for name, text := range texts {
		overlay[name+".nix"] = text
	}
	project, err := nixos.Load(context.Background(), nixos.Options{
		FS: embed.FS{}, Overlay: overlay, Release: target.Release, Systemd: int(target.Systemd),
	}, slices.Sorted(maps.Keys(overlay))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range linttest.Lint(t, all, project).Findings {
		t.Errorf("%s:%d: %s: %s", f.File.Name, f.File.Position(f.Span.Start).Line, f.Rule, f.Message)
	}
}

// byDefault are the rules that run without flags.
func byDefault(t *testing.T, baselines ...string) *lint.Linter {
	t.Helper()
	all, err := profile.Baselines(nil, baselines)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := lint.SelectRules(rules.All(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &lint.Linter{Rules: chosen, Baselines: all}
}

// Modules are clean by the rules, with their comments and without.
func TestServiceIsClean(t *testing.T) {
	all := byDefault(t)
	type world struct {
		target Target
		bare   bool
	}
	texts := map[world]map[string]string{}
	add := func(w world, name, text string) {
		if texts[w] == nil {
			texts[w] = map[string]string{}
		}
		texts[w][name] = text
	}
	for name, o := range made("${pkgs.hello}/bin/hello") {
		m, text := write(t, o)
		add(world{o.Target, false}, name, text)
		if !strings.HasSuffix(name, "-plain") {
			continue
		}
		bare, err := m.WithoutComments().Text()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(bare, "#") {
			t.Errorf("%s: a comment is left:\n%s", name, bare)
		}
		add(world{o.Target, true}, name, bare)
	}
	for w := range texts {
		lintClean(t, all, texts[w], w.target)
	}
}

// Each directive has its reason, on one line that fits.
func TestReasons(t *testing.T) {
	for name, o := range made("/bin/true") {
		_, text := write(t, o)
		lines := strings.Split(text, "\n")
		inside := false
		for i, line := range lines {
			if len([]rune(line)) > 100 {
				t.Errorf("%s: a line is too long: %s", name, line)
			}
			switch trimmed := strings.TrimSpace(line); {
			case strings.HasPrefix(trimmed, "serviceConfig ="):
				inside = true
			case inside && strings.HasPrefix(line, "      ") && !strings.HasPrefix(line, "       ") && trimmed[0] >= 'A' && trimmed[0] <= 'Z':
				if !strings.HasPrefix(strings.TrimSpace(lines[i-1]), "# ") || strings.HasPrefix(strings.TrimSpace(lines[i-2]), "#") {
					t.Errorf("%s: no reason of one line above %s", name, trimmed)
				}
			}
		}
	}
	for _, group := range order {
		for _, name := range group {
			if _, ok := directive.Lookup("Service", name, directive.Newest); !ok {
				t.Errorf("%s is no directive", name)
			}
		}
	}
}

// Nothing of the strict baseline gets lost without a word, but for the
// capabilities of root.
func TestNothingIsForgotten(t *testing.T) {
	for name, o := range made("/bin/true") {
		_, text := write(t, o)
		for _, s := range settings("strict", o.Target) {
			d := s.Path[len(s.Path)-1]
			if !strings.Contains(text, "      "+d+" = ") && !(d == "CapabilityBoundingSet" && o.User == "root") {
				t.Errorf("%s does not speak of %s", name, d)
			}
		}
	}
}

// Nix itself reads the modules.
func TestNixParses(t *testing.T) {
	testtool.Long(t)
	testtool.Need(t, "nix-instantiate")
	dir := t.TempDir()
	args := []string{"--parse"}
	save := func(name, text string) {
		file := filepath.Join(dir, name+".nix")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	for name, o := range made("${pkgs.hello}/bin/hello") {
		m, text := write(t, o)
		save(name, text)
		text, err := m.WithoutComments().Text()
		if err != nil {
			t.Fatal(err)
		}
		save("bare-"+name, text)
	}
	for name, text := range otherModules(t) {
		save(name, text)
	}
	cmd := exec.Command("nix-instantiate", args...)
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_REMOTE=", "NIX_STATE_DIR="+dir+"/state", "NIX_STORE_DIR="+dir+"/store", "NIX_LOG_DIR="+dir+"/log")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// nixfmt accepts the modules as they are. WARDNIX_NIXFMT names it.
func TestNixfmtAccepts(t *testing.T) {
	nixfmt := testtool.Given(t, "WARDNIX_NIXFMT")
	texts := otherModules(t)
	for name, o := range made("${pkgs.hello}/bin/hello") {
		m, text := write(t, o)
		texts[name] = text
		texts["bare-"+name], _ = m.WithoutComments().Text()
	}
	dir := t.TempDir()
	args := []string{"--check"}
	for name, text := range texts {
		file := filepath.Join(dir, name+".nix")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if out, err := exec.Command(nixfmt, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%d modules", len(texts))
}

// otherModules are those that are no services of a class.
func otherModules(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	add := func(name string, m *Module, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if texts[name], err = m.Text(); err != nil {
			t.Fatal(err)
		}
		if texts["bare-"+name], err = m.WithoutComments().Text(); err != nil {
			t.Fatal(err)
		}
	}
	for _, release := range []nixos.Release{{}, {Year: 23, Month: 11}, {Year: 25, Month: 5}, {Year: 25, Month: 11}, {Year: 26, Month: 5}} {
		target := Target{Release: release}
		m, err := Server(target)
		add("server-"+release.String(), m, err)
		for i, token := range []string{"", "/run/keys/tunnel", `config.age.secrets.tunnel.path`, `"${config.age.secretsDir}/tunnel"`} {
			m, err := Cloudflared(Tunnel{Token: token, Target: target})
			add("cloudflared-"+release.String()+"-"+string(rune('a'+i)), m, err)
		}
	}
	return texts
}

// Cloudflared and server are clean by the rules, also where their baselines are
// requested by name.
func TestBaselineModulesAreClean(t *testing.T) {
	anyway, named := byDefault(t), byDefault(t, "server", "cloudflared")
	for name, text := range otherModules(t) {
		parts := strings.Split(strings.TrimPrefix(name, "bare-"), "-")
		release, err := nixos.ParseRelease(parts[1])
		if err != nil && parts[1] != "" {
			t.Fatal(err)
		}
		all := anyway
		if parts[0] == "server" {
			all = named
		}
		lintClean(t, all, map[string]string{name: text}, Target{Release: release})
	}
}

// The exposure is the one that systemd-analyze computes of the unit.
func TestExposureIsSystemds(t *testing.T) {
	testtool.Long(t)
	testtool.Need(t, "systemd-analyze")
	dir := t.TempDir()
	args := []string{"security", "--offline=true", "--no-pager"}
	want := map[string]string{}
	for _, o := range made("/bin/true") {
		o.Target.Systemd = 252
		m, _ := write(t, o)
		if strings.Contains(m.Unit, "@") {
			m.Unit = strings.Replace(m.Unit, "@", "-at", 1) // it would have no instance
			m.Body[len(m.Body)-1].Path[2] = strings.TrimSuffix(m.Unit, ".service")
		}
		a, err := m.Assess(o.Target)
		if err != nil {
			t.Fatalf("%s: %v", m.Unit, err)
		}
		if a.Low != a.High {
			t.Errorf("%s: the exposure is an interval, %s to %s", m.Unit, a.Low, a.High)
		}
		u, err := m.unit(o.Target)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, m.Unit)
		if err := os.WriteFile(file, []byte(rendered(u)), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
		want[m.Unit] = a.High.String() + " " + a.High.Predicate()
	}
	out, err := exec.Command("systemd-analyze", args...).Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		t.Fatalf("%v\n%s", err, exit.Stderr)
	}
	seen := 0
	for _, m := range overall.FindAllStringSubmatch(string(out), -1) {
		seen++
		if m[2] != want[m[1]] {
			t.Errorf("%s: systemd-analyze says %s, gen says %s", m[1], m[2], want[m[1]])
		}
	}
	if seen != len(want) {
		t.Errorf("systemd-analyze speaks of %d units of %d", seen, len(want))
	}
	t.Logf("%d units", seen)
}

var overall = regexp.MustCompile(`Overall exposure level for (\S+): ([0-9.]+ [A-Z]+)`)

// rendered is the text of a unit.
func rendered(u *nixos.Unit) string {
	var b strings.Builder
	section := ""
	for _, l := range u.Lines() {
		if l.Section != section {
			section = l.Section
			b.WriteString("[" + section + "]\n")
		}
		text := l.Shown
		if !l.Known {
			text = "/unknown"
		}
		b.WriteString(l.Key + "=" + text + "\n")
	}
	return b.String()
}

func TestServiceRefuses(t *testing.T) {
	good := ServiceOptions{Name: "web", Exec: "/bin/web", Class: "network-client"}
	if _, err := Service(good); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(*ServiceOptions)
		says   string
	}{
		{func(o *ServiceOptions) { o.Name = "we b" }, "not a service name"},
		{func(o *ServiceOptions) { o.Name = "" }, "not a service name"},
		{func(o *ServiceOptions) { o.Name = "web.timer" }, "not a user name"},
		{func(o *ServiceOptions) { o.Exec = "" }, "--exec CMD"},
		{func(o *ServiceOptions) { o.Exec = "caddy run" }, "${pkgs.caddy}/bin/caddy"},
		{func(o *ServiceOptions) { o.Exec = "${pkgs.caddy" }, "not a Nix expression"},
		{func(o *ServiceOptions) { o.Exec = "/bin/a\n[Service]" }, "one line"},
		{func(o *ServiceOptions) { o.Class = "" }, "network-client, jit"},
		{func(o *ServiceOptions) { o.Class = "webserver" }, "no class"},
		{func(o *ServiceOptions) { o.User = "a b" }, "not a user name"},
		{func(o *ServiceOptions) { o.Group = "a b" }, "not a group name"},
		{func(o *ServiceOptions) { o.User, o.DynamicUser = "a", true }, "--dynamic-user goes with neither"},
		{func(o *ServiceOptions) { o.Ports = []int{0} }, "1 to 65535"},
		{func(o *ServiceOptions) { o.Ports, o.NoNetwork = []int{80}, true }, "--no-network"},
		{func(o *ServiceOptions) { o.StateDir = "/srv/x" }, "--write-path /srv/x"},
		{func(o *ServiceOptions) { o.StateDir = "../x" }, "--state-dir"},
		{func(o *ServiceOptions) { o.WritePaths = []string{"./x"} }, "copied to the store"},
		{func(o *ServiceOptions) { o.WritePaths = []string{"a b ]"} }, "--write-path"},
		{func(o *ServiceOptions) { o.Devices = []string{"ttyUSB0"} }, "--device"},
		{func(o *ServiceOptions) { o.Capabilities = []string{"CAP_NETADMIN"} }, "--capability"},
		{func(o *ServiceOptions) { o.Credentials = []string{"/run/x"} }, "ID:PATH"},
		{func(o *ServiceOptions) { o.Environment = []string{"A B=1"} }, "NAME=VALUE"},
		{func(o *ServiceOptions) { o.After = []string{"postgresql"} }, "suffix"},
		{func(o *ServiceOptions) { o.Type = "simpel" }, "--type"},
		{func(o *ServiceOptions) { o.Type, o.Class = "notify", "oneshot" }, "runs and ends"},
		{func(o *ServiceOptions) { o.Name, o.StartAt = "a@", []string{"daily"} }, "--start-at"},
	} {
		o := good
		c.change(&o)
		if _, err := Service(o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: the error is %v, which does not say %q", o, err, c.says)
		}
	}
}
