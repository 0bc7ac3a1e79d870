package main

import (
	"fmt"
	"slices"
	"strings"
)

// because says why a setting is in a proven baseline, where the strict one has
// no such value, or where what it says of the directive is not what is meant.
var because = map[string][]string{
	"ProtectSystem=full":      {"Makes /usr, the boot loader's directories and /etc read-only.", "Cost: a service that writes its configuration below /etc fails."},
	"ProtectSystem=yes":       {"Makes /usr and the boot loader's directories read-only.", "Cost: none for a service that installs no programs."},
	"ProtectHome=read-only":   {"Makes /home, /root and /run/user read-only.", "Cost: nothing can be written there."},
	"UMask=0027":              {"Files it creates can be read by its own user and group only.", "Cost: other users cannot read them."},
	"UMask=0022":              {"Files it creates can be written by its own user only.", "Cost: none; it is the default."},
	"RestrictAddressFamilies": {"Allows Internet, Unix and Netlink sockets only.", "Cost: no packet sockets: no DHCP client, no capture of traffic."},
	"CapabilityBoundingSet":   {"Leaves the capabilities that it was seen to need, and takes the others away for good.", "Cost: what it does not do under test may need another one."},
	"SystemCallFilter":        {"Refuses groups of system calls that it was seen to work without. Each item needs", `its own "~".`, "Cost: what it does not do under test may need one of them."},
	"SystemCallErrorNumber":   {"A refused system call fails with EPERM, which this daemon copes with. Without this,", "the call would end the process.", "Cost: a refused call is seen by the service only."},
}

// module is the NixOS module of a proven baseline; rows are those of the
// strict one, for what the settings do.
func (p *provenBaseline) module(rows []directive) string {
	var b strings.Builder
	p.head(&b)
	fmt.Fprintf(&b, `{ config, lib, ... }:

{
  options.wardnix.proven.%[1]s = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [ "%[1]s" ];
    description = "Services that run %[2]s, to harden with what it was seen to work under.";
  };

  config.systemd.services = lib.genAttrs config.wardnix.proven.%[1]s (_: {
    serviceConfig = {
`, p.name, p.program())
	filters := false
	for i, s := range p.settings {
		if s.key == "SystemCallFilter" && filters {
			continue
		}
		filters = filters || s.key == "SystemCallFilter"
		if i > 0 {
			b.WriteString("\n")
		}
		comment(&b, "      ", reason(rows, s))
		b.WriteString("      " + s.key + " = " + nixValue(s.key, p.values(s)) + ";\n")
	}
	p.leftOut(&b)
	b.WriteString("    };\n  });\n}\n")
	return b.String()
}

// head is the comment at the top of the module.
func (p *provenBaseline) head(b *strings.Builder) {
	var seen []string
	for i, version := range p.seen {
		at := "under systemd " + version
		if i < len(p.versions) && p.versions[i] != "" {
			at = "version " + upstream(p.versions[i]) + " " + at
		}
		seen = append(seen, at)
	}
	as := "as the user " + p.user
	if p.user == "" {
		as = "as root"
	}
	text := fmt.Sprintf("What a service that runs %s was seen to work under: the largest part of the strict baseline. It was run %s, %s.",
		p.program(), as, strings.Join(seen, " and "))
	comment(b, "", wrap(text, 88))
	b.WriteString("#\n")
	comment(b, "", []string{"The module can be imported unchanged. It hardens the services listed in", fmt.Sprintf("`wardnix.proven.%s`; override single directives with lib.mkForce.", p.name)})
}

// upstream is a Debian version without epoch and revision.
func upstream(version string) string {
	if _, rest, ok := strings.Cut(version, ":"); ok {
		version = rest
	}
	end := strings.IndexAny(version, "-+~")
	if end < 0 {
		return version
	}
	return version[:end]
}

// values are all values of a setting's key.
func (p *provenBaseline) values(s setting) []string {
	var values []string
	for _, x := range p.settings {
		if x.key == s.key {
			values = append(values, x.value)
		}
	}
	return values
}

// leftOut says which settings are missing, and what broke.
func (p *provenBaseline) leftOut(b *strings.Builder) {
	if len(p.broken) == 0 {
		return
	}
	b.WriteString("\n      # Left out of the strict baseline, with what broke:\n")
	for _, r := range p.broken {
		s := parseSetting(r.setting)
		text := fmt.Sprintf("%s = %s: %s", s.key, nixValue(s.key, []string{s.value}), r.seen)
		if s.key == "SystemCallFilter" && slices.Contains(p.settings, s) {
			text += "; without SystemCallErrorNumber"
		}
		lines := wrap(text, 78)
		fmt.Fprintf(b, "      # - %s\n", lines[0])
		for _, l := range lines[1:] {
			fmt.Fprintf(b, "      #   %s\n", l)
		}
	}
}

// reason is what is above a setting.
func reason(rows []directive, s setting) []string {
	if why, ok := because[s.String()]; ok {
		return why
	}
	i := slices.IndexFunc(rows, func(d directive) bool { return d.key == s.key })
	if why, ok := because[s.key]; ok && (i < 0 || s.key == "SystemCallFilter" || s.key == "SystemCallErrorNumber" || strings.Join(rows[i].values, " ") != s.value) {
		return why
	}
	return rows[i].comment
}

// nixValue is the value of a directive as a literal of Nix.
func nixValue(key string, values []string) string {
	list := key == "RestrictAddressFamilies" || key == "CapabilityBoundingSet" || key == "SystemCallFilter"
	if len(values) == 1 {
		switch v := values[0]; {
		case v == "yes":
			return "true"
		case v == "":
			return "null"
		case !list:
			return `"` + v + `"`
		}
	}
	if key != "SystemCallFilter" {
		values = strings.Fields(values[0])
	}
	if len(values) == 1 {
		return `[ "` + values[0] + `" ]`
	}
	return "[\n        \"" + strings.Join(values, "\"\n        \"") + "\"\n      ]"
}

func comment(b *strings.Builder, indent string, lines []string) {
	for _, l := range lines {
		b.WriteString(indent + "# " + l + "\n")
	}
}

// wrap breaks a text into lines of at most width characters, where it can.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
