package rules

import (
	"iter"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// A class is a kind of service, told by what its unit shows, and what is known
// that such services need. The rows of generic baselines that take it away are
// not asked of them.
type class struct {
	// name is the class in messages: "just-in-time runtime".
	name string
	// programs tell the class by what the unit executes.
	programs []string
	// all leaves out every row.
	all bool
	// needs are the directives that are left out, with the reason.
	needs map[string]string
}

// classes are the kinds of services known, the most telling first. What they need
// is what modules of nixpkgs (26.11) open for such services, with their reasons.
var classes = []class{
	{
		name: "container runtime or build service", all: true,
		programs: []string{
			"docker", "dockerd", "podman", "containerd", "crun", "runc", "buildkitd", "nerdctl", "lxc", "lxd", "incus", "incusd",
			"systemd-nspawn", "machinectl", "libvirtd", "virtqemud", "qemu-system-x86_64", "cloud-hypervisor", "firecracker", "crosvm",
			"k3s", "kubelet", "rke2", "nomad", "docker-compose", "podman-compose",
			"nix", "nix-build", "nix-daemon", "nix-store", "nix-collect-garbage", "nixos-rebuild", "colmena", "hydra-queue-runner",
			"gitlab-runner", "github-runner", "Runner.Listener", "run-github-runner", "forgejo-runner", "act_runner", "buildbot-worker", "gocd-agent",
			"hercules-ci-agent", "cachix-agent", "woodpecker-agent", "buildkite-agent",
			"bwrap", "steam-run", "flatpak", "chromium", "google-chrome", "electron", "switch-to-configuration",
		},
	},
	{
		name: "login or job service", all: true,
		programs: []string{
			"sshd", "agetty", "login", "dropbear", "etserver", "mosh-server", "ttyd", "shellinaboxd", "kmscon", "fbterm",
			"gdm", "lightdm", "sddm", "greetd", "ly", "xdm", "slim", "xrdp-sesman", "cage",
			"cron", "crond", "cronie", "fcron", "incrond", "atd", "systemd-run",
		},
	},
	{
		name: "just-in-time runtime",
		programs: []string{
			"node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "java", "dotnet", "mono", "luajit", "pypy", "pypy3", "wasmtime", "wasmer",
			"n8n", "jellyfin", "ollama", "minecraft-server", "uptime-kuma",
		},
		needs: map[string]string{
			"MemoryDenyWriteExecute": "just-in-time compilers write code and run it",
			"ProcSubset":             "the runtime reads /proc/meminfo and /proc/cpuinfo",
		},
	},
	{
		name: "web server",
		programs: []string{
			"nginx", "caddy", "traefik", "httpd", "lighttpd", "haproxy", "envoy", "apache2", "h2o",
		},
		needs: map[string]string{
			"PrivateUsers":           "ports below 1024 take a capability of the host",
			"CapabilityBoundingSet":  "ports below 1024 take CAP_NET_BIND_SERVICE",
			"AmbientCapabilities":    "ports below 1024 take CAP_NET_BIND_SERVICE",
			"MemoryDenyWriteExecute": "modules may bring a just-in-time compiler",
			"UMask":                  "certificates and sockets are shared with a group",
		},
	},
	{
		name: "database",
		programs: []string{
			"postgres", "postgresql", "mysqld", "mariadbd", "mongod", "redis-server", "valkey-server", "influxd", "clickhouse-server", "cockroach",
		},
		needs: map[string]string{
			"MemoryDenyWriteExecute": "queries may be compiled",
			"SystemCallFilter":       "affinity and huge pages take calls of @resources",
			"RestrictSUIDSGID":       "directories are shared with a group",
			"UMask":                  "sockets are shared with a group",
			"RemoveIPC":              "shared memory must outlive a session of the same user",
		},
	},
	{
		name: "VPN, firewall or router",
		programs: []string{
			"wg", "wg-quick", "wireguard-go", "openvpn", "tailscaled", "tailscale", "netbird", "nebula", "zerotier-one", "iptables", "nft", "ip",
			"babeld", "bird", "frr", "jool", "jool_siit", "sysctl", "ethtool", "tc", "dhcpcd", "hostapd", "pppd", "ipsec", "swanctl", "charon-systemd",
		},
		needs: map[string]string{
			"PrivateDevices":          "/dev/net/tun",
			"PrivateUsers":            "CAP_NET_ADMIN over the host",
			"PrivateNetwork":          "it configures the host's network",
			"CapabilityBoundingSet":   "CAP_NET_ADMIN",
			"AmbientCapabilities":     "CAP_NET_ADMIN",
			"ProtectKernelTunables":   "it sets sysctls",
			"ProtectKernelModules":    "it loads modules of netfilter and tunnels",
			"RestrictNamespaces":      "network namespaces",
			"RestrictAddressFamilies": "AF_NETLINK and AF_PACKET",
			"SystemCallFilter":        "calls of @privileged",
		},
	},
	{
		name: "time service", programs: []string{"chronyd", "ntpd", "ntpd-rs", "ptp4l", "phc2sys", "hwclock", "openntpd"},
		needs: map[string]string{
			"ProtectClock":          "it sets the clock",
			"PrivateDevices":        "/dev/rtc and /dev/ptp0",
			"CapabilityBoundingSet": "CAP_SYS_TIME", "PrivateUsers": "CAP_SYS_TIME",
			"SystemCallFilter": "calls of @clock", "RestrictRealtime": "realtime priority",
		},
	},
	{
		name: "backup job",
		programs: []string{
			"restic", "borg", "borgmatic", "rclone", "rsync", "duplicity", "kopia", "zfs", "zpool", "syncoid", "sanoid", "btrbk", "btrfs", "tar", "rustic",
		},
		needs: map[string]string{
			"ProtectHome":           "home directories are what is saved",
			"PrivateUsers":          "files of all users are read",
			"PrivateDevices":        "snapshots take /dev/zfs and the like",
			"CapabilityBoundingSet": "CAP_DAC_READ_SEARCH", "AmbientCapabilities": "CAP_DAC_READ_SEARCH",
			"UMask": "restored files keep their modes", "RestrictSUIDSGID": "restored files keep their setuid bits",
			"ProtectSystem": "where it writes is not known", "SystemCallFilter": "calls of @privileged",
			"PrivateTmp": "what it saves may lie in /tmp",
		},
	},
	{
		name: "hardware daemon",
		programs: []string{
			"bluetoothd", "thermald", "upsd", "upsmon", "upower", "smartd", "fwupd", "pcscd", "udevd", "rtl_433", "zigbee2mqtt", "brightnessctl",
			"modprobe", "insmod", "rfkill", "hdparm", "mdadm", "cryptsetup", "mount", "umount", "swapon", "fancontrol", "nvidia-smi", "nvidia-persistenced",
			"powertop", "cpupower", "tlp", "auto-cpufreq", "ratbagd", "liquidctl", "i2cset", "setpci", "ipmitool", "usbguard-daemon",
		},
		needs: map[string]string{
			"PrivateDevices":          "devices are what it is for",
			"PrivateUsers":            "devices belong to other users",
			"ProtectKernelModules":    "it loads modules",
			"ProtectKernelTunables":   "it writes below /sys",
			"ProtectKernelLogs":       "it may read the kernel's log",
			"ProtectClock":            "/dev/rtc",
			"CapabilityBoundingSet":   "CAP_SYS_ADMIN, CAP_SYS_RAWIO",
			"RestrictAddressFamilies": "AF_NETLINK for udev", "SystemCallFilter": "calls of @raw-io and @mount",
			"ProtectControlGroups": "device rules of control groups",
		},
	},
}

// signs are what the commands and scripts of a unit tell of it.
type signs struct {
	class *class // nil for an ordinary daemon
	// programs are those that the unit may run, of the ones that tell something.
	programs map[string]bool
	// text is all commands and scripts, without comments.
	text string
	// needs are the answers of needOf, and asRoot that of actsAsRoot, once known.
	needs             map[string]string
	asRoot, rootKnown bool
}

// signs are those of the unit, read when they are first asked for.
func (u *unitView) signs() *signs {
	if u.read == nil {
		u.read = readSigns(u.Unit)
	}
	return u.read
}

func readSigns(u *nixos.Unit) *signs {
	s := &signs{programs: map[string]bool{}, needs: map[string]string{}}
	best := len(classes)
	name, _, _ := strings.Cut(u.BaseName(), "@")
	if i, ok := tellingPrograms[name]; ok && !u.IsOverride() {
		best = i
	}
	var all strings.Builder
	for text := range commandTexts(u) {
		all.WriteString(text + "\n")
		for word := range executed(text) {
			i, ok := tellingPrograms[word]
			if !ok && isRuntime(word) {
				i, ok = tellingPrograms["node"], true
			}
			if ok {
				s.programs[word] = true
				best = min(best, i)
			}
		}
	}
	s.text = all.String()
	if best < len(classes) {
		s.class = &classes[best]
	}
	return s
}

// tellingPrograms are the programs that tell something of a unit: the number of
// the class, or that of no class.
var tellingPrograms = func() map[string]int {
	by := map[string]int{}
	for i := range classes {
		for _, p := range classes[i].programs {
			if _, told := by[p]; !told {
				by[p] = i
			}
		}
	}
	others := slices.Clone(mounters)
	for i := range needs {
		others = append(others, needs[i].programs...)
	}
	for _, p := range others {
		if _, told := by[p]; !told {
			by[p] = len(classes)
		}
	}
	return by
}()

// oneshotNeeds are what is left out for a unit that runs once: a script whose
// writes are not known.
var oneshotNeeds = map[string]string{"ProtectSystem": "what a script writes is not known"}

// executed are the words of a command line or script that may be names
// of programs: what stands behind the last slash of a path, in ${pkgs.x}, or
// alone; no options, names of variables and parts of URLs. Of a word with dots its
// parts are words, too; of an option of the configuration only the one whose package it is,
// and what is taken of the package.
func executed(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		text = strings.ReplaceAll(text, storepath.StoreDir, "")
		for i := 0; i < len(text); {
			if strings.HasPrefix(text[i:], "://") {
				i += len(text[i:]) - len(strings.TrimLeftFunc(text[i:], func(r rune) bool { return !strings.ContainsRune(" \t\n\"'", r) }))
				continue
			}
			if !inProgramName(text[i]) {
				i++
				continue
			}
			start := i
			for i < len(text) && inProgramName(text[i]) {
				i++
			}
			word := text[start:i]
			if word[0] == '-' || i < len(text) && text[i] == '=' {
				continue
			}
			for name := range namesOfPrograms(strings.TrimLeft(word, ".+")) {
				if !yield(name) {
					return
				}
			}
		}
	}
}

