package unit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/systemd/value"
)

// What a unit shows that it needs: the first directive that takes it away, where the
// unit shows it, and the command that certainly does it.
func TestNeeds(t *testing.T) {
	for _, test := range []struct {
		bindings string
		want     []string
	}{
		{`serviceConfig.ExecStart = "/bin/web";`, nil},
		{`serviceConfig.ExecStart = "/bin/hwclock --systohc";`, []string{"ProtectClock ExecStart: hwclock"}},
		{`serviceConfig.ExecStart = "+/bin/hwclock --systohc";`, []string{"ProtectClock ExecStart"}},
		{`serviceConfig.ExecStart = "/bin/sysctl kernel.hostname";`, []string{"ProtectKernelTunables ExecStart"}},
		{`script = "modprobe tun; if x; then modprobe wg; fi";`, []string{"ProtectKernelModules script: modprobe", "ProtectKernelModules script: modprobe"}},
		{`script = "if x; then modprobe wg; fi";`, []string{"ProtectKernelModules script: modprobe"}},
		{`script = "if command -v modprobe; then modprobe wg; fi";`, []string{"ProtectKernelModules script"}},
		{`serviceConfig.ExecStart = "/run/wrappers/bin/ping x";`, []string{"NoNewPrivileges ExecStart: ping"}},
		{`serviceConfig.ExecStart = "/bin/rclone mount a: /mnt";`, []string{"ProtectSystem ExecStart: rclone", "NoNewPrivileges ExecStart"}},
		{`serviceConfig.ExecStart = "/bin/rclone copy a: /mnt";`, nil},
		{`serviceConfig.DeviceAllow = "/dev/kvm";`, []string{"PrivateDevices DeviceAllow"}},
		{`serviceConfig.AmbientCapabilities = "CAP_SYS_TIME";`, []string{"ProtectClock AmbientCapabilities", "PrivateUsers AmbientCapabilities"}},
		{`serviceConfig.AmbientCapabilities = "~CAP_SYS_TIME";`, nil},
	} {
		var got []string
		for _, n := range service(t, test.bindings).Needs() {
			line := fmt.Sprintf("%s %s", n.Directives[0], n.At.Key)
			if n.Command != nil {
				line += ": " + n.Command.Program()
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.bindings, diff)
		}
	}
}

func TestAllows(t *testing.T) {
	for _, test := range []struct{ settings, yes, no, unknown string }{
		{``, "CAP_SYS_ADMIN CAP_SYS_TIME AF_UNIX mount", "", ""},
		{`User = "web";`, "AF_UNIX", "CAP_SYS_ADMIN", ""},
		{`User = config.x;`, "AF_UNIX", "", "CAP_SYS_ADMIN"},
		{`User = config.x; CapabilityBoundingSet = "";`, "", "CAP_SYS_ADMIN", ""},
		{`User = "web"; AmbientCapabilities = "CAP_SYS_TIME";`, "CAP_SYS_TIME", "CAP_SYS_ADMIN", ""},
		{`User = "web"; AmbientCapabilities = "CAP_SYS_TIME"; CapabilityBoundingSet = "CAP_CHOWN";`, "", "CAP_SYS_TIME CAP_CHOWN", ""},
		{`ProtectClock = true;`, "CAP_SYS_ADMIN mount", "CAP_SYS_TIME clock_settime", ""},
		{`ProtectClock = config.x;`, "CAP_SYS_ADMIN mount", "", ""},
		{`CapabilityBoundingSet = "~CAP_SYS_TIME";`, "CAP_SYS_ADMIN", "CAP_SYS_TIME", ""},
		{`RestrictAddressFamilies = [ "AF_INET" ];`, "AF_INET", "AF_UNIX", ""},
		{`RestrictAddressFamilies = config.x;`, "", "", "AF_INET AF_UNIX"},
		{`SystemCallFilter = [ "@system-service" "~chown" ];`, "read", "mount chown", ""},
	} {
		u := service(t, `serviceConfig = { ExecStart = "/bin/web"; `+test.settings+` };`)
		for want, names := range map[value.Answer]string{value.Yes: test.yes, value.No: test.no, value.CannotTell: test.unknown} {
			for _, name := range strings.Fields(names) {
				if got := u.Allows(name); got != want {
					t.Errorf("%s: %s is allowed: %v, want %v", test.settings, name, got, want)
				}
			}
		}
	}
}
