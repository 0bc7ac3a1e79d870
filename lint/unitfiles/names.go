package unitfiles

import (
	"path"
	"slices"
	"strings"

	"wardnix/lint/systemd/value"
)

const unitCharacters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@"

// ValidUnit reports whether systemd takes a name for that of a unit
// (unit_name_is_valid in src/basic/unit-name.c).
func ValidUnit(name string) bool {
	stem, kind := cutType(name)
	return stem != "" && stem[0] != '@' && len(name) < 256 && slices.Contains(value.UnitTypes, kind) &&
		strings.Trim(name, unitCharacters) == "" && onlyUnitCharacters(name)
}

func onlyUnitCharacters(name string) bool {
	for i := range len(name) {
		if strings.IndexByte(unitCharacters, name[i]) < 0 {
			return false
		}
	}
	return true
}

// validDropinDir reports whether a directory can hold drop-ins: that of a unit, of a
// prefix ("foo-.service.d") or of a type ("service.d").
func validDropinDir(name string) bool {
	unit := strings.TrimSuffix(name, ".d")
	return unit != name && (slices.Contains(value.UnitTypes, unit) || ValidUnit(unit))
}

func validConf(name string) bool {
	return strings.HasSuffix(name, ".conf") && !strings.ContainsAny(name, "/\n") && name[0] != '.'
}

func cutType(name string) (stem, kind string) {
	kind = path.Ext(name)
	return strings.TrimSuffix(name, kind), strings.TrimPrefix(kind, ".")
}

// cutInstance takes "foo@bar.service" apart. A template has an empty instance, a
// plain unit no "@".
func cutInstance(name string) (template, instance string, at bool) {
	stem, kind := cutType(name)
	prefix, instance, at := strings.Cut(stem, "@")
	if !at {
		return name, "", false
	}
	return prefix + "@." + kind, instance, true
}

// ValidAlias reports whether systemd takes a link of one name to another for an
// alias (unit_validate_alias_symlink_and_warn): both are of one type, and both
// are plain, or templates, or an instance and its namesake or a template.
func ValidAlias(from, to string) bool {
	_, kind := cutType(from)
	_, other := cutType(to)
	_, instance, at := cutInstance(from)
	_, otherInstance, otherAt := cutInstance(to)
	return ValidUnit(to) && kind == other && at == otherAt && (instance == otherInstance || otherInstance == "")
}

// dropinDirs are the directories in one directory of the load path that hold drop-ins of
// a unit, strongest first: its own, those of its template, and those of the
// prefixes of its name. A template is taken for an instance that has no files of
// its own. (unit_file_find_dirs in src/shared/dropin.c; directories that come twice
// are no matter, since the first counts.)
func dropinDirs(name string) []string {
	if template, instance, at := cutInstance(name); at && instance == "" {
		name = withInstance(template, "*")
	}
	return appendDirs(nil, name)
}

func appendDirs(dirs []string, name string) []string {
	dirs = append(dirs, name+".d")
	template, instance, _ := cutInstance(name)
	if instance != "" {
		dirs = appendDirs(dirs, template)
	}
	stem, kind := cutType(name)
	stem, _, _ = strings.Cut(stem, "@")
	i := strings.LastIndexByte(strings.TrimRight(stem, "-"), '-')
	if i <= 0 {
		return dirs
	}
	shorter := stem[:i+1] + "." + kind
	if instance != "" {
		shorter = withInstance(stem[:i+1]+"@."+kind, instance)
	}
	return appendDirs(dirs, shorter)
}

func withInstance(template, instance string) string {
	return strings.Replace(template, "@.", "@"+instance+".", 1)
}
