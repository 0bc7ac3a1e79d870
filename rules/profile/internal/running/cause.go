package main

import (
	"regexp"
	"strings"
)

// telling are parts of a log that say why a daemon failed, the most telling first.
var telling = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(permission denied|operation not permitted|read-only file system|address family not supported|protocol not supported|not supported by protocol|function not implemented|cannot allocate memory|too many open files|resource temporarily unavailable|no such device)`),
	regexp.MustCompile(`(?i)\b(fatal|error|failed to|failed|unable to|cannot|can't|could not|couldn't)\b`),
}

// noise are lines of a log that say nothing of the cause.
var noise = regexp.MustCompile(`^(state |curl: |Failed to start |Job for |See "systemctl|Starting |Started |Stopping |Stopped )|\.service: (Failed with result|Main process exited, code=exited)`)

// stamp is what is ahead of the message in a line of a log.
var stamp = regexp.MustCompile(`^[\[(<]?(\d{4}[-/]\d\d[-/]\d\d|\w{3} \w{3} +\d+|\d\d[./]\d\d[./]\d{4})[^ ]*( \d\d:\d\d:\d\d[^ ]*)?( \d{4})?( UTC)?[\])>:]* *`)

// cause says in a few words why a service is broken: the most telling line of
// what was seen of it.
func cause(seen string) string {
	switch {
	case seen == "":
		return ""
	case strings.HasPrefix(seen, "does not stop"):
		return "it does not stop"
	case strings.HasPrefix(seen, "stays root"):
		return "it keeps running as root"
	case strings.Contains(seen, "31/SYS"):
		return "a refused system call ends the process"
	}
	for _, pattern := range telling {
		for line := range strings.Lines(seen) {
			line = strings.TrimSpace(line)
			if noise.MatchString(line) || !pattern.MatchString(line) {
				continue
			}
			return shorten(stamp.ReplaceAllString(line, ""), pattern)
		}
	}
	return "the probe fails"
}

// shorten is the part of a long line around what the pattern matches.
func shorten(line string, pattern *regexp.Regexp) string {
	line = strings.Join(strings.Fields(line), " ")
	at := pattern.FindStringIndex(line)
	if at == nil || len(line) <= 110 {
		return line
	}
	from, to := max(0, at[0]-70), min(len(line), at[1]+30)
	if from > 0 {
		from += strings.IndexByte(line[from:], ' ') + 1
	}
	return strings.ToValidUTF8(line[from:to], "")
}
