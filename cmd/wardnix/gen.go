package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/emit"
	"wardnix/lint/config"
	"wardnix/lint/files"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/directive"
	"wardnix/rules/gen"
	"wardnix/rules/profile"
)

// genVerb writes modules from nothing.
type genVerb struct {
	set        *pflag.FlagSet // to see which flags were given
	service    gen.ServiceOptions
	token      string
	fromUnit   string
	name       string
	noComments bool
	output     string
	force      bool
	target     target
}

func (*genVerb) about() about {
	var classes strings.Builder
	for _, c := range profile.Kinds() {
		fmt.Fprintf(&classes, "  %-16s%s\n", c.Name, c.About)
	}
	return about{name: "gen", args: "cloudflared | server | service NAME | harden NAME…", line: "write a NixOS module for a hardened service", text: `
  wardnix gen service NAME --exec CMD --class CLASS   a service with few rights
  wardnix gen cloudflared --token-file EXPR           a Cloudflare tunnel
  wardnix gen server                                  systemd's settings for a server
  wardnix gen harden NAME…                            the proven baselines of NixOS services
  wardnix gen --from-unit FILE                        a systemd unit as options

Text may contain Nix expressions: --exec '${pkgs.caddy}/bin/caddy run'. The module is printed to standard
output; its exposure and remarks are printed to standard error. --from-unit takes a unit file with the
drop-ins next to it, a drop-in alone, or the output of the tool shh; "-" is standard input and needs --name.

The classes are:

` + strings.TrimRight(classes.String(), "\n"),
		words: func() []string {
			return append([]string{"service", "cloudflared", "server", "harden"}, gen.HardenNames()...)
		}}
}

func (v *genVerb) flags(fs *pflag.FlagSet) {
	v.set = fs
	s := &v.service
	fs.StringVar(&s.Exec, "exec", "", "run `CMD`, which begins with an absolute path or ${…}")
	fs.StringVar(&s.Class, "class", "", "harden for this `CLASS` of service, listed above")
	offers(fs, "class", kindNames()...)
	fs.StringVar(&s.Description, "description", "", "describe the service as `TEXT`")
	fs.StringVar(&s.User, "user", "", "run as `USER`, which the module declares (default: the name of the unit)")
	fs.StringVar(&s.Group, "group", "", "run with `GROUP`, which the module declares (default: the name of the user)")
	fs.BoolVar(&s.DynamicUser, "dynamic-user", false, "use DynamicUser: the user exists only while the service runs")
	fs.IntSliceVar(&s.Ports, "port", nil, "listen on port `N`")
	fs.BoolVar(&s.NoNetwork, "no-network", false, "deny access to the network")
	fs.StringVar(&s.StateDir, "state-dir", "", "keep state in `DIR` below /var/lib")
	fs.StringArrayVar(&s.WritePaths, "write-path", nil, "also allow writing to `PATH`")
	fs.StringArrayVar(&s.Devices, "device", nil, "it opens `DEVICE`, such as \"/dev/ttyUSB0 rw\"")
	fs.StringSliceVar(&s.Capabilities, "capability", nil, "grant the capability `CAP`")
	fs.StringArrayVar(&s.Credentials, "credential", nil, "load the secret `ID:PATH` as a credential")
	fs.StringArrayVar(&s.Environment, "environment", nil, "set `NAME=VALUE` in its environment")
	fs.StringSliceVar(&s.After, "after", nil, "start after `UNIT`")
	fs.StringSliceVar(&s.Wants, "wants", nil, "also start `UNIT`")
	fs.StringSliceVar(&s.Requires, "requires", nil, "require `UNIT`, and fail if it fails to start")
	fs.StringSliceVar(&s.WantedBy, "wanted-by", nil, "start with `UNIT` (default: multi-user.target)")
	fs.StringArrayVar(&s.StartAt, "start-at", nil, "start at calendar time `WHEN`")
	fs.StringVar(&s.Type, "type", "", "set the service `TYPE`, see systemd.service(5)")
	fs.StringVar(&v.token, "token-file", "", "read the tunnel's token from `EXPR`, a Nix expression or an absolute path")
	fs.StringVar(&v.fromUnit, "from-unit", "", "convert this unit `FILE` to a module")
	fs.StringVar(&v.name, "name", "", "the `NAME` of the unit")
	fs.StringVar(&v.target.release, "nixos-release", "", "write for this `RELEASE` of NixOS, such as 25.11 (default: the newest)")
	fs.StringVar(&v.target.systemd, "systemd-version", "", "write for this `VERSION` of systemd, "+directive.Known()+" (default: that of the release)")
	fs.BoolVar(&v.noComments, "no-comments", false, "omit the comments that give the reasons")
	fs.StringVarP(&v.output, "output", "o", "", "write to `FILE`, which must not exist")
	fs.BoolVar(&v.force, "force", false, "with --output: replace the file")
}

