package contradiction

import (
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// DeviceHidden reports devices that the unit names and that PrivateDevices= hides.
var DeviceHidden = &lint.Rule{Page: lint.ReadPage(pages, "device-hidden"), Unit: ofSystem(checkDevices)}

func checkDevices(p *lint.Pass, u *unit.Unit) {
	private, ok := u.On("PrivateDevices")
	if !ok || !u.Lacks("Service", "BindPaths", "BindReadOnlyPaths", "RootDirectory", "RootImage", "MountImages") {
		return
	}
	for device, at := range devices(u) {
		if !u.Together(private, at) {
			continue
		}
		p.At(u, private, at).Concerns(u.About(at.Key)...).
			Help("to allow this device and no others: `DevicePolicy = \"closed\"` and `DeviceAllow`, without PrivateDevices").
			Fix(fix.ReplaceSetting(u, private, false, "the service sees all devices, and may use those that its user, its capabilities and DeviceAllow leave it")...).
			Reportf("PrivateDevices hides %s, which %s names", device, at.Key)
		return
	}
}

// devices are the devices of the machine that the unit names.
func devices(u *unit.Unit) func(yield func(string, unit.Setting) bool) {
	return func(yield func(string, unit.Setting) bool) {
		all, _ := u.Settings("Service", "DeviceAllow")
		for _, at := range all {
			if device, _, _ := strings.Cut(at.Text, " "); realDevice.MatchString(device) && !yield(device, at) {
				return
			}
		}
		for c := range u.Confined() {
			for _, w := range c.Args() {
				_, value, _ := strings.Cut(w, "=")
				for _, path := range []string{w, value} {
					if realDevice.MatchString(path) && !yield(path, c.Setting) {
						return
					}
				}
			}
		}
	}
}

// realDevice matches the path of a device that is not in the /dev of
// PrivateDevices= (src/core/namespace.c, mount_private_dev).
var realDevice = regexp.MustCompile(`^/dev/(?:` + profile.RealDevices + `)$`)
