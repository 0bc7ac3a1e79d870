package profile

import (
	"regexp"
	"slices"
	"strings"
)

// A Class is a kind of service, recognized by what its unit shows, and what is known
// that such services need. The rows of generic baselines that take it away are
// not asked of them.
type Class struct {
	// Name is the class in messages: "just-in-time runtime".
	Name string
	// Programs show the class by what the unit executes.
	Programs []string
	// Source says where the facts of the row come from: manual pages, modules and
	// upstream units, and services that were run with and without the directives.
	Source string
	// Kind is how services of the class are generated; nil if they are not.
	Kind *Kind
	// All leaves out every row: what such a service needs cannot be listed.
	All bool
	// Nested reports that the programs run others inside the sandbox of the unit, so
	// that being named in a script is enough.
	Nested bool
	// Needs are the directives that are left out, with the reason.
	Needs map[string]string
}

// Classes are the kinds of services known, the most telling first. The caller must
// not change them.
func Classes() []Class { return classes }

// Client are the programs that leave the work to a daemon. The caller must not change
// them.
func Client() *Class { return &client }

// OneshotNeed is why a directive is left out for a unit that runs once; "" if it is not.
func OneshotNeed(directive string) string { return oneshotNeeds[directive] }

// classes are the kinds of services known, the most telling first. What they need
// is what modules of nixpkgs (26.11) open for such services, with their reasons.
var classes = []Class{
	{
		Name:   "container runtime or build service",
		Source: "podman(1), systemd-nspawn(1), bwrap(1), nix-daemon(8): they create namespaces, mounts and control groups for what they run",
		All:    true, Nested: true,
		Programs: []string{
			"docker", "dockerd", "podman", "containerd", "crun", "runc", "buildkitd", "nerdctl", "lxc", "lxd", "incus", "incusd",
			"systemd-nspawn", "machinectl", "libvirtd", "virtqemud", "qemu-system-x86_64", "cloud-hypervisor", "firecracker", "crosvm",
			"k3s", "kubelet", "rke2", "nomad", "docker-compose", "podman-compose",
			"nix", "nix-build", "nix-daemon", "nix-env", "nix-shell", "nix-store", "nix-collect-garbage", "nixos-rebuild", "colmena", "hydra-queue-runner",
			"gitlab-runner", "github-runner", "Runner.Listener", "run-github-runner", "forgejo-runner", "act_runner", "buildbot-worker", "gocd-agent",
			"hercules-ci-agent", "cachix-agent", "woodpecker-agent", "buildkite-agent",
			"bwrap", "steam-run", "flatpak", "chromium", "google-chrome", "electron", "switch-to-configuration",
		},
	},
	{
		Name:   "login or job service",
		Source: "sshd(8), cron(8), agetty(8): what a session or job does is not known; nixos/modules/services/networking/ssh/sshd.nix (NixOS 26.11) sets no sandbox",
		All:    true,
		Programs: []string{
			"sshd", "agetty", "login", "dropbear", "etserver", "mosh-server", "ttyd", "shellinaboxd", "kmscon", "fbterm",
			"gdm", "lightdm", "sddm", "greetd", "ly", "xdm", "slim", "xrdp-sesman", "cage",
			"cron", "crond", "cronie", "fcron", "incrond", "atd", "systemd-run",
		},
	},
	{
		Name:   "just-in-time runtime",
		Source: "nixos/modules/services/monitoring/uptime-kuma.nix, networking/unifi.nix (NixOS 26.11); run: node needs MemoryDenyWriteExecute and ProcSubset off, tomcat MemoryDenyWriteExecute (systemd 252)",
		Programs: []string{
			"node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "java", "dotnet", "mono", "luajit", "pypy", "pypy3", "wasmtime", "wasmer",
			"n8n", "jellyfin", "ollama", "minecraft-server", "uptime-kuma",
		},
		Needs: map[string]string{
			"MemoryDenyWriteExecute": "just-in-time compilers write code and run it",
			"ProcSubset":             "the runtime reads /proc/meminfo and /proc/cpuinfo",
		},
		Kind: &Kind{
			Name: "jit", About: "a program for node, java, .NET or another just-in-time compiler",
			Families: []string{"AF_NETLINK"}, Calls: []string{"@resources"}, Online: true,
		},
	},
	{
		Name:   "web server",
		Source: "nixos/modules/services/web-servers/nginx/default.nix, caddy/default.nix (NixOS 26.11); run: nginx, lighttpd, haproxy and caddy need CAP_NET_BIND_SERVICE (systemd 252)",
		Programs: []string{
			"nginx", "caddy", "traefik", "httpd", "lighttpd", "haproxy", "envoy", "apache2", "h2o",
		},
		Needs: map[string]string{
			"PrivateUsers":           "ports below 1024 take a capability of the host",
			"CapabilityBoundingSet":  "ports below 1024 take CAP_NET_BIND_SERVICE",
			"AmbientCapabilities":    "ports below 1024 take CAP_NET_BIND_SERVICE",
			"MemoryDenyWriteExecute": "modules may bring a just-in-time compiler",
			"UMask":                  "certificates and sockets are shared with a group",
		},
		Kind: &Kind{
			Name: "web-server", About: "a web server or reverse proxy", Listens: true,
			Settings: map[string]KindSetting{"UMask": {"0027", "Files it creates can be read by its group too: sockets, certificates."}},
		},
	},
	{
		Name:   "database",
		Source: "run: postgresql needs MemoryDenyWriteExecute off, mariadb and influxdb @resources (systemd 252)",
		Programs: []string{
			"postgres", "postgresql", "mysqld", "mariadbd", "mongod", "redis-server", "valkey-server", "influxd", "clickhouse-server", "cockroach",
		},
		Needs: map[string]string{
			"MemoryDenyWriteExecute": "queries may be compiled",
			"SystemCallFilter":       "affinity and huge pages take calls of @resources",
			"RestrictSUIDSGID":       "directories are shared with a group",
			"UMask":                  "sockets are shared with a group",
			"RemoveIPC":              "shared memory must outlive a session of the same user",
		},
		Kind: &Kind{
			Name: "database", About: "a database", State: true,
			Calls:    []string{"@resources"},
			Settings: map[string]KindSetting{"UMask": {"0027", "Files it creates can be read by its group too: the socket, for instance."}},
		},
	},
	{
		Name:   "VPN, firewall or router",
		Source: "capabilities(7), CAP_NET_ADMIN; systemd.exec(5), ProtectKernelTunables= and RestrictNamespaces=",
		Programs: []string{
			"wg", "wg-quick", "wireguard-go", "openvpn", "tailscaled", "tailscale", "netbird", "nebula", "zerotier-one", "iptables", "nft", "ip",
			"babeld", "bird", "frr", "jool", "jool_siit", "sysctl", "ethtool", "tc", "dhcpcd", "hostapd", "pppd", "ipsec", "swanctl", "charon-systemd",
		},
		Needs: map[string]string{
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
		Kind: &Kind{
			Name: "vpn", About: "a VPN, firewall or router",
			Families: []string{"AF_NETLINK", "AF_PACKET"}, Calls: []string{"@privileged"},
			Capabilities: []string{"CAP_NET_ADMIN", "CAP_NET_RAW"}, Devices: []string{"/dev/net/tun rw"},
		},
	},
	{
		Name:     "time service",
		Source:   "nixos/modules/services/networking/ntp/chrony.nix (NixOS 26.11); run: chronyd keeps working with the rest (systemd 252)",
		Programs: []string{"chronyd", "ntpd", "ntpd-rs", "ptp4l", "phc2sys", "hwclock", "openntpd"},
		Needs: map[string]string{
			"ProtectClock":          "it sets the clock",
			"PrivateDevices":        "/dev/rtc and /dev/ptp0",
			"CapabilityBoundingSet": "CAP_SYS_TIME", "PrivateUsers": "CAP_SYS_TIME",
			"SystemCallFilter": "calls of @clock", "RestrictRealtime": "realtime priority",
		},
		Kind: &Kind{
			Name: "time", About: "a daemon that sets the clock",
			Calls: []string{"@clock"}, Capabilities: []string{"CAP_SYS_TIME"}, Online: true,
		},
	},
	{
		Name:   "backup job",
		Source: "capabilities(7), CAP_DAC_READ_SEARCH; systemd.exec(5), ProtectHome= and ProtectSystem=",
		Programs: []string{
			"restic", "borg", "borgmatic", "rclone", "rsync", "duplicity", "kopia", "zfs", "zpool", "syncoid", "sanoid", "btrbk", "btrfs", "tar", "rustic",
		},
		Needs: map[string]string{
			"ProtectHome":           "home directories are what is saved",
			"PrivateUsers":          "files of all users are read",
			"PrivateDevices":        "snapshots need devices such as /dev/zfs",
			"CapabilityBoundingSet": "CAP_DAC_READ_SEARCH", "AmbientCapabilities": "CAP_DAC_READ_SEARCH",
			"UMask": "restored files keep their modes", "RestrictSUIDSGID": "restored files keep their setuid bits",
			"ProtectSystem": "where it writes is not known", "SystemCallFilter": "calls of @privileged",
			"PrivateTmp": "what it saves may lie in /tmp",
		},
		Kind: &Kind{
			Name: "backup", About: "a job that backs up files of all users",
			Calls: []string{"@privileged"}, Capabilities: []string{"CAP_DAC_READ_SEARCH"},
			Once: true, Daily: true, Online: true, Writes: true,
			Settings: map[string]KindSetting{"ProtectHome": {"read-only", "Home directories can be read, which is what is saved, and not written."}},
		},
	},
	{
		Name:   "hardware daemon",
		Source: "systemd.exec(5), PrivateDevices= and ProtectKernelModules=; run: a reader of a serial port needs PrivateDevices off (systemd 252)",
		Programs: []string{
			"bluetoothd", "thermald", "upsd", "upsmon", "upower", "smartd", "fwupd", "pcscd", "udevd", "rtl_433", "zigbee2mqtt", "brightnessctl",
			"modprobe", "insmod", "rfkill", "hdparm", "mdadm", "cryptsetup", "mount", "umount", "swapon", "fancontrol", "nvidia-smi", "nvidia-persistenced",
			"powertop", "cpupower", "tlp", "auto-cpufreq", "ratbagd", "liquidctl", "i2cset", "setpci", "ipmitool", "usbguard-daemon",
		},
		Needs: map[string]string{
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
		Kind: &Kind{
			Name: "hardware", About: "a daemon that uses hardware devices",
			Families: []string{"AF_NETLINK"}, Calls: []string{"@raw-io", "@mount"},
		},
	},
}

// ClassOf is the number of the class that a program or package of this name shows;
// that of no class if it shows a need only, and false if it shows nothing.
func ClassOf(program string) (int, bool) {
	i, ok := byProgram[program]
	if !ok && isRuntime(program) {
		i, ok = byProgram["node"], true
	}
	return i, ok
}

var byProgram = func() map[string]int {
	by := map[string]int{}
	for i := range classes {
		for _, p := range classes[i].Programs {
			if _, told := by[p]; !told {
				by[p] = i
			}
		}
	}
	others := slices.Clone(client.Programs)
	for i := range needs {
		others = append(others, needs[i].Programs...)
	}
	for _, p := range others {
		if _, told := by[p]; !told {
			by[p] = len(classes)
		}
	}
	return by
}()

// client are the programs that leave the work to a daemon, which is outside of the
// sandbox, if they run as a user other than root. As root, nix does the work itself.
var client = Class{
	Name:   "client of a daemon",
	Source: "nix-daemon(8); docker(1), DOCKER_HOST",
	Programs: []string{
		"nix", "nix-build", "nix-store", "nix-shell", "nix-instantiate", "nix-env", "nix-collect-garbage",
		"docker", "docker-compose",
	},
	Needs: map[string]string{
		"ProtectSystem":           "where it keeps its state and writes results is not known",
		"ProtectHome":             "it keeps its state in the home directory",
		"PrivateUsers":            "the daemon identifies clients by their user and group",
		"PrivateNetwork":          "it fetches sources",
		"RestrictAddressFamilies": "AF_UNIX for the daemon, the Internet for sources",
		"SystemCallFilter":        "it starts programs that fetch sources",
	},
}

// oneshotNeeds are what is left out for a unit that runs once: a script whose
// writes are not known.
var oneshotNeeds = map[string]string{"ProtectSystem": "what a script writes is not known"}

// A Runtime compiles code while it runs.
type Runtime struct {
	Name    string
	Program *regexp.Regexp
	Without string // the argument that makes it do without a compiler
}

// runtimes match programs and packages by the runtime that they are.
var runtimes = []Runtime{
	{"Node.js", regexp.MustCompile(`^(?:node|nodejs(?:[-_]\d+|-slim(?:_\d+)?)?|npm|npx|yarn|pnpm)$`), "--jitless"},
	{"Java", regexp.MustCompile(`^(?:java|(?:open)?jdk\d*(?:_headless)?|(?:open)?jre\d*(?:_headless|_minimal)?|temurin-(?:jre-)?bin(?:-\d+)?)$`), "-Xint"},
	{"Deno", regexp.MustCompile(`^deno$`), "--jitless"},
	{"Bun", regexp.MustCompile(`^bun$`), ""},
	{"LuaJIT", regexp.MustCompile(`^luajit$`), "-joff"},
}

// isRuntime reports whether a word is the name of a runtime's program or package.
func isRuntime(word string) bool {
	if !slices.ContainsFunc(runtimeMarks, func(m string) bool { return strings.Contains(word, m) }) {
		return false
	}
	_, ok := RuntimeOf(word)
	return ok
}

// RuntimeOf is the runtime that a program or package of this name is.
func RuntimeOf(name string) (Runtime, bool) {
	i := slices.IndexFunc(runtimes, func(r Runtime) bool { return r.Program.MatchString(name) })
	if i < 0 {
		return Runtime{}, false
	}
	return runtimes[i], true
}

// runtimeMarks spare most words the look at the expressions: those not listed in
// [classes] have one.
var runtimeMarks = []string{"node", "jdk", "jre", "temurin"}
