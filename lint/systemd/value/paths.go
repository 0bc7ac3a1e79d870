package value

import (
	"strings"
	"unicode/utf8"
)

const pathMax = 4096

// PathProblem says what is wrong with a path, empty when nothing is. absolute
// and relative demand the one or the other (src/shared/parse-helpers.c,
// path_simplify_and_warn).
func PathProblem(p string, absolute, relative bool) string {
	isAbsolute := strings.HasPrefix(p, "/")
	switch {
	case absolute && !isAbsolute:
		return "path is not absolute: " + Clip(p)
	case relative && isAbsolute:
		return "path is absolute: " + Clip(p)
	case !utf8.ValidString(p):
		return "path is not UTF-8"
	case !validPath(p):
		return "path has invalid length"
	case !normalPath(p):
		return "path is not normalized: " + Clip(p)
	}
	return ""
}

// validPath reports whether no component and not the whole is too long, and
// whether there is anything at all.
func validPath(p string) bool {
	if p == "" {
		return false
	}
	length := 0
	for _, part := range strings.Split(p, "/") {
		if len(part) > 255 {
			return false
		}
		if part != "" && part != "." {
			length += len(part) + 1
		}
	}
	return length < pathMax
}

// normalPath reports whether a path has no ".." in it; "." and empty components
// are simplified away before.
func normalPath(p string) bool {
	for _, part := range strings.Split(p, "/") {
		if part == ".." {
			return false
		}
	}
	return true
}

// hasEmptyPart reports whether a path has an empty or a "." component, which systemd
// takes where it simplifies a path before it looks at it (src/basic/path-util.c,
// path_is_normalized).
func hasEmptyPart(p string) bool {
	return strings.Contains(p, "//") || strings.Contains(p+"/", "/./")
}

// simplePath drops empty and "." components and the slash at the end.
func simplePath(p string) string {
	var parts []string
	for _, part := range strings.Split(p, "/") {
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	simple := strings.Join(parts, "/")
	if strings.HasPrefix(p, "/") {
		return "/" + simple
	}
	if simple == "" {
		return "."
	}
	return simple
}

// Below reports whether p is dir or lies below it.
func Below(p, dir string) bool {
	p, dir = simplePath(p), simplePath(dir)
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// validFileName reports whether a directory can have an entry of a name.
func validFileName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/") && len(name) <= 255
}
