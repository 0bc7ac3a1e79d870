package contradiction

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// WritableMissing reports directories in ReadWritePaths that the unit makes itself.
var WritableMissing = &lint.Rule{Page: lint.ReadPage(pages, "writable-missing"), Unit: ofSystem(checkWritableMissing)}

func checkWritableMissing(p *lint.Pass, u *unit.Unit) {
	all, ok := u.Settings("Service", "ReadWritePaths")
	if !ok || !u.Complete() {
		return
	}
	for _, at := range all {
		for word := range strings.FieldsSeq(at.Text) {
			dir := strings.TrimSuffix(word, "/")
			if at.When != nil || !strings.HasPrefix(dir, "/") || slices.Contains(present, dir) || madeBySystemd(u, dir) {
				continue
			}
			maker, makes := makerOf(u, dir)
			if !makes {
				continue
			}
			d := p.At(u, at, maker).Note("systemd makes it writable before any command runs, and fails with status 226/NAMESPACE if it does not exist").
				Help("%s", makeBefore(dir))
			by := maker.Key
			p.Later(d, func(p *lint.Pass, d *lint.Draft) {
				if !namedElsewhere(p, u.Bindings(), dir) {
					d.Reportf("%s is created only by %s", dir, by)
				}
			})
		}
	}
}

// present are directories that each system has (file-hierarchy(7), systemd's
// tmpfiles.d/{home,systemd,tmp,var}.conf, nixos/modules/config/users-groups.nix).
var present = []string{
	"/boot", "/dev", "/etc", "/home", "/nix", "/nix/var", "/proc", "/root", "/run", "/run/lock", "/run/log", "/run/systemd", "/run/user", "/srv", "/sys",
	"/tmp", "/usr", "/var", "/var/cache", "/var/lib", "/var/lib/nixos", "/var/lib/private", "/var/lib/systemd", "/var/log", "/var/spool", "/var/tmp",
}

// makeBefore is the advice how to make a directory before the unit starts.
func makeBefore(dir string) string {
	if own, _, ok := strings.Cut(unit.DirectoryAdvice(dir), ", or"); ok {
		return own
	}
	return "make it with `systemd.tmpfiles.rules`"
}

// makerOf is the setting with a command of the unit that makes a directory.
func makerOf(u *unit.Unit, dir string) (unit.Setting, bool) {
	commands := u.Commands()
	for i := range commands {
		c := &commands[i]
		makes := c.Program() == "mkdir" || c.Program() == "install" && c.Has("-d", "--directory")
		if makes && slices.ContainsFunc(c.Args(), func(arg string) bool { return strings.TrimSuffix(arg, "/") == dir }) {
			return c.Setting, true
		}
	}
	return unit.Setting{}, false
}

// madeBySystemd reports whether one of the directories that systemd makes for the unit is
// the directory, or is not known.
func madeBySystemd(u *unit.Unit, dir string) bool {
	made, known := u.DirectoriesIn("StateDirectory", "CacheDirectory", "LogsDirectory", "RuntimeDirectory", "ConfigurationDirectory")
	return !known || slices.Contains(made, dir)
}

// namedElsewhere reports whether the project names the directory elsewhere than in the
// bindings of a unit, and so may make it: a rule of systemd-tmpfiles, the home of a user,
// another unit.
func namedElsewhere(p *lint.Pass, own []nixast.Node, dir string) bool {
	for _, f := range p.Project.Files() {
		if f.Tree == nil || !strings.Contains(f.Tree.Src, dir) {
			continue
		}
		for n := range f.Tree.Root().Descendants() {
			if k := n.Kind(); (k == nixast.String || k == nixast.IndString) && strings.Contains(n.Text(), dir) && !isIn(own, n) {
				return true
			}
		}
	}
	return false
}

// isIn reports whether an expression is in one of some bindings.
func isIn(bindings []nixast.Node, n nixast.Node) bool {
	return slices.ContainsFunc(bindings, func(b nixast.Node) bool {
		return b.File() == n.File() && b.Span().Start <= n.Span().Start && n.Span().End <= b.Span().End
	})
}
