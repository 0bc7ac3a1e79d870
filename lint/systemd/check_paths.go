package systemd

import (
	"math"
	"strings"
)

// judgePath judges the values that are paths.
func judgePath(d *Directive, kind Kind, value string, e expander) Verdict {
	switch kind {
	case KindPaths, KindTmpfs, KindMountsFor:
		return judgePaths(kind, value, e)
	case KindBindPaths:
		return judgeBindPaths(value, e)
	case KindImages:
		return judgeImages(d, value, e)
	case KindDirectories:
		return judgeDirectories(d, value, e)
	case KindSearchPath:
		return judgeSearchPath(value, e)
	case KindDevices:
		return judgeDevice(value, e)
	case KindDeviceValue:
		return judgeDeviceValue(d, value, e)
	case KindWorkingDirectory:
		return judgeWorkingDirectory(value, e)
	case KindConditionPath:
		value = strings.TrimPrefix(strings.TrimPrefix(value, "|"), "!")
	}
	text, ok := value, true
	if kind != KindPlainPath {
		text, ok = e.expand(value, fullSpecifiers)
	}
	fatal := kind == KindPath && strings.HasPrefix(d.Name, "Root")
	switch {
	case !ok && fatal:
		return refused(badSpecifier)
	case !ok:
		return ignored(badSpecifier)
	case kind == KindEnvironmentFile:
		text = strings.TrimPrefix(text, "-")
	case kind == KindPIDFile && !strings.HasPrefix(text, "/"):
		text = "/run/" + text
	case kind == KindPath && text == "":
		return Verdict{}
	}
	problem := pathProblem(text, true, false)
	switch {
	case problem == "":
		if kind == KindPIDFile && strings.HasPrefix(text, "/var/run/") {
			return Verdict{Silent: e.version < 253, Reason: "/var/run is a legacy directory, /run is used"}
		}
		return Verdict{}
	case fatal || kind == KindPIDFile:
		return refused("%s", problem)
	}
	return ignored("%s", problem)
}

func judgePaths(kind Kind, value string, e expander) Verdict {
	var c collector
	ok := words(value, unquote, func(word string) bool {
		path := word
		switch kind {
		case KindPaths:
			path = strings.TrimPrefix(strings.TrimPrefix(path, "-"), "+")
		case KindTmpfs:
			first, _, _, _, bad := extractWord(path, ":", dontCoalesce)
			if bad {
				c.bad(word, "bad escape")
				return true
			}
			path = first
		}
		path, good := e.expand(path, fullSpecifiers)
		if !good {
			c.bad(word, badSpecifier)
		} else if problem := pathProblem(path, true, false); problem != "" {
			c.bad(word, problem)
		} else {
			c.good++
		}
		return true
	})
	return c.verdict(ok, value)
}

// judgeBindPaths judges SOURCE[:DESTINATION[:OPTIONS]] words.
func judgeBindPaths(value string, e expander) Verdict {
	var c collector
	rest, more := value, true
	for more {
		var source, destination, options string
		var ok, bad bool
		before := rest
		source, rest, more, ok, bad = extractWord(rest, ":"+blanks, unquote|dontCoalesce)
		if bad {
			return c.verdict(false, value)
		}
		if !ok {
			break
		}
		text, ok := e.expand(source, fullSpecifiers)
		if !ok {
			c.bad(source, badSpecifier)
			continue
		}
		if problem := pathProblem(strings.TrimPrefix(text, "-"), true, false); problem != "" {
			c.bad(source, problem)
			continue
		}
		if !more || separatorBefore(before, rest) != ':' {
			c.good++
			continue
		}
		before = rest
		destination, rest, more, ok, bad = extractWord(rest, ":"+blanks, unquote|dontCoalesce)
		if bad || !ok {
			return c.verdict(false, value)
		}
		text, ok = e.expand(destination, fullSpecifiers)
		if !ok {
			c.bad(destination, badSpecifier)
			continue
		}
		if problem := pathProblem(text, true, false); problem != "" {
			c.bad(destination, problem)
			continue
		}
		if more && separatorBefore(before, rest) == ':' {
			options, rest, more, _, bad = extractWord(rest, blanks, unquote)
			if bad {
				return c.verdict(false, value)
			}
			if options != "" && options != "rbind" && options != "norbind" {
				c.bad(options, "neither rbind nor norbind")
				continue
			}
		}
		c.good++
	}
	return c.verdict(true, value)
}

// separatorBefore returns the character in front of rest in text.
func separatorBefore(text, rest string) byte { return text[len(text)-len(rest)-1] }

func judgeDirectories(d *Directive, value string, e expander) Verdict {
	var c collector
	ok := words(value, unquote|retainEscape, func(word string) bool {
		if problem := directoryProblem(d, word, e); problem != "" {
			c.bad(word, problem)
		} else {
			c.good++
		}
		return true
	})
	return c.verdict(ok, value)
}