// namesOfPrograms are a word and, where it has dots, its parts. Those of a host such as
// mpd.example.org are no programs, but cannot be told from a path to a package: then
// less is asked of the unit than it could bear.
func namesOfPrograms(word string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(word) || !strings.Contains(word, ".") {
			return
		}
		parts := strings.Split(word, ".")
		isPackage := func(i int) bool {
			return 0 <= i && i < len(parts) && strings.HasSuffix(strings.ToLower(parts[i]), "package")
		}
		for i, part := range parts {
			if parts[0] == "config" && !isPackage(i+1) && !isPackage(i-1) {
				continue
			}
			if !yield(strings.TrimLeft(part, "+-")) {
				return
			}
		}
	}
}

func inProgramName(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '+' || c == '-'
}

// commandTexts are a unit's command lines and scripts, with what is written in
// place of the scripts that they call, and what the unit has in its path.
func commandTexts(u *nixos.Unit) iter.Seq[string] {
	return func(yield func(string) bool) {
		ev := u.Host.Evaluator()
		var parts []string
		take := func(o *nixos.Option) {
			for _, d := range o.Defs {
				parts = scripts(ev, d.Value, 0, parts)
			}
		}
		for _, l := range u.Lines() {
			if l.Section == "Service" && strings.HasPrefix(l.Key, "Exec") && !yield(l.Shown) {
				return
			}
		}
		for _, o := range u.Directives("Service") {
			if strings.HasPrefix(o.Name(), "Exec") {
				take(o)
			}
		}
		for _, name := range slices.Concat(scriptOptions, []string{"path"}) {
			o := u.Option(name)
			for _, d := range o.Defs {
				if b, ok := d.Binding.AsBinding(); ok && !yield(withoutComments(b.Value().Text())) {
					return
				}
			}
			take(o)
		}
		for _, text := range parts {
			if !yield(withoutComments(text)) {
				return
			}
		}
	}
}

