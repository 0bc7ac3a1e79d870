package rules

import (
	"fmt"
	"slices"

	"wardnix/lint"
)

// nobodyUser reports services that run as the user nobody.
func nobodyUser(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C020", Name: "nobody-user", Since: "0.1.0", Severity: lint.Warning,
		Title: "the service shares the user nobody with everybody else who does",
		Text: `Services of the same user can read and kill each other. nobody is the user that anything without a user of
its own ends up as: other services, files of user namespaces, NFS. systemd writes a line to the log for it, and its
exposure counts it as little better than root. ` + "`DynamicUser`" + ` gives the service a user that nobody else has.`,
		WhenNot: "Where a file server maps all of its clients to nobody, and the service must own what they write.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    User = "nobody";
  };
}
`,
		References: []string{"systemd.exec(5), User=", "systemd 262, src/core/load-fragment.c, config_parse_user_group_compat"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				user, ok := u.is("User", "nobody", "65534")
				if !ok || u.mayBeOn("DynamicUser") {
					continue
				}
				u.report(p, lint.Finding{
					Message: "the service runs as nobody, and can get at all others that do",
					Notes:   []lint.Note{{Label: "help", Text: "write `DynamicUser = true;`, and StateDirectory where it keeps data"}},
				}, user)
			}
		},
	}
}

// nowhereWritable reports services that may write nowhere.
func nowhereWritable(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C021", Name: "nowhere-writable", Since: "0.1.0", Severity: lint.Info,
		Title: "ProtectSystem makes everything read-only, and the unit has no folder of its own",
		Text: "With `ProtectSystem = \"strict\"`" + `, or ` + "`DynamicUser`" + `, which implies it, the service can write to
` + "/dev, /proc and /sys only, and to the folders that it is given: `StateDirectory`, `CacheDirectory`, `LogsDirectory`,\n`RuntimeDirectory`, `ReadWritePaths`, `BindPaths`" + `, and /tmp with ` + "`PrivateTmp`" + `. This unit has none of them.`,
		WhenNot: "Where the service writes nothing, as many servers of the network do not.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    User = "web";
    ProtectSystem = "strict";
  };
}
`,
		References: []string{"systemd.exec(5), ProtectSystem="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				strict, ok := u.is("ProtectSystem", "strict")
				dirs, known := u.writable()
				if !ok || !known || len(dirs) != len(apiFolders) || u.Type() != "service" || len(u.commands) == 0 || s.strictAsked(u) {
					continue
				}
				u.report(p, lint.Finding{
					Message: fmt.Sprintf("%s leaves no folder to write to: the unit has none of its own", strict.Key),
					Notes:   []lint.Note{{Label: "help", Text: "add StateDirectory, CacheDirectory or PrivateTmp if the service writes anything"}},
				}, strict)
			}
		},
	}
}

// strictAsked reports whether a baseline asks the unit for a read-only file system,
// and so knows that the unit can do with it.
func (s *survey) strictAsked(u *subject) bool {
	return slices.ContainsFunc(s.baselines, func(b *Baseline) bool {
		return slices.ContainsFunc(u.asked(b), func(r row) bool {
			return r.name() == "ProtectSystem" && len(r.lines) == 1 && r.lines[0].Value == "strict"
		})
	})
}