// directoryProblem says what is wrong with PATH[:LINK[:ro]].
func directoryProblem(d *Directive, word string, e expander) string {
	source, rest, more, ok, bad := extractWord(word, ":", cUnescape|unescapeSeparators)
	if bad || !ok {
		return "bad syntax"
	}
	link := ""
	if more {
		link, _, _, _, bad = extractWord(rest, ":", cUnescape|unescapeSeparators)
		if bad {
			return "bad syntax"
		}
	}
	path, ok := e.expand(source, fullSpecifiers)
	if !ok {
		return badSpecifier
	}
	if problem := pathProblem(path, false, true); problem != "" {
		return problem
	}
	if below(path, "private") {
		return "path cannot be 'private'"
	}
	if link == "" {
		return ""
	}
	if d.Name == "ConfigurationDirectory" {
		return "a link is not supported here"
	}
	if path, ok = e.expand(link, fullSpecifiers); !ok {
		return badSpecifier
	}
	return pathProblem(path, false, true)
}

func judgeSearchPath(value string, e expander) Verdict {
	good, rest, more := 0, value, true
	for more {
		var word string
		var ok, bad bool
		word, rest, more, ok, bad = extractWord(rest, ":", dontCoalesce)
		if bad || !ok {
			break
		}
		path, ok := e.expand(word, fullSpecifiers)
		problem := badSpecifier
		if ok {
			problem = pathProblem(path, true, false)
		}
		if problem != "" {
			verdict := Verdict{Status: Partly, Reason: problem + "; it and the rest of the line are dropped"}
			if good == 0 {
				verdict.Status = Ignored
			}
			return verdict
		}
		good++
	}
	return Verdict{}
}

func judgeDevice(value string, e expander) Verdict {
	if _, _, ok := parseDevice(value, e); ok {
		return Verdict{}
	}
	return ignored("not a device (/dev/…, char-…, block-…) with rights out of r, w, m: %s", clip(value))
}

// parseDevice reads PATH [RIGHTS].
func parseDevice(value string, e expander) (path, rights string, ok bool) {
	word, rest, _, ok, bad := extractWord(value, blanks, unquote)
	if bad || !ok || strings.Trim(rest, "rwm") != "" {
		return "", "", false
	}
	path, ok = e.expand(word, fullSpecifiers)
	if !ok {
		return "", "", false
	}
	if !strings.HasPrefix(path, "block-") && !strings.HasPrefix(path, "char-") {
		simple := simplePath(path)
		if pathProblem(path, false, false) != "" || !below(simple, "/dev") && !below(simple, "/run/systemd/inaccessible") {
			return "", "", false
		}
		path = simple
	}
	if rest == "" {
		return path, "rwm", true
	}
	for _, right := range "rwm" {
		if strings.ContainsRune(rest, right) {
			rights += string(right)
		}
	}
	return path, rights, true
}

func judgeDeviceValue(d *Directive, value string, e expander) Verdict {
	word, rest, _, ok, bad := extractWord(value, blanks, unquote)
	if bad || !ok || rest == "" {
		return ignored("not a device and a value: %s", clip(value))
	}
	path, ok := e.expand(word, fullSpecifiers)
	if !ok {
		return ignored(badSpecifier)
	}
	if problem := pathProblem(path, false, false); problem != "" {
		return ignored("%s", problem)
	}
	switch {
	case strings.HasSuffix(d.Name, "Weight"):
		n, good := parseUint(rest, 0, 10000)
		ok = good && n > 0
	case strings.HasSuffix(d.Name, "Sec"):
		_, ok = parseSpan(rest, 1e6)
	case rest == "infinity":
	default:
		n, good := ParseSize(rest)
		if strings.Contains(d.Name, "IOPS") {
			n, good = parseSize1000(rest)
		}
		ok = good && n > 0 && n < math.MaxUint64
	}
	return ignoredUnless(ok, "not a value for a device: %s", clip(rest))
}

// parseSize1000 reads a number with decimal suffixes; the accepted texts are
// those of ParseSize.
func parseSize1000(text string) (uint64, bool) { return ParseSize(text) }

func judgeWorkingDirectory(value string, e expander) Verdict {
	path, optional := strings.CutPrefix(value, "-")
	if path == "~" {
		return Verdict{}
	}
	path, ok := e.expand(path, fullSpecifiers)
	problem := badSpecifier
	if ok {
		problem = pathProblem(path, true, false)
	}
	switch {
	case problem == "":
		return Verdict{}
	case optional:
		return ignored("%s", problem)
	}
	return refused("%s", problem)
}

// judgeImages judges SOURCE:DESTINATION[:OPTIONS] of MountImages=, or
// SOURCE[:OPTIONS] of ExtensionImages=.
func judgeImages(d *Directive, value string, e expander) Verdict {
	var c collector
	ok := words(value, unquote|retainEscape, func(word string) bool {
		if problem := imageProblem(d, word, e); problem != "" {
			c.bad(word, problem)
		} else {
			c.good++
		}
		return true
	})
	return c.verdict(ok, value)
}

func imageProblem(d *Directive, word string, e expander) string {
	parts := strings.Split(word, ":")
	source, ok := e.expand(strings.TrimPrefix(parts[0], "-"), fullSpecifiers)
	if !ok {
		return badSpecifier
	}
	if problem := pathProblem(source, true, false); problem != "" || d.Name == "ExtensionImages" {
		return problem
	}
	if len(parts) < 2 || parts[1] == "" {
		return "no destination"
	}
	destination, ok := e.expand(parts[1], fullSpecifiers)
	if !ok {
		return badSpecifier
	}
	return pathProblem(destination, true, false)
}
