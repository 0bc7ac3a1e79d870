package directive

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// DeviceGlob reports patterns in paths of devices, which systemd does not expand.
var DeviceGlob = &lint.Rule{Page: lint.ReadPage(pages, "device-glob"), Unit: checkDeviceGlob}

func checkDeviceGlob(p *lint.Pass, u *unit.Unit) {
	for k, l := range u.CertainLines() {
		device, _, _ := strings.Cut(l.Text, " ")
		if k.Key != "DeviceAllow" || !strings.HasPrefix(device, "/dev/") || !strings.ContainsAny(device, "*?[") {
			continue
		}
		p.AtLine(u, l).
			Note("systemd looks for a file of exactly this name").
			Help("allow a group of devices, such as `char-ttyUSB`").
			Reportf("`DeviceAllow=%s` matches no device", l.Text)
	}
}
