package main

import (
	"regexp"
	"strings"
)

// telling are parts of a log that say why a daemon failed, the most telling first.
var telling = []*regexp.Regexp{
	regexp.MustCompile(`(?i)[^:\n]{0,80}(permission denied|operation not permitted|read-only file system|address family not supported|not supported by protocol)`),
	regexp.MustCompile(`(?i)(no such file or directory|cannot allocate memory|out of memory|function not implemented|bad file descriptor)`),
	regexp.MustCompile(`(?i)\b(fatal|error|failed to|unable to|cannot|can't|could not)\b[^\n]{0,80}`),
}

// cause says in a few words why a service is broken: what is most telling of
// what was seen of it.
func cause(seen string) string {
	switch {
	case strings.HasPrefix(seen, "does not stop"):
		return "it does not stop"
	case strings.Contains(seen, "31/SYS"):
		return "a refused system call ends the process"
	}
	for _, pattern := range telling {
		if m := pattern.FindString(seen); m != "" {
			return strings.Join(strings.Fields(strings.Trim(m, " :;.,'\"-")), " ")
		}
	}
	return "its probe fails"
}