// Scripts that call others are followed this far, and no further than that many
// characters.
const (
	maxScripts    = 4
	maxScriptText = 1 << 18
)

// scripts adds what is known of the texts that a value is made of: those that
// functions such as writeShellScript make files of included.
func scripts(ev *eval.Evaluator, t *eval.Thunk, depth int, found []string) []string {
	if depth > maxScripts || len(found) > 0 && len(found[len(found)-1]) > maxScriptText {
		return found
	}
	switch v := ev.Force(t).(type) {
	case *eval.String:
		var b strings.Builder
		for _, p := range v.Pieces {
			if p.Unknown == nil {
				b.WriteString(p.Text)
				continue
			}
			b.WriteString("${" + p.Unknown.Label + "}")
			found = called(ev, p.Unknown, depth, found)
		}
		return append(found, b.String())
	case *eval.Unknown:
		if v.Label != "" {
			found = append(found, "${"+v.Label+"}")
		}
		found = called(ev, v, depth, found)
	case *eval.List:
		for _, item := range v.Items {
			found = scripts(ev, item.Value, depth+1, found)
		}
	case *eval.Attrs:
		for _, name := range []string{"text", "runtimeInputs", "script"} {
			for _, d := range v.Lookup(name).Defs {
				if d.Value != nil {
					found = scripts(ev, d.Value, depth+1, found)
				}
			}
		}
	case *eval.Choice:
		for _, c := range ev.Cases(t) {
			found = scripts(ev, c.Value, depth+1, found)
		}
	}
	return found
}

