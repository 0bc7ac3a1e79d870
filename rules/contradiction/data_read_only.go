package contradiction

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// DataReadOnly reports paths that the unit writes to and that are read-only for it.
var DataReadOnly = &lint.Rule{Page: lint.ReadPage(pages, "data-read-only"), Unit: ofSystem(checkData)}

func checkData(p *lint.Pass, u *unit.Unit) {
	strict, ok := u.Is("ProtectSystem", "strict")
	if !ok {
		if strict, ok = u.On("DynamicUser"); !ok {
			return
		}
	}
	writable, ok := u.Writable()
	if !ok {
		return
	}
	var reported []string
	for path, use := range writtenPaths(u) {
		if slices.Contains(reported, path) || !u.Together(strict, use.at) ||
			slices.ContainsFunc(writable, func(dir string) bool { return unit.Within(path, dir) || unit.Within(dir, path) }) {
			continue
		}
		reported = append(reported, path)
		p.At(u, use.at, strict).Concerns(u.About(strict.Key)...).Note("%s names it as a path to write to", use.as).
			Help("%s", unit.OwnDirectory(path)).
			Reportf("%s makes %s read-only", strict.Key, path)
	}
}

// writtenPaths are the paths that the unit names for something that is written.
func writtenPaths(u *unit.Unit) func(yield func(string, use) bool) {
	return func(yield func(string, use) bool) {
		if at, ok := u.Setting("Service", "PIDFile"); ok {
			path := at.Text
			if rest, old := strings.CutPrefix(path, "/var/run/"); old {
				path = "/run/" + rest
			}
			if unit.VarPath.MatchString(path) && !yield(path, use{at, "PIDFile"}) {
				return
			}
		}
		for c := range u.Confined() {
			for flag, path := range c.Flags() {
				if pidFlag.MatchString(flag) && unit.VarPath.MatchString(path) || dataFlag.MatchString(flag) && u.OwnPath(path) {
					if !yield(path, use{c.Setting, flag}) {
						return
					}
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

var (
	// dataFlag matches options that name a directory or file to be written.
	dataFlag = regexp.MustCompile(`^--?(?:[a-z]+[-_.])*(?:data|state|cache|storage|db|database|log|logs|spool)(?:[-_.]?(?:dir|directory|path|folder|root|file))$`)
	// pidFlag matches options that name the file to which a service writes its PID.
	pidFlag = regexp.MustCompile(`^--(?:pidfile|pid-file)$`)
	// dataVariable is as dataFlag, for variables of the environment.
	dataVariable = regexp.MustCompile(`^(?:[A-Z0-9]+_)*(?:DATA|STATE|CACHE|STORAGE|DB|DATABASE|LOG|LOGS)_?(?:DIR|DIRECTORY|PATH|FOLDER|FILE|HOME)$`)
)
