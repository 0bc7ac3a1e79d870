package gen

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/value"
	"wardnix/rules/profile"
)

// ServiceOptions say what a new service is. Text may hold expressions of Nix as
// ${…}; ${NAME} in capitals is a variable of the environment.
type ServiceOptions struct {
	// Name is that of the unit, with or without ".service".
	Name string
	// Exec is the command line: an absolute path, or ${…}, and arguments.
	Exec string
	// Class is one of [classNames].
	Class string

	Description string
	// User is the user that it runs as, which the module declares unless it is
	// root; "" is one with the name of the unit.
	User string
	// Group is the user's group; "" is one with the name of the user.
	Group string
	// DynamicUser lets systemd make up a user while the service runs.
	DynamicUser bool

	// Ports are what it listens on.
	Ports []int
	// NoNetwork cuts it off the network.
	NoNetwork bool
	// StateDir is a directory below /var/lib that it keeps its state in.
	StateDir string
	// WritePaths are absolute paths that it writes besides.
	WritePaths []string
	// Devices are what it opens, as "/dev/ttyUSB0 rw".
	Devices []string
	// Capabilities are what it needs over the host.
	Capabilities []string
	// Credentials are secrets, as ID:PATH, where PATH may be an expression.
	Credentials []string
	// Environment are variables, as NAME=VALUE.
	Environment []string

	After, Wants, Requires, WantedBy []string
	// StartAt are calendar times at which it is started.
	StartAt []string
	// Type is that of [Service]; "" is the right one for the class.
	Type string

	Target Target
}

