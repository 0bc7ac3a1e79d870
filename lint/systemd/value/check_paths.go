package value

import (
	"math"
	"strings"

	"wardnix/lint/systemd/directive"
)

// judgePath judges the values that are paths.
func judgePath(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	switch kind {
	case directive.KindPaths, directive.KindTmpfs, directive.KindMountsFor:
		return judgePaths(kind, value, e)
	case directive.KindBindPaths:
		return judgeBindPaths(value, e)
	case directive.KindImages:
		return judgeImages(d, value, e)
	case directive.KindDirectories:
		return judgeDirectories(d, value, e)
	case directive.KindSearchPath:
		return judgeSearchPath(value, e)
	case directive.KindDevices:
		return judgeDevice(value, e)
	case directive.KindDeviceValue:
		return judgeDeviceValue(d, value, e)
	case directive.KindWorkingDirectory:
		return judgeWorkingDirectory(value, e)
	case directive.KindConditionPath:
		value = strings.TrimPrefix(strings.TrimPrefix(value, "|"), "!")
	}
	text, ok := value, true
	if kind != directive.KindPlainPath {
		text, ok = e.Expand(value, FullSpecifiers)
	}
	fatal := kind == directive.KindPath && strings.HasPrefix(d.Name, "Root")
	switch {
	case !ok && fatal:
		return refused(badSpecifier)
	case !ok:
		return ignored(badSpecifier)
	case kind == directive.KindEnvironmentFile:
		text = strings.TrimPrefix(text, "-")
	case kind == directive.KindPIDFile && !strings.HasPrefix(text, "/"):
		text = "/run/" + text
	case kind == directive.KindPath && text == "":
		return Verdict{}
	}
	problem := PathProblem(text, true, false)
	switch {
	case problem == "":
		if kind == directive.KindPIDFile && strings.HasPrefix(text, "/var/run/") {
			return Verdict{Silent: e.Version < 253, Reason: "/var/run is a legacy directory, /run is used"}
		}
		return Verdict{}
	case fatal || kind == directive.KindPIDFile:
		return refused("%s", problem)
	}
	return ignored("%s", problem)
}

func judgePaths(kind directive.Kind, value string, e Expander) Verdict {
	var c collector
	ok := Words(value, Unquote, func(word string) bool {
		path := word
		switch kind {
		case directive.KindPaths:
			path = strings.TrimPrefix(strings.TrimPrefix(path, "-"), "+")
		case directive.KindTmpfs:
			first, _, _, _, bad := extractWord(path, ":", dontCoalesce)
			if bad {
				c.bad(word, "bad escape")
				return true
			}
			path = first
		}
		path, good := e.Expand(path, FullSpecifiers)
		if !good {
			c.bad(word, badSpecifier)
		} else if problem := PathProblem(path, true, false); problem != "" {
			c.bad(word, problem)
		} else {
			c.good++
		}
		return true
	})
	return c.verdict(ok, value)
}

