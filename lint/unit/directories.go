package unit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// dataPath matches a path that a service would write below.
var dataPath = regexp.MustCompile(`^/(?:var/(?:lib|cache|log|spool|db)|srv|data|run)/([^\s:;,"'$%{}*/]+)(?:/[^\s:;,"'$%{}*]*)?$`)

// IsDataPath reports whether a path is one that services write below.
func IsDataPath(path string) bool { return dataPath.MatchString(path) }

// OwnPath reports whether a path is where the service would keep data of its
// own, by its name: others are read as often as written.
func (u *Unit) OwnPath(path string) bool {
	m := dataPath.FindStringSubmatch(path)
	if m == nil {
		return false
	}
	user, ok := u.Setting("Service", "User")
	return m[1] == u.BaseName() || ok && m[1] == user.Text
}

// DirectoryAdvice is the advice for a directory.
func DirectoryAdvice(path string) string {
	for _, d := range ownDirectories {
		if rest, ok := strings.CutPrefix(path, d.below+"/"); ok {
			first, _, _ := strings.Cut(rest, "/")
			return fmt.Sprintf("add `%s = \"%s\";`, or `ReadWritePaths = [ \"%s\" ];` if it belongs to somebody else", d.key, first, path)
		}
	}
	return fmt.Sprintf("add `ReadWritePaths = [ \"%s\" ];`", path)
}

// ownDirectories are the directives that give a service directories of its own, and
// where these lie (systemd.exec(5)).
var ownDirectories = []struct{ key, below string }{
	{"StateDirectory", "/var/lib"},
	{"CacheDirectory", "/var/cache"},
	{"LogsDirectory", "/var/log"},
	{"RuntimeDirectory", "/run"},
	{"ConfigurationDirectory", "/etc"},
}

// apiDirectories are those that a strict ProtectSystem leaves alone.
var apiDirectories = []string{"/dev", "/proc", "/sys"}

// Writable are the directories that the service may write to in spite of a strict
// ProtectSystem; false if they are not all known.
func (u *Unit) Writable() ([]string, bool) {
	if !u.Complete() || !u.Lacks("Service", "RootDirectory", "RootImage", "TemporaryFileSystem", "MountImages", "RootMStack") {
		return nil, false
	}
	dirs := slices.Clone(apiDirectories)
	if u.MayBeOn("PrivateTmp", "DynamicUser") {
		dirs = append(dirs, "/tmp", "/var/tmp")
	}
	more, ok := u.DirectoriesIn("StateDirectory", "CacheDirectory", "LogsDirectory", "RuntimeDirectory", "ConfigurationDirectory", "ReadWritePaths", "BindPaths")
	if !ok {
		return nil, false
	}
	return append(dirs, more...), true
}

// NowhereWritable reports whether those are the only ones that the service may write
// to in spite of a strict ProtectSystem.
func (u *Unit) NowhereWritable() bool {
	dirs, known := u.Writable()
	return known && len(dirs) == len(apiDirectories)
}

// DirectoriesIn are the directories that the settings of these directives mean; false if
// they are not all known.
func (u *Unit) DirectoriesIn(keys ...string) ([]string, bool) {
	var dirs []string
	for _, key := range keys {
		if u.Lacks("Service", key) {
			continue
		}
		all, ok := u.Settings("Service", key)
		if !ok {
			return nil, false
		}
		for _, at := range all {
			for word := range strings.FieldsSeq(at.Text) {
				dirs = append(dirs, DirectoriesOf(key, word)...)
			}
		}
	}
	return dirs, true
}

// DirectoriesOf are the directories that a word of one of these directives means.
func DirectoriesOf(key, word string) []string {
	for _, d := range ownDirectories {
		if d.key == key {
			name, link, _ := strings.Cut(word, ":")
			link, _, _ = strings.Cut(link, ":")
			out := []string{d.below + "/" + name, d.below + "/private/" + name}
			if link != "" {
				out = append(out, d.below+"/"+link)
			}
			if d.below == "/run" {
				out = append(out, "/var/run/"+name)
			}
			return out
		}
	}
	return []string{MountTarget(word)}
}

// MountTarget is the path at which an entry of a list of paths is mounted:
// "/b" for "-/a:/b:rbind".
func MountTarget(word string) string {
	parts := strings.Split(strings.TrimLeft(word, "-+"), ":")
	if len(parts) > 1 && strings.HasPrefix(parts[1], "/") {
		return parts[1]
	}
	return parts[0]
}
