package rules

import (
	"fmt"
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
)

// pathsTogether reports several paths in a directive that takes one a line.
func pathsTogether() *lint.Rule {
	return &lint.Rule{
		ID: "D014", Name: "paths-together", Since: "0.1.0", Severity: lint.Error,
		Title: "two paths on a line of EnvironmentFile are one path with a blank in it",
		Text: "`EnvironmentFile=`" + ` takes one path a line, and no quotes. What looks like two of them is the name of one
file, which there is not, and the service does not start; with a ` + "`-`" + ` in front it starts without the
variables. Write a list: NixOS renders a line for each element.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    EnvironmentFile = "/etc/web.env /run/keys/web.env";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    EnvironmentFile = [
      "/etc/web.env"
      "/run/keys/web.env"
    ];
  };
}
`,
		References: []string{"systemd.exec(5), EnvironmentFile=", "systemd 262, src/core/load-fragment.c, config_parse_unit_env_file"},
		Check: func(p *lint.Pass) {
			eachCertainLine(p, func(u *unitView, d *directive.Directive, _ *keyLines, l nixos.Line) {
				if d.KindIn(u.version) != directive.KindEnvironmentFile || !pathList.MatchString(l.Text) || isNested(u, l) {
					return
				}
				reportLine(p, u, l, fmt.Sprintf("%s: systemd takes `%s=%s` for a single path with blanks in it; write a list", u.Name, l.Key, l.Text),
					elementFix(u, writtenAt(u, l), strings.Fields(l.Text), "write a list", lint.Safe, ""))
			})
		},
	}
}

// pathList matches several absolute paths.
var pathList = regexp.MustCompile(`^\s*-?/\S+(?:\s+-?/\S+)+\s*$`)

// dependencyStays reports empty assignments that are to take dependencies back.
func dependencyStays() *lint.Rule {
	return &lint.Rule{
		ID: "D015", Name: "dependency-stays", Since: "0.1.0", Severity: lint.Warning,
		Title: "an empty assignment takes no dependency back",
		Text: "`After=`, `Wants=`, `Requires=`" + ` and the other lists of units only ever grow. An empty assignment, which
takes back the commands of ` + "`ExecStart=`" + ` or a list of paths, does nothing for them: what a unit of systemd
or of a package asks for stays. What NixOS itself adds is taken away with mkForce on the option:
` + "`systemd.services.x.after = lib.mkForce [ ]`" + `.`,
		Before: `{
  systemd.services.systemd-journald.unitConfig.Requires = [ "" ];
}
`,
		References: []string{"systemd.unit(5), Example 2",
			"systemd 262, src/core/load-fragment.c, config_parse_unit_deps"},
		Check: func(p *lint.Pass) {
			eachCertainLine(p, func(u *unitView, d *directive.Directive, k *keyLines, l nixos.Line) {
				if k.section != "Unit" || d.KindIn(u.version) != directive.KindUnits || d.Empty != directive.EmptyNothing || strings.TrimSpace(l.Text) != "" {
					return
				}
				reportLine(p, u, l, fmt.Sprintf("%s: the empty `%s=` does nothing: systemd cannot take dependencies back", u.Name, l.Key), nil)
			})
		},
	}
}

// deviceGlob reports patterns among the devices, where systemd looks for a file of
// that very name.
func deviceGlob() *lint.Rule {
	return &lint.Rule{
		ID: "D016", Name: "device-glob", Since: "0.1.0", Severity: lint.Error,
		Title: "DeviceAllow knows patterns for kinds of devices only, not for paths",
		Text: "`DeviceAllow = \"/dev/ttyUSB* rw\"`" + ` speaks of a file with a star in its name, which there is not: nothing is allowed
by it. Patterns are for the kinds that /proc/devices lists: ` + "`char-ttyUSB rw`, `char-input r`, `block-* r`" + `.`,
		Before: `{
  systemd.services.meter.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/meter";
    DeviceAllow = [ "/dev/ttyUSB* rw" ];
  };
}
`,
		References: []string{"systemd.resource-control(5), DeviceAllow=", "systemd 262, src/core/cgroup.c, cgroup_apply_devices"},
		Check: func(p *lint.Pass) {
			eachCertainLine(p, func(u *unitView, d *directive.Directive, _ *keyLines, l nixos.Line) {
				device, _, _ := strings.Cut(l.Text, " ")
				if d.Name == "DeviceAllow" && strings.HasPrefix(device, "/dev/") && strings.ContainsAny(device, "*?[") {
					reportLine(p, u, l, fmt.Sprintf("%s: `DeviceAllow=%s` allows nothing: systemd looks for a file of that very name; patterns are for kinds, such as char-ttyUSB", u.Name, l.Text), nil)
				}
			})
		},
	}
}