// judgeBindPaths judges SOURCE[:DESTINATION[:OPTIONS]] words.
func judgeBindPaths(value string, e Expander) Verdict {
	var c collector
	rest, more := value, true
	for more {
		var source, destination, options string
		var ok, bad bool
		before := rest
		source, rest, more, ok, bad = extractWord(rest, ":"+Blanks, Unquote|dontCoalesce)
		if bad {
			return c.verdict(false, value)
		}
		if !ok {
			break
		}
		last := !more || separatorBefore(before, rest) != ':'
		if source == "" && last {
			continue // repeated spaces make an empty word: systemd warns, and no path is lost
		}
		text, ok := e.Expand(source, FullSpecifiers)
		if !ok {
			c.bad(source, badSpecifier)
			continue
		}
		if problem := PathProblem(strings.TrimPrefix(text, "-"), true, false); problem != "" {
			c.bad(source, problem)
			continue
		}
		if last {
			c.good++
			continue
		}
		before = rest
		destination, rest, more, ok, bad = extractWord(rest, ":"+Blanks, Unquote|dontCoalesce)
		if bad || !ok {
			return c.verdict(false, value)
		}
		text, ok = e.Expand(destination, FullSpecifiers)
		if !ok {
			c.bad(destination, badSpecifier)
			continue
		}
		if problem := PathProblem(text, true, false); problem != "" {
			c.bad(destination, problem)
			continue
		}
		if more && separatorBefore(before, rest) == ':' {
			options, rest, more, _, bad = extractWord(rest, Blanks, Unquote)
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

func judgeDirectories(d *directive.Directive, value string, e Expander) Verdict {
	var c collector
	ok := Words(value, Unquote|RetainEscape, func(word string) bool {
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
func directoryProblem(d *directive.Directive, word string, e Expander) string {
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
	path, ok := e.Expand(source, FullSpecifiers)
	if !ok {
		return badSpecifier
	}
	if problem := PathProblem(path, false, true); problem != "" {
		return problem
	}
	if Below(path, "private") {
		return "path cannot be 'private'"
	}
	if link == "" {
		return ""
	}
	if d.Name == "ConfigurationDirectory" {
		return "a link is not supported here"
	}
	if path, ok = e.Expand(link, FullSpecifiers); !ok {
		return badSpecifier
	}
	return PathProblem(path, false, true)
}

func judgeSearchPath(value string, e Expander) Verdict {
	good, rest, more := 0, value, true
	for more {
		var word string
		var ok, bad bool
		word, rest, more, ok, bad = extractWord(rest, ":", dontCoalesce)
		if bad || !ok {
			break
		}
		path, ok := e.Expand(word, FullSpecifiers)
		problem := badSpecifier
		if ok {
			problem = PathProblem(path, true, false)
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

func judgeDevice(value string, e Expander) Verdict {
	if _, _, ok := ParseDevice(value, e); ok {
		return Verdict{}
	}
	return ignored("not a device (/dev/…, char-…, block-…) with rights out of r, w, m: %s", Clip(value))
}

// ParseDevice reads PATH [RIGHTS].
func ParseDevice(value string, e Expander) (path, rights string, ok bool) {
	word, rest, _, ok, bad := extractWord(value, Blanks, Unquote)
	if bad || !ok || strings.Trim(rest, "rwm") != "" {
		return "", "", false
	}
	path, ok = e.Expand(word, FullSpecifiers)
	if !ok {
		return "", "", false
	}
	if !strings.HasPrefix(path, "block-") && !strings.HasPrefix(path, "char-") {
		simple := SimplePath(path)
		if PathProblem(path, false, false) != "" || !Below(simple, "/dev") && !Below(simple, "/run/systemd/inaccessible") {
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

func judgeDeviceValue(d *directive.Directive, value string, e Expander) Verdict {
	word, rest, _, ok, bad := extractWord(value, Blanks, Unquote)
	if bad || !ok || rest == "" {
		return ignored("not a device and a value: %s", Clip(value))
	}
	path, ok := e.Expand(word, FullSpecifiers)
	if !ok {
		return ignored(badSpecifier)
	}
	if problem := PathProblem(path, false, false); problem != "" {
		return ignored("%s", problem)
	}
	switch {
	case strings.HasSuffix(d.Name, "Weight"):
		n, good := ParseUint(rest, 0, 10000)
		ok = good && n > 0
	case strings.HasSuffix(d.Name, "Sec"):
		_, ok = SpanIn(rest, 1e6)
	case rest == "infinity":
	default:
		n, good := ParseSize(rest)
		if strings.Contains(d.Name, "IOPS") {
			n, good = parseSize1000(rest)
		}
		ok = good && n > 0 && n < math.MaxUint64
	}
	return ignoredUnless(ok, "not a value for a device: %s", Clip(rest))
}

// parseSize1000 reads a number with decimal suffixes; the accepted texts are
// those of ParseSize.
func parseSize1000(text string) (uint64, bool) { return ParseSize(text) }

func judgeWorkingDirectory(value string, e Expander) Verdict {
	path, optional := strings.CutPrefix(value, "-")
	if path == "~" {
		return Verdict{}
	}
	path, ok := e.Expand(path, FullSpecifiers)
	problem := badSpecifier
	if ok {
		problem = PathProblem(path, true, false)
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
func judgeImages(d *directive.Directive, value string, e Expander) Verdict {
	var c collector
	ok := Words(value, Unquote|RetainEscape, func(word string) bool {
		if problem := imageProblem(d, word, e); problem != "" {
			c.bad(word, problem)
		} else {
			c.good++
		}
		return true
	})
	return c.verdict(ok, value)
}

func imageProblem(d *directive.Directive, word string, e Expander) string {
	parts := strings.Split(word, ":")
	source, ok := e.Expand(strings.TrimPrefix(parts[0], "-"), FullSpecifiers)
	if !ok {
		return badSpecifier
	}
	if problem := PathProblem(source, true, false); problem != "" || d.Name == "ExtensionImages" {
		return problem
	}
	if len(parts) < 2 || parts[1] == "" {
		return "no destination"
	}
	destination, ok := e.Expand(parts[1], FullSpecifiers)
	if !ok {
		return badSpecifier
	}
	return PathProblem(destination, true, false)
}