// kindNames are the names of the classes of services that can be written.
func kindNames() []string {
	var names []string
	for _, k := range profile.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// commonFlags go with everything that gen writes; the others with one thing.
var commonFlags = []string{"nixos-release", "systemd-version", "no-comments", "output", "force"}

var genFlags = map[string][]string{
	"cloudflared": {"token-file", "name"},
	"server":      {},
	"harden":      {},
	"from-unit":   {"from-unit", "name"},
	"service": {"exec", "class", "description", "user", "group", "dynamic-user", "port", "no-network", "state-dir", "write-path",
		"device", "capability", "credential", "environment", "after", "wants", "requires", "wanted-by", "start-at", "type"},
}

func (v *genVerb) run(c *Command, args []string) int {
	m, t, err := v.module(c, args)
	if err != nil {
		return c.fail("gen: %v", err)
	}
	if v.noComments {
		m = m.WithoutComments()
	}
	text, err := m.Text()
	if err != nil {
		return c.fail("gen: %v", err)
	}
	exposure, err := m.Assess(t)
	switch {
	case err != nil && v.fromUnit == "":
		return c.fail("gen: %s: %v", m.Unit, err)
	case err != nil: // the unit was so before
		m.Notes = append(m.Notes, fmt.Sprintf("systemd does not load %s: %v", m.Unit, err))
	}
	if err := v.write(c, text); err != nil {
		return c.fail("gen: %v", err)
	}
	for _, note := range m.Notes {
		c.say("note: " + note)
	}
	if exposure != nil {
		c.say(fmt.Sprintf("the exposure of %s is %s", m.Unit, report.ExposureText(exposure)))
	}
	return exitClean
}

// module makes what the arguments require.
func (v *genVerb) module(c *Command, args []string) (*gen.Module, gen.Target, error) {
	var t gen.Target
	var given config.Flags
	if err := v.target.apply(&given); err != nil {
		return nil, t, err
	}
	t.Systemd = directive.Version(given.SystemdVersion)
	if given.NixOSRelease != "" {
		t.Release, _ = nixos.ParseRelease(given.NixOSRelease) // apply checked it
	}
	what, names := "", 0
	switch {
	case v.fromUnit != "":
		what = "from-unit"
	case len(args) > 0:
		what, args = args[0], args[1:]
	}
	if what == "service" {
		names = 1
	}
	takes, ok := genFlags[what]
	switch {
	case what == "":
		return nil, t, fmt.Errorf("say what to write: cloudflared, server, service NAME, harden NAME…, or --from-unit FILE")
	case !ok || what == "from-unit" && v.fromUnit == "":
		return nil, t, fmt.Errorf("cannot write %q; there are cloudflared, server, service NAME, harden NAME…, and --from-unit FILE", what)
	case what == "harden" && len(args) == 0:
		return nil, t, fmt.Errorf("harden takes the names of services: %s", strings.Join(gen.HardenNames(), ", "))
	case what == "harden":
	case len(args) != names && names == 1:
		return nil, t, fmt.Errorf("service takes one name, not %d", len(args))
	case len(args) != names:
		return nil, t, fmt.Errorf("%s takes no further argument: %q", what, args[0])
	}
	var wrong error
	v.set.Visit(func(f *pflag.Flag) {
		if !slices.Contains(takes, f.Name) && !slices.Contains(commonFlags, f.Name) {
			wrong = fmt.Errorf("--%s does not go with %s", f.Name, what)
		}
	})
	if wrong != nil {
		return nil, t, wrong
	}
	m, err := v.make(c, what, args, t)
	return m, t, err
}

func (v *genVerb) make(c *Command, what string, args []string, t gen.Target) (*gen.Module, error) {
	switch what {
	case "cloudflared":
		return gen.Cloudflared(gen.Tunnel{Name: strings.TrimSuffix(v.name, ".service"), Token: v.token, Target: t})
	case "harden":
		return gen.Harden(args, t)
	case "server":
		return gen.Server(t)
	case "service":
		v.service.Name, v.service.Target = args[0], t
		return gen.Service(v.service)
	}
	return v.convert(c, t)
}

// convert reads the unit that --from-unit names.
func (v *genVerb) convert(c *Command, t gen.Target) (*gen.Module, error) {
	text, err := c.readFile(v.fromUnit)
	if err != nil {
		return nil, err
	}
	main := &gen.Source{Name: v.fromUnit, Text: []byte(text)}
	name := v.name
	if name != "" && filepath.Ext(name) == "" {
		name += ".service"
	}
	if v.fromUnit == "-" {
		main.Name = "standard input"
		if name == "" {
			return nil, fmt.Errorf("--from-unit - needs --name")
		}
		return gen.FromText(name, *main, t)
	}
	base := filepath.Base(v.fromUnit)
	if strings.HasSuffix(base, ".conf") || strings.HasSuffix(base, ".txt") {
		directory := filepath.Base(filepath.Dir(c.abs(v.fromUnit)))
		if of, ok := strings.CutSuffix(directory, ".d"); ok && name == "" {
			name = of
		}
		if name == "" {
			return nil, fmt.Errorf("%s: which unit is it for? name it with --name", v.fromUnit)
		}
		return gen.FromText(name, *main, t)
	}
	if name == "" {
		name = base
	}
	dropins, err := c.dropins(v.fromUnit)
	if err != nil {
		return nil, err
	}
	return gen.FromUnit(name, main, dropins, t)
}

// dropins are the drop-ins next to a unit file, in the order in which systemd
// reads them.
func (c *Command) dropins(unit string) ([]gen.Source, error) {
	dir, err := files.Resolve(c.abs(unit) + ".d")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []gen.Source
	for _, e := range entries { // sorted by name
		if filepath.Ext(e.Name()) != ".conf" {
			continue
		}
		name := unit + ".d/" + e.Name()
		text, err := files.Read(c.abs(name), files.MaxModule)
		if err != nil {
			return nil, err
		}
		out = append(out, gen.Source{Name: name, Text: []byte(text)})
	}
	return out, nil
}

// write brings the module to standard output or to a file.
func (v *genVerb) write(c *Command, text string) error {
	switch {
	case v.output == "" && v.force:
		return fmt.Errorf("--force goes with --output")
	case v.output == "":
		c.data(text)
		return nil
	}
	path := c.abs(v.output)
	if v.force {
		old, err := files.Read(path, files.MaxModule)
		if err == nil {
			return emit.WriteFile(filepath.Dir(path), path, old, text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s exists; --force replaces it", v.output)
	}
	return emit.WriteNew(path, []byte(text))
}