// called adds the text of a script that a function such as writeShellScript makes
// a file of, and the command that escapeSystemdExecArgs writes. What makes files of
// configuration tells nothing of commands.
func called(ev *eval.Evaluator, file *eval.Unknown, depth int, found []string) []string {
	name := file.Func[strings.LastIndexByte(file.Func, '.')+1:]
	if !strings.HasPrefix(name, "escape") && (!strings.HasPrefix(name, "write") || strings.HasPrefix(name, "writeText")) {
		return found
	}
	for _, arg := range file.Args {
		found = scripts(ev, arg, depth+1, found)
	}
	return found
}

// withoutComments is a script without the comments that have a line for themselves.
func withoutComments(script string) string {
	if !strings.Contains(script, "#") {
		return script
	}
	var b strings.Builder
	for line := range strings.Lines(script) {
		text := strings.TrimLeft(line, " \t")
		if !strings.HasPrefix(text, "#") || strings.HasPrefix(text, "#!") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// spared is why a row of a generic baseline is not asked of the unit; "" if it
// is asked.
func spared(u *unitView, r *row) string {
	c := u.signs().class
	switch {
	case u.setTo([]neededBy{{key: "PAMName"}}):
		return "it is a session of a user"
	case c != nil && c.all:
		return "a " + c.name + " needs more than can be told"
	case c != nil && c.needs[r.name()] != "":
		return c.needs[r.name()]
	}
	if r.name() == "RemoveIPC" && isRoot(u.whole) {
		return "it does not apply to root"
	}
	if why := u.needOf(r.name()); why != "" {
		return why
	}
	if kind, _, _ := lastValue(u.whole, "Service", "Type"); kind == "oneshot" || kind == "" && len(u.whole.Values("Service", "ExecStart")) == 0 {
		return oneshotNeeds[r.name()]
	}
	return ""
}