// Service is a complete module for a service of a class: what the strict
// baseline requires, but for what such a service needs.
func Service(o ServiceOptions) (*Module, error) {
	o.Name = strings.TrimSuffix(o.Name, ".service")
	c, err := classNamed(o.Class)
	if err != nil {
		return nil, err
	}
	if err := o.check(c); err != nil {
		return nil, err
	}
	s := &service{ServiceOptions: o, class: c, set: map[string]setting{}}
	for _, step := range []func() error{
		s.baseline, s.command, s.identity, s.files, s.devices, s.capabilities, s.network, s.calls,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s.module()
}

// setting is a value with its reason.
type setting struct {
	value  any
	reason string
}

// service is a service in the making.
type service struct {
	ServiceOptions
	class *profile.Kind
	set   map[string]setting
	notes []string
}

// put sets a directive.
func (s *service) put(name string, value any, reason string) {
	s.set[name] = setting{value, reason}
}

// leave switches a directive off, in so many words: what a module says is not
// taken for forgotten. What a dynamic user brings along cannot be switched off.
func (s *service) leave(name, why string) {
	v, set := s.set[name]
	implied := slices.ContainsFunc(security.Implications(s.Target.version()), func(i security.Implication) bool {
		return s.DynamicUser && i.Directive == "DynamicUser" && i.Implies == name
	})
	switch {
	case !set || implied:
	case v.value == true || v.value == false:
		s.put(name, false, "Off: "+why+".")
	case name == "ProcSubset":
		s.put(name, "all", "All of /proc: "+why+".")
	case name == "UMask":
		s.put(name, "0022", "The usual mask: "+why+".")
	default:
		delete(s.set, name)
	}
}

// baseline begins with the strict baseline, without what the class needs.
func (s *service) baseline() error {
	for _, row := range settings("strict", s.Target) {
		name := row.Path[len(row.Path)-1]
		s.put(name, row.Value, reasons[name])
	}
	for name, why := range s.class.Needs {
		s.leave(name, why)
	}
	for name, v := range s.class.Settings {
		s.put(name, v.Value, v.Reason)
	}
	return nil
}

// command is what runs, and when it counts as started.
func (s *service) command() error {
	exec, err := text(s.Exec)
	if err != nil {
		return fmt.Errorf("--exec: %w", err)
	}
	s.put("ExecStart", exec, reasons["ExecStart"])
	s.notes = append(s.notes, foreignNotes(exec)...)
	switch {
	case s.Type != "":
	case s.class.Once:
		s.Type = "oneshot"
	default:
		s.Type = "exec"
	}
	s.put("Type", s.Type, typeReasons[s.Type])
	if s.Type != "oneshot" {
		s.put("Restart", "on-failure", reasons["Restart"])
		s.put("RestartSec", 5, reasons["RestartSec"])
	}
	if s.Type == "forking" {
		s.leave("PrivatePIDs", "it does not go with Type=forking")
	}
	return nil
}

var typeReasons = map[string]string{
	"simple":        "It counts as started at once.",
	"exec":          "It counts as started when the program runs, so that a wrong path is an error.",
	"forking":       "It counts as started when the program has gone to the background.",
	"oneshot":       "It counts as started when the program has ended.",
	"notify":        "It counts as started when the program says so.",
	"notify-reload": "It counts as started when the program says so, and reloads on SIGHUP.",
	"dbus":          "It counts as started when its name is on D-Bus.",
	"idle":          "It starts when nothing else is to be started.",
}

// root reports whether it runs as root.
func (s *service) root() bool { return s.User == "root" }

// identity is the user.
func (s *service) identity() error {
	switch {
	case s.DynamicUser:
		s.put("DynamicUser", true, "Runs as a user that exists only while it runs.")
		return nil
	case s.User == "":
		s.User = strings.TrimSuffix(s.Name, "@")
	}
	if s.Group == "" {
		s.Group = s.User
	}
	s.put("User", s.User, "Runs as a user of its own instead of root.")
	s.put("Group", s.Group, "Runs with a group of its own.")
	if s.root() {
		s.put("User", s.User, "Runs as root, which a user of its own would be better than.")
		s.put("Group", s.Group, "The group of root.")
		s.leave("PrivateUsers", "root needs the users of the host")
		s.leave("RemoveIPC", "it does not apply to root")
	}
	return nil
}

// files are what it may write.
func (s *service) files() error {
	if s.StateDir == "" && s.class.State {
		s.StateDir = strings.TrimSuffix(s.Name, "@")
	}
	if s.StateDir != "" {
		s.put("StateDirectory", s.StateDir, reasons["StateDirectory"])
		mode, reason := "0700", "Only its user may enter that directory."
		if s.set["UMask"].value == "0027" {
			mode, reason = "0750", "Only its user and group may enter that directory."
		}
		s.put("StateDirectoryMode", mode, reason)
	}
	if len(s.WritePaths) > 0 {
		paths := make([]any, len(s.WritePaths))
		for i, p := range s.WritePaths {
			v, err := path(p)
			if err != nil {
				return fmt.Errorf("--write-path: %w", err)
			}
			paths[i] = v
		}
		s.put("ReadWritePaths", paths, reasons["ReadWritePaths"])
	}
	if s.class.Writes && s.StateDir == "" && len(s.WritePaths) == 0 && !s.DynamicUser {
		s.put("ProtectSystem", "full", "Makes /usr, /boot and /etc read-only. With --state-dir or --write-path it would be strict.")
	} else {
		s.put("ProtectSystem", "strict", "Makes the whole file system read-only, but for what is named here.")
		s.put("PrivateTmp", true, reasons["PrivateTmp"])
	}
	return s.credentials()
}

func (s *service) credentials() error {
	var list []any
	for _, c := range s.Credentials {
		id, file, ok := strings.Cut(c, ":")
		if !ok || id == "" {
			return fmt.Errorf("--credential takes ID:PATH, not %q", c)
		}
		v, err := path(file)
		if err != nil {
			return fmt.Errorf("--credential: %w", err)
		}
		list = append(list, joined(id+":", v, ""))
		s.notes = append(s.notes, foreignNotes(v)...)
	}
	if list != nil {
		s.put("LoadCredential", list, reasons["LoadCredential"])
	}
	return nil
}

// devices are what it may open.
func (s *service) devices() error {
	devices := slices.Concat(s.class.Devices, s.Devices)
	if len(devices) == 0 {
		return nil
	}
	s.leave("PrivateDevices", "it opens "+strings.Join(devices, ", "))
	if len(s.Devices) > 0 {
		s.leave("PrivateUsers", "devices belong to other users")
	}
	list := make([]any, len(devices))
	for i, d := range devices {
		list[i] = d
	}
	s.put("DevicePolicy", "closed", reasons["DevicePolicy"])
	s.put("DeviceAllow", list, reasons["DeviceAllow"])
	return nil
}

// capabilities are what it needs of them, and the user namespace that they do
// not reach out of.
func (s *service) capabilities() error {
	wanted := slices.Concat(s.class.Capabilities, s.Capabilities)
	if s.low() {
		wanted = append(wanted, "CAP_NET_BIND_SERVICE")
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	switch {
	case len(wanted) > 0:
		list := make([]any, len(wanted))
		for i, w := range wanted {
			list[i] = w
		}
		s.put("AmbientCapabilities", list, "Grants "+what(wanted)+".")
		s.put("CapabilityBoundingSet", list, "Takes every other capability away for good.")
		s.leave("PrivateUsers", "the capability would not reach the host")
	case s.root():
		s.put("AmbientCapabilities", nil, reasons["AmbientCapabilities"])
		delete(s.set, "CapabilityBoundingSet")
		s.notes = append(s.notes, "root keeps every capability; --capability names those that it needs")
	default:
		s.put("AmbientCapabilities", nil, reasons["AmbientCapabilities"])
		s.put("CapabilityBoundingSet", nil, reasons["CapabilityBoundingSet"])
		if s.class.Listens && len(s.Devices) == 0 {
			s.put("PrivateUsers", true, reasons["PrivateUsers"]) // the class leaves it out for the sake of a capability
		}
	}
	if s.low() {
		s.notes = append(s.notes, "ports below 1024 take CAP_NET_BIND_SERVICE, so PrivateUsers is left out")
	}
	if s.low() && len(s.Ports) == 0 {
		s.notes = append(s.notes, "a web server is taken to listen on port 80 or 443; --port 8080 needs no capability")
	}
	return nil
}

// what says what capabilities are for.
func what(names []string) string {
	doc := map[string]string{
		"CAP_NET_BIND_SERVICE": "to listen on ports below 1024",
		"CAP_DAC_READ_SEARCH":  "to read the files of all users",
		"CAP_NET_ADMIN":        "to configure the network",
		"CAP_SYS_TIME":         "to set the clock",
	}
	if len(names) == 1 && doc[names[0]] != "" {
		return "the right " + doc[names[0]]
	}
	return "what it needs over the host"
}

// low reports whether it listens on a port below 1024.
func (s *service) low() bool {
	if len(s.Ports) == 0 {
		return s.class.Listens && !s.NoNetwork
	}
	return slices.Min(s.Ports) < 1024
}

// network is what sockets it may open.
func (s *service) network() error {
	families := append([]string{"AF_UNIX"}, s.class.Families...)
	if !s.NoNetwork {
		families = append(families, "AF_INET", "AF_INET6")
	}
	slices.Sort(families)
	list := make([]any, len(families))
	for i, f := range families {
		list[i] = f
	}
	s.put("RestrictAddressFamilies", list, reasons["RestrictAddressFamilies"])
	if s.NoNetwork && s.class.Families == nil {
		s.put("PrivateNetwork", true, "Leaves no network but a loopback device of its own.")
	}
	return nil
}

// calls is the filter of system calls, without the groups that the class makes.
func (s *service) calls() error {
	for _, row := range settings("strict", s.Target) {
		refused, ok := row.Value.([]any)
		if !ok || row.Path[len(row.Path)-1] != "SystemCallFilter" {
			continue
		}
		refused = slices.DeleteFunc(slices.Clone(refused), func(v any) bool {
			group, _ := v.(string)
			return slices.Contains(s.class.Calls, strings.TrimPrefix(group, "~"))
		})
		s.put("SystemCallFilter", refused, reasons["SystemCallFilter"])
	}
	return nil
}

// module writes it all down.
func (s *service) module() (*Module, error) {
	m := &Module{Unit: s.Name + ".service", Notes: s.notes,
		Head: spell.Capitalised(s.class.About) + "."}
	unit, err := s.unit()
	if err != nil {
		return nil, err
	}
	config := emit.Attr{Path: []string{"serviceConfig"}, Value: s.directives(), Blank: true}
	unit = append(unit, config)
	service := at(unit, "systemd", "services", s.Name)
	if !s.DynamicUser && !s.root() {
		m.Body = declare(s.User, s.Group)
		service.Blank = true
	}
	m.Body = append(m.Body, service)
	return m, nil
}

// unit are the options besides the directives.
func (s *service) unit() (emit.Attrs, error) {
	description, err := text(s.Description)
	if err != nil {
		return nil, fmt.Errorf("--description: %w", err)
	}
	if s.Description == "" {
		description = strings.TrimSuffix(s.Name, "@")
	}
	attrs := emit.Attrs{emit.A("description", description)}
	s.ordering()
	for _, l := range []struct {
		name, reason string
		units        []string
	}{
		{"after", "Starts after these units.", s.After},
		{"wants", "Starts these units along with it.", s.Wants},
		{"requires", "Fails when these units fail.", s.Requires},
		{"wantedBy", "Starts it at boot.", s.WantedBy},
		{"startAt", "Starts it at these times.", s.StartAt},
	} {
		if len(l.units) > 0 {
			attrs = append(attrs, a(l.name, l.units, l.reason))
		}
	}
	if len(s.Environment) == 0 {
		return attrs, nil
	}
	var env emit.Attrs
	for _, e := range s.Environment {
		name, value, ok := strings.Cut(e, "=")
		v, err := text(value)
		if !ok || !variableName.MatchString(name) || err != nil {
			return nil, fmt.Errorf("--environment takes NAME=VALUE, not %q", e)
		}
		env = append(env, emit.A(name, v))
	}
	return append(attrs, apart(emit.A("environment", env))), nil
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// ordering adds what the class waits for, and when it is started.
func (s *service) ordering() {
	const online = "network-online.target"
	if s.class.Online && !s.NoNetwork && !slices.Contains(s.After, online) {
		s.After = append([]string{online}, s.After...)
	} else if len(s.Ports) > 0 && !slices.Contains(s.After, online) && !slices.Contains(s.After, "network.target") {
		s.After = append([]string{"network.target"}, s.After...)
	}
	if slices.Contains(s.After, online) && !slices.Contains(s.Wants, online) {
		s.Wants = append([]string{online}, s.Wants...)
	}
	template := strings.HasSuffix(s.Name, "@")
	if s.class.Daily && len(s.StartAt) == 0 && !template {
		s.StartAt = []string{"daily"}
	}
	if len(s.StartAt) == 0 && len(s.WantedBy) == 0 && !template {
		s.WantedBy = []string{"multi-user.target"}
	}
}

// directives are those of [Service], in groups.
func (s *service) directives() emit.Attrs {
	var attrs emit.Attrs
	for _, group := range order {
		first := true
		for _, name := range group {
			v, ok := s.set[name]
			if !ok {
				continue
			}
			attr := a(name, v.value, v.reason)
			attr.Blank = first
			first = false
			attrs = append(attrs, attr)
		}
	}
	return attrs
}

// check looks at what was requested.
func (o *ServiceOptions) check(c *profile.Kind) error {
	if err := checkName(o.Name); err != nil {
		return err
	}
	if err := o.checkExec(); err != nil {
		return err
	}
	v := o.Target.version()
	user := o.User
	if user == "" {
		user = strings.TrimSuffix(o.Name, "@")
	}
	switch {
	case o.DynamicUser && (o.User != "" || o.Group != ""):
		return fmt.Errorf("--dynamic-user goes with neither --user nor --group")
	case !o.DynamicUser && !userName.MatchString(user):
		return fmt.Errorf("%q is not a user name; give one with --user, or --dynamic-user", user)
	case o.Group != "" && !userName.MatchString(o.Group):
		return fmt.Errorf("--group: %q is not a group name", o.Group)
	case o.NoNetwork && len(o.Ports) > 0:
		return fmt.Errorf("--no-network goes without --port")
	case strings.HasSuffix(o.Name, "@") && len(o.StartAt) > 0:
		return fmt.Errorf("--start-at does not go with a template")
	}
	if err := o.checkType(c, v); err != nil {
		return err
	}
	return o.checkLists(v)
}

func (o *ServiceOptions) checkType(c *profile.Kind, v directive.Version) error {
	switch {
	case o.Type == "":
		return nil
	case typeReasons[o.Type] == "":
		return fmt.Errorf("--type: systemd has no type %q; it has %s", o.Type, strings.Join(slices.Sorted(maps.Keys(typeReasons)), ", "))
	case o.Type == "dbus":
		return fmt.Errorf("--type dbus takes the name on the bus, which has no flag; use notify, and set BusName yourself")
	case value.Check("Service", "Type", o.Type, v).Status != value.Valid:
		return fmt.Errorf("--type: systemd %d has no type %q", v, o.Type)
	case o.Type != "oneshot" && c.Once:
		return fmt.Errorf("--type %s does not go with a service of class %s, which runs and ends", o.Type, c.Name)
	}
	return nil
}

func (o *ServiceOptions) checkLists(v directive.Version) error {
	for _, p := range o.Ports {
		if p < 1 || p > 65535 {
			return fmt.Errorf("--port takes 1 to 65535, not %d", p)
		}
	}
	o.StateDir = strings.TrimSuffix(strings.TrimPrefix(o.StateDir, "/var/lib/"), "/")
	if strings.HasPrefix(o.StateDir, "/") {
		return fmt.Errorf("--state-dir takes a directory below /var/lib; use --write-path %s", o.StateDir)
	}
	for _, units := range [][]string{o.After, o.Wants, o.Requires, o.WantedBy} {
		for _, u := range units {
			if !unitName.MatchString(u) {
				return fmt.Errorf("%q is not a unit name; it needs a suffix, such as .service", u)
			}
		}
	}
	for _, check := range []struct {
		flag, section, directive string
		values                   []string
	}{
		{"state-dir", "Service", "StateDirectory", nonEmpty(o.StateDir)},
		{"device", "Service", "DeviceAllow", o.Devices},
		{"capability", "Service", "AmbientCapabilities", o.Capabilities},
		{"start-at", "Timer", "OnCalendar", o.StartAt},
	} {
		for _, text := range check.values {
			verdict := value.Check(check.section, check.directive, text, v)
			if verdict.Status != value.Valid || strings.TrimSpace(text) == "" {
				return fmt.Errorf("--%s %s: %s", check.flag, strconv.Quote(text), orElse(verdict.Reason, "systemd would ignore it"))
			}
		}
	}
	return nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// userName is what users may be called: the strict rules of systemd
// (src/basic/user-util.c, valid_user_group_name, systemd 252), with 31 characters
// at most.
var userName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_-]{0,30}$`)

// checkExec reports a command line that systemd could not run.
func (o *ServiceOptions) checkExec() error {
	program, _, _ := strings.Cut(o.Exec, " ")
	switch {
	case strings.TrimSpace(o.Exec) == "":
		return fmt.Errorf("a command is missing: --exec CMD")
	case strings.ContainsAny(o.Exec, "\n\r\x00"):
		return fmt.Errorf("--exec takes one line")
	case strings.HasPrefix(program, "${") || strings.HasPrefix(program, "/"):
		return nil
	}
	return fmt.Errorf("--exec: the program must be an absolute path or an expression, such as ${pkgs.%s}/bin/%[1]s, not %q",
		orElse(packageName.FindString(program), "hello"), program)
}

var packageName = regexp.MustCompile(`[a-z][a-z0-9-]*`)

// unitName is what NixOS takes as the name of a unit (nixos/lib/systemd-lib.nix,
// unitNameType, NixOS 26.11).
var unitName = regexp.MustCompile(`^[a-zA-Z0-9@%:_.\-]+\.(service|socket|device|mount|automount|swap|target|path|timer|scope|slice)$`)

var baseName = regexp.MustCompile(`^[a-zA-Z0-9:_.\-]+@?$`)

// checkName reports a name that a service cannot have.
func checkName(name string) error {
	if name == "" || !baseName.MatchString(name) || len(name) > 200 {
		return fmt.Errorf("%q is not a service name", name)
	}
	return nil
}
