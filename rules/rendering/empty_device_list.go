package rendering

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
)

// EmptyDeviceList reports DeviceAllow="" without a device policy.
var EmptyDeviceList = &lint.Rule{Page: lint.ReadPage(pages, "empty-device-list"), Unit: checkEmptyDeviceList}

func checkEmptyDeviceList(p *lint.Pass, u *unit.Unit) {
	if !u.DevicesOpen() {
		return
	}
	var d *lint.Draft
	if l, ok := u.OnlyReset("DeviceAllow"); ok {
		d = p.AtLine(u, l).Note("the empty assignment resets a list that is empty already")
	} else if def, list, ok := u.EmptyList("DeviceAllow"); ok && len(list.Items) == 0 {
		d = p.AtDef(u, def, "DeviceAllow").Note("NixOS writes no line for an empty list")
	} else {
		return
	}
	d.Concerns(u.About("DevicePolicy")...).
		Note("neither DevicePolicy nor PrivateDevices enables the access control of devices").
		Fix(closeDevices(u)...).
		Reportf("the empty `DeviceAllow` leaves all devices accessible")
}

// closeDevices adds a policy that denies devices which are not listed.
func closeDevices(u *unit.Unit) []lint.Fix {
	site := u.Site("Service")
	order := emit.Where{Families: [][]string{{"DeviceAllow", "DevicePolicy"}}}
	edits, err := fix.Add(site, order, []emit.Attr{emit.A("DevicePolicy", "closed")})
	if err != nil || !fix.IsOffered(u) || site.Shared {
		return nil
	}
	return []lint.Fix{{Title: "add `DevicePolicy = \"closed\"`", Applicability: lint.Unsafe, Edits: edits,
		Breaks: "the service, if it uses devices other than /dev/null, /dev/random and similar pseudo devices"}}
}
