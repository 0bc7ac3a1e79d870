package contradiction

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// HomeHidden reports paths that the unit names and that ProtectHome= hides.
var HomeHidden = &lint.Rule{Page: lint.ReadPage(pages, "home-hidden"), Unit: ofSystem(checkHome)}

func checkHome(p *lint.Pass, u *unit.Unit) {
	home, ok := u.Is("ProtectHome", "true", "yes", "1", "on", "tmpfs")
	if !ok {
		return
	}
	if home.Text != "tmpfs" && u.Lacks("Service", "RootDirectory", "RootImage", "TemporaryFileSystem") {
		checkHomeMounts(p, u, home)
	}
	if !u.Lacks("Service", "RootDirectory", "RootImage", "BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem") {
		return
	}
	for path, use := range homePaths(u) {
		if !u.Together(home, use.at) {
			continue
		}
		p.At(u, use.at, home).Concerns(u.About("ProtectHome")...).Note("%s is %s", path, use.as).
			Help("keep it outside of home directories; or use `ProtectHome = \"tmpfs\"` with `BindPaths` or `BindReadOnlyPaths` of it, or \"read-only\"").
			Reportf("ProtectHome=%s hides %s", home.Text, path)
		return
	}
}

// homePaths are the paths below home directories that the unit uses.
func homePaths(u *unit.Unit) func(yield func(string, use) bool) {
	return func(yield func(string, use) bool) {
		for c := range u.Confined() {
			if homePath.MatchString(c.Words[0]) && !yield(c.Words[0], use{c.Setting, "the program that " + c.Key + " runs"}) {
				return
			}
			for i, w := range c.Args() {
				path := argumentPath(w)
				if homePath.MatchString(path) && !urlFlag.MatchString(c.Words[i]) && !yield(path, use{c.Setting, "an argument of " + c.Key}) {
					return
				}
			}
		}
		if at, ok := u.Setting("Service", "WorkingDirectory"); ok && homePath.MatchString(at.Text) && !yield(at.Text, use{at, "the working directory"}) {
			return
		}
		all, _ := u.Settings("Service", "ReadWritePaths")
		for _, at := range all {
			for _, w := range strings.Fields(at.Text) {
				if path := strings.TrimLeft(w, "+"); homePath.MatchString(path) && !yield(path, use{at, "in ReadWritePaths, without effect"}) {
					return
				}
			}
		}
	}
}

// homePath matches a path below the directories that ProtectHome= hides.
var homePath = regexp.MustCompile(`^(?:/home|/root|/run/user)(?:/[^\s:;,"'$%{]*)?$`)

// argumentPath is the path that a word of a command line names, alone or as the
// value of an option.
func argumentPath(word string) string {
	if strings.HasPrefix(word, "/") {
		return word
	}
	if flag, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(flag, "-") && !urlFlag.MatchString(flag) {
		return value
	}
	return ""
}

// urlFlag matches options whose value looks like a path and is a part of a URL.
var urlFlag = regexp.MustCompile(`(?i)url|uri|prefix|route|base|endpoint|root-path|context`)

// checkHomeMounts reports mounts below the directories that ProtectHome= closes.
func checkHomeMounts(p *lint.Pass, u *unit.Unit, home unit.Setting) {
	for _, key := range []string{"BindPaths", "BindReadOnlyPaths"} {
		all, _ := u.Settings("Service", key)
		for _, at := range all {
			for _, w := range strings.Fields(at.Text) {
				target := unit.MountTarget(w)
				if !homePath.MatchString(target) || slices.Contains([]string{"/home", "/root", "/run/user"}, strings.TrimRight(target, "/")) || !u.Together(home, at) || all[len(all)-1].Text == "" {
					continue
				}
				p.At(u, at, home).Concerns(u.About("ProtectHome")...).
					Note("ProtectHome=%s makes the directory above it inaccessible", home.Text).
					Help("set `ProtectHome = \"tmpfs\"`, on which paths can be mounted").
					Reportf("%s of %s has no effect with ProtectHome=%s", key, target, home.Text)
				return
			}
		}
	}
}
