package directive

import (
	"fmt"
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// PathsTogether reports several paths in a directive that takes one a line.
var PathsTogether = &lint.Rule{
	Page: lint.ReadPage(pages, "paths-together"),
	Check: func(p *lint.Pass) {
		lint.EachCertainLine(p, func(u *unit.Unit, d *directive.Directive, _ *unit.DirectiveLines, l nixos.Line) {
			if d.KindIn(u.Version) != directive.KindEnvironmentFile || !pathList.MatchString(l.Text) || unit.IsNested(u, l) {
				return
			}
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: systemd takes `%s=%s` for a single path with blanks in it; write a list", u.Name, l.Key, l.Text),
				fix.ReplaceElement(u, unit.WrittenAt(u, l), strings.Fields(l.Text), "write a list", lint.Safe, ""))
		})
	},
}

// pathList matches several absolute paths.
var pathList = regexp.MustCompile(`^\s*-?/\S+(?:\s+-?/\S+)+\s*$`)

// DependencyStays reports empty assignments that are to take dependencies back.
var DependencyStays = &lint.Rule{
	Page: lint.ReadPage(pages, "dependency-stays"),
	Check: func(p *lint.Pass) {
		lint.EachCertainLine(p, func(u *unit.Unit, d *directive.Directive, k *unit.DirectiveLines, l nixos.Line) {
			if k.Section != "Unit" || d.KindIn(u.Version) != directive.KindUnits || d.Empty != directive.EmptyNothing || strings.TrimSpace(l.Text) != "" {
				return
			}
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: the empty `%s=` does nothing: systemd cannot take dependencies back", u.Name, l.Key), nil)
		})
	},
}

// DeviceGlob reports patterns among the devices, where systemd looks for a file of
// that very name.
var DeviceGlob = &lint.Rule{
	Page: lint.ReadPage(pages, "device-glob"),
	Check: func(p *lint.Pass) {
		lint.EachCertainLine(p, func(u *unit.Unit, d *directive.Directive, _ *unit.DirectiveLines, l nixos.Line) {
			device, _, _ := strings.Cut(l.Text, " ")
			if d.Name == "DeviceAllow" && strings.HasPrefix(device, "/dev/") && strings.ContainsAny(device, "*?[") {
				lint.ReportLine(p, u, l, fmt.Sprintf("%s: `DeviceAllow=%s` allows nothing: systemd looks for a file of that very name; patterns are for kinds, such as char-ttyUSB", u.Name, l.Text), nil)
			}
		})
	},
}
