package rules

import (
	"iter"
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/lint/nixos"
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
			"gitlab-runner", "github-runner", "Runner.Listener", "run-github-runner", "forgejo-runner", "act_runner", "buildbot-worker",
			"bwrap", "flatpak", "chromium", "google-chrome", "electron", "switch-to-configuration", "sshd", "agetty", "login",
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
			"babeld", "bird", "frr", "sysctl", "ethtool", "tc", "dhcpcd", "hostapd", "pppd", "ipsec", "swanctl", "charon-systemd",
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

// classOf is the class of a unit; nil for an ordinary daemon.
func classOf(u *nixos.Unit) *class {
	best := len(classes)
	for word := range executed(u) {
		if i, ok := classByProgram[word]; ok {
			best = min(best, i)
		}
	}
	if best == len(classes) {
		return nil
	}
	return &classes[best]
}

// classByProgram is the number of the class that a program tells.
var classByProgram = func() map[string]int {
	by := map[string]int{}
	for i := range classes {
		for _, p := range classes[i].programs {
			if _, told := by[p]; !told {
				by[p] = i
			}
		}
	}
	return by
}()

// oneshotNeeds are what is left out for a unit that runs once: a script whose
// writes are not known.
var oneshotNeeds = map[string]string{"ProtectSystem": "what a script writes is not known"}

// executed are the words of a unit's command lines and scripts that may be names
// of programs: what stands behind the last slash of a path, in ${pkgs.x}, or
// alone. Of a word with dots its parts are words, too.
func executed(u *nixos.Unit) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text := range commandTexts(u) {
			for _, word := range strings.FieldsFunc(strings.ReplaceAll(text, storepath.StoreDir, ""), func(r rune) bool { return !inProgramName(r) }) {
				if !yield(strings.TrimLeft(word, ".+-")) {
					return
				}
				if !strings.Contains(word, ".") {
					continue
				}
				for part := range strings.SplitSeq(word, ".") {
					if !yield(strings.TrimLeft(part, "+-")) {
						return
					}
				}
			}
		}
	}
}

func inProgramName(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '.' || r == '+' || r == '-'
}

// commandTexts are a unit's command lines and scripts, and what it has in its path.
func commandTexts(u *nixos.Unit) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, l := range u.Lines() {
			if l.Section == "Service" && strings.HasPrefix(l.Key, "Exec") && !yield(l.Shown) {
				return
			}
		}
		for _, name := range []string{"script", "preStart", "postStart", "preStop", "postStop", "reload", "path"} {
			for _, d := range u.Option(name).Defs {
				if b, ok := d.Binding.AsBinding(); ok && !yield(b.Value().Text()) {
					return
				}
			}
		}
	}
}

// spared is why a row of a generic baseline is not asked of the unit; "" if it
// is asked.
func spared(u *unitView, r *row) string {
	c := u.class
	switch {
	case c != nil && c.all:
		return "a " + c.name + " needs more than can be told"
	case c != nil && c.needs[r.name()] != "":
		return c.needs[r.name()]
	}
	if r.name() == "RemoveIPC" && isRoot(u.whole) {
		return "it does not apply to root"
	}
	if kind, _, _ := lastValue(u.whole, "Service", "Type"); kind == "oneshot" || kind == "" && len(u.whole.Values("Service", "ExecStart")) == 0 {
		return oneshotNeeds[r.name()]
	}
	return ""
}
