package contradiction

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// DataReadOnly reports paths that the unit writes to and that are read-only for it.
var DataReadOnly = &lint.Rule{Page: lint.ReadPage(pages, "data-read-only"), Unit: ofSystem(checkData)}

func checkData(p *lint.Pass, u *unit.Unit) {
	guard, covers, ok := readOnly(u)
	if !ok {
		return
	}
	writable, ok := u.Writable()
	if !ok {
		return
	}
	var reported []string
	for path, use := range writtenPaths(u) {
		if slices.Contains(reported, path) || !u.Together(guard, use.at) || !slices.ContainsFunc(covers, func(dir string) bool { return value.Below(path, dir) }) ||
			slices.ContainsFunc(writable, func(dir string) bool { return value.Below(path, dir) || value.Below(dir, path) }) {
			continue
		}
		reported = append(reported, path)
		p.At(u, use.at, guard).Concerns(u.About(guard.Key)...).Note("%s names it as a path to write to", use.as).
			Help("%s", unit.DirectoryAdvice(path)).
			Reportf("%s makes %s read-only", guard.Key, path)
	}
}

// readOnly is the setting that makes directories read-only, and which
// (systemd.exec(5), ProtectSystem=). DynamicUser implies all of them.
func readOnly(u *unit.Unit) (guard unit.Setting, covers []string, ok bool) {
	if guard, ok = u.Is("ProtectSystem", "strict"); ok {
		return guard, []string{"/"}, true
	}
	if guard, ok = u.On("DynamicUser"); ok {
		return guard, []string{"/"}, true
	}
	if guard, ok = u.Is("ProtectSystem", "full"); ok {
		return guard, []string{"/usr", "/boot", "/efi", "/etc"}, true
	}
	guard, ok = u.On("ProtectSystem")
	return guard, []string{"/usr", "/boot", "/efi"}, ok
}

// writtenPaths are the paths that the unit names for something that is written.
func writtenPaths(u *unit.Unit) func(yield func(string, use) bool) {
	return func(yield func(string, use) bool) {
		if at, ok := u.Setting("Service", "PIDFile"); ok {
			path := at.Text
			if rest, old := strings.CutPrefix(path, "/var/run/"); old {
				path = "/run/" + rest
			}
			if unit.IsDataPath(path) && !yield(path, use{at, "PIDFile"}) {
				return
			}
		}
		for c := range u.Confined() {
			for flag, path := range c.Flags() {
				if pidFlag.MatchString(flag) && unit.IsDataPath(path) || dataFlag.MatchString(flag) && u.OwnPath(path) {
					if !yield(path, use{c.Setting, flag}) {
						return
					}
				}
			}
		}
		for c := range u.Attempted() {
			for _, path := range scriptWrites(c) {
				if plainPath.MatchString(path) && !yield(path, use{c.Setting, c.Key}) {
					return
				}
			}
		}
		variables := u.Variables()
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			if at := variables[name]; dataVariable.MatchString(name) && u.OwnPath(at.Text) && !yield(at.Text, use{at, "the variable " + name}) {
				return
			}
		}
	}
}

// scriptWrites are the files that a command of a script certainly writes to, or changes:
// they fail if these are read-only, even if nothing would change.
func scriptWrites(c *unit.Command) []string {
	if c.Origin == unit.Line || c.Reads {
		return nil
	}
	paths := slices.Clone(c.Writes)
	var args []string
	for _, a := range c.Args() {
		if !strings.HasPrefix(a, "-") {
			args = append(args, a)
		}
	}
	switch program := c.Program(); {
	case len(args) == 0:
	case program == "tee" || program == "touch" || program == "truncate", program == "mkdir" && !c.Has("-p", "--parents"):
		paths = append(paths, args...)
	case program == "cp" || program == "mv" || program == "install" && !c.Has("-d"), program == "chmod" || program == "chown", program == "ln" && len(args) > 1:
		paths = append(paths, args[len(args)-1])
	case program == "sed" && c.Has("-i", "--in-place") && len(args) > 1:
		paths = append(paths, args[1:]...)
	}
	return paths
}

var (
	// plainPath matches a path that a shell does not expand.
	plainPath = regexp.MustCompile(`^/[^\s$*?{}~\[]+$`)
	// dataFlag matches options that name a directory or file to be written.
	dataFlag = regexp.MustCompile(`^--?(?:[a-z]+[-_.])*(?:data|state|cache|storage|db|database|log|logs|spool)(?:[-_.]?(?:dir|directory|path|folder|root|file))$`)
	// pidFlag matches options that name the file to which a service writes its PID.
	pidFlag = regexp.MustCompile(`^--(?:pidfile|pid-file)$`)
	// dataVariable is as dataFlag, for variables of the environment.
	dataVariable = regexp.MustCompile(`^(?:[A-Z0-9]+_)*(?:DATA|STATE|CACHE|STORAGE|DB|DATABASE|LOG|LOGS)_?(?:DIR|DIRECTORY|PATH|FOLDER|FILE|HOME)$`)
)
