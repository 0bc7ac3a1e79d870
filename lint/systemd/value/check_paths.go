package value

import "strings"

// absolute says what is wrong with an absolute path that may hold specifiers, ""
// when nothing is.
func (c *context) absolute(text string) string {
	path, ok := c.full(text)
	if !ok {
		return badSpecifier
	}
	return PathProblem(c.rooted(path), true, false)
}

// rooted drops the ".." components at the front of an absolute path, as systemd does
// from 255 on.
func (c *context) rooted(path string) string {
	if c.Version < 255 || !strings.HasPrefix(path, "/") {
		return path
	}
	for path = simplePath(path); strings.HasPrefix(path, "/../") || path == "/.."; {
		path = "/" + strings.TrimPrefix(strings.TrimPrefix(path, "/.."), "/")
	}
	return path
}

// belowAPI says that a path lies in one of the kernel's file systems, if it does.
func (c *context) belowAPI(text string) string {
	path, _ := c.full(text)
	for _, top := range []string{"/proc", "/sys", "/dev"} {
		if Below(c.rooted(path), top) {
			return "path is below /proc, /sys or /dev: " + Clip(path)
		}
	}
	return ""
}

// checkPath judges an absolute path, which may expand to nothing. Those of root
// directories refuse the unit.
func checkPath(c *context, text string) Verdict {
	fail := ignored
	if strings.HasPrefix(c.of.Name, "Root") {
		fail = refused
	}
	if path, ok := c.full(text); ok && path == "" {
		return Verdict{}
	}
	if problem := c.absolute(text); problem != "" {
		return fail("%s", problem)
	}
	return Verdict{}
}

// checkAbsolute judges an absolute path.
func checkAbsolute(c *context, text string) Verdict {
	problem := c.absolute(text)
	return ignoredUnless(problem == "", "%s", problem)
}

// checkPlainPath judges an absolute path without specifiers.
func checkPlainPath(_ *context, text string) Verdict {
	problem := PathProblem(text, true, false)
	return ignoredUnless(problem == "", "%s", problem)
}

// checkEnvironmentFile judges a path after an optional "-", which may come from a
// specifier.
func checkEnvironmentFile(c *context, text string) Verdict {
	path, ok := c.full(text)
	problem := badSpecifier
	if ok {
		problem = PathProblem(strings.TrimPrefix(path, "-"), true, false)
	}
	return ignoredUnless(problem == "", "%s", problem)
}

// checkConditionPath judges "|", "!" and a path.
func checkConditionPath(c *context, text string) Verdict {
	return checkAbsolute(c, strings.TrimPrefix(strings.TrimPrefix(text, "|"), "!"))
}

// checkPIDFile judges a path that is relative to /run.
func checkPIDFile(c *context, text string) Verdict {
	path, ok := c.full(text)
	if !ok {
		return ignored(badSpecifier)
	}
	if !strings.HasPrefix(path, "/") {
		path = "/run/" + path
	}
	path = c.rooted(path)
	problem := PathProblem(path, true, false)
	if problem == "" && c.Version >= 256 {
		problem = c.belowAPI(path)
	}
	if problem != "" {
		return refused("%s", problem)
	}
	if strings.HasPrefix(path, "/var/run/") {
		return Verdict{Silent: c.Version < 253, Reason: "/var/run is a legacy directory; systemd uses /run"}
	}
	return Verdict{}
}

// checkPaths judges absolute paths with "-" and "+" before them.
func checkPaths(c *context, text string) Verdict {
	return c.each(text, Unquote, func(word string) string { return c.absolute(withoutMarks(word)) })
}

// withoutMarks returns a path without "-" and "+" before it.
func withoutMarks(word string) string { return strings.TrimPrefix(strings.TrimPrefix(word, "-"), "+") }

// checkMountsFor judges absolute paths.
func checkMountsFor(c *context, text string) Verdict { return c.each(text, Unquote, c.absolute) }

// checkTmpfs judges PATH[:OPTIONS] words.
func checkTmpfs(c *context, text string) Verdict {
	return c.each(text, Unquote, func(word string) string {
		path, _, _, _, bad := extractWord(word, ":", dontCoalesce)
		if bad {
			return "bad escape"
		}
		return c.absolute(path)
	})
}

// checkBindPaths judges SOURCE[:DESTINATION[:OPTIONS]] words
// (src/core/load-fragment.c, config_parse_bind_paths).
func checkBindPaths(c *context, text string) Verdict {
	if c.Version >= 262 {
		return c.each(text, Unquote|RetainEscape, c.bindTuple)
	}
	var l collector
	for rest, more := text, true; more; {
		var word, problem string
		var ok, bad bool
		word, problem, rest, more, ok, bad = c.bindPath(rest)
		if bad {
			return l.verdict(false, text)
		}
		if !ok {
			break
		}
		if word == "" && problem == "" {
			continue // repeated spaces make an empty word: systemd warns, and no path is lost
		}
		l.add(word, problem)
	}
	return l.verdict(true, text)
}

// bindTuple says what is wrong with a bind path as systemd reads it from 262 on: first it
// cuts the line into words, then the words at colons.
func (c *context) bindTuple(word string) string {
	fields, ok := colonFields(word, cUnescape|unescapeSeparators)
	if !ok {
		return "bad escape"
	}
	source, ok := c.full(fields[0])
	if !ok {
		return badSpecifier
	}
	if problem := PathProblem(c.rooted(strings.TrimPrefix(source, "-")), true, false); problem != "" {
		return problem
	}
	if len(fields) >= 2 {
		if problem := c.absolute(fields[1]); problem != "" {
			return problem
		}
	}
	switch {
	case len(fields) > 3:
		return "more than three parts"
	case len(fields) == 3 && fields[2] != "" && fields[2] != "rbind" && fields[2] != "norbind":
		return "neither rbind nor norbind"
	}
	return ""
}

// bindPath reads one bind path off rest, and says what is wrong with which part of
// it. A part with a problem ends the reading at the next separator, as in systemd.
func (c *context) bindPath(text string) (word, problem, rest string, more, ok, bad bool) {
	separators := ":" + Blanks
	word, rest, more, ok, bad = extractWord(text, separators, Unquote|dontCoalesce)
	if bad || !ok {
		return word, "", rest, more, ok, bad
	}
	if word == "" && (!more || separatorBefore(text, rest) != ':') {
		return "", "", rest, more, true, false
	}
	source, good := c.full(word)
	if !good {
		return word, badSpecifier, rest, more, true, false
	}
	problem = PathProblem(c.rooted(strings.TrimPrefix(source, "-")), true, false)
	if problem != "" || !more || separatorBefore(text, rest) != ':' {
		return word, problem, rest, more, true, false
	}
	text = rest
	word, rest, more, ok, bad = extractWord(text, separators, Unquote|dontCoalesce)
	if bad || !ok {
		return word, "", rest, more, false, true
	}
	problem = c.absolute(word)
	if problem != "" || !more || separatorBefore(text, rest) != ':' {
		return word, problem, rest, more, true, false
	}
	word, rest, more, _, bad = extractWord(rest, Blanks, Unquote)
	if word != "" && word != "rbind" && word != "norbind" {
		problem = "neither rbind nor norbind"
	}
	return word, problem, rest, more, true, bad
}

// separatorBefore returns the character in front of rest in text.
func separatorBefore(text, rest string) byte { return text[len(text)-len(rest)-1] }

// checkDirectories judges directories below one of the unit's own.
func checkDirectories(c *context, text string) Verdict {
	return c.each(text, Unquote|RetainEscape, c.directory)
}

// directory says what is wrong with PATH[:LINK[:ro]].
func (c *context) directory(word string) string {
	flags := cUnescape | unescapeSeparators
	if c.Version >= 257 {
		flags |= dontCoalesce
	}
	source, rest, more, ok, bad := extractWord(word, ":", flags)
	if bad || !ok {
		return "bad syntax"
	}
	link, access := "", ""
	if more {
		if link, rest, more, _, bad = extractWord(rest, ":", flags); bad {
			return "bad syntax"
		}
	}
	if more && c.Version >= 257 {
		if access, _, _, _, bad = extractWord(rest, ":", flags); bad || access != "" && access != "ro" {
			return "neither empty nor ro"
		}
	}
	path, ok := c.full(source)
	if !ok {
		return badSpecifier
	}
	if problem := PathProblem(path, false, true); problem != "" {
		return problem
	}
	if simplePath(path) == "." {
		return "path is not normalized"
	}
	if Below(path, "private") {
		return "path cannot be 'private'"
	}
	if link == "" {
		return ""
	}
	if c.of.Name == "ConfigurationDirectory" {
		return "a link is not supported here"
	}
	if path, ok = c.full(link); !ok {
		return badSpecifier
	}
	return PathProblem(path, false, true)
}

// checkSearchPath judges absolute paths with colons between them. The first bad one
// ends the reading.
func checkSearchPath(c *context, text string) Verdict {
	good, rest, more := 0, text, true
	for more {
		var word string
		var ok, bad bool
		word, rest, more, ok, bad = extractWord(rest, ":", dontCoalesce)
		if bad || !ok {
			break
		}
		if problem := c.absolute(word); problem != "" {
			verdict := Verdict{Status: Partly, Reason: problem + "; it and the rest of the line are ignored"}
			if good == 0 {
				verdict.Status = Ignored
			}
			return verdict
		}
		good++
	}
	return Verdict{}
}

// checkDevice judges a device and its rights.
func checkDevice(c *context, text string) Verdict {
	if _, _, ok := ParseDevice(text, c.Expander); ok {
		return Verdict{}
	}
	return c.not(text)
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
		simple := simplePath(path)
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

// deviceValue is a check of a device and a value that passes a test.
func deviceValue(valid func(text string) bool) func(*context, string) Verdict {
	return func(c *context, text string) Verdict {
		word, rest, _, ok, bad := extractWord(text, Blanks, Unquote)
		if bad || !ok || rest == "" {
			return c.not(text)
		}
		path, ok := c.full(word)
		if !ok {
			return ignored(badSpecifier)
		}
		if problem := PathProblem(path, false, false); problem != "" {
			return ignored("%s", problem)
		}
		return ignoredUnless(valid(rest), "not a value for a device: %s", Clip(rest))
	}
}

// isBandwidth reports whether text is a number of bytes or operations a second.
func isBandwidth(text string) bool {
	n, ok := parseSize(text)
	return text == "infinity" || ok && n > 0
}

func isWeight(text string) bool {
	n, ok := ParseUint(text, 0, 10000)
	return ok && n > 0
}

// checkWorkingDirectory judges an absolute path or "~", after an optional "-".
func checkWorkingDirectory(c *context, text string) Verdict {
	path, optional := strings.CutPrefix(text, "-")
	if path == "~" {
		return Verdict{}
	}
	switch problem := c.absolute(path); {
	case problem == "":
		return Verdict{}
	case optional:
		return ignored("%s", problem)
	default:
		return refused("%s", problem)
	}
}

// checkExtensionImages judges SOURCE[:OPTIONS] words.
func checkExtensionImages(c *context, text string) Verdict {
	return c.each(text, Unquote|RetainEscape, func(word string) string {
		source, options, _, _, bad := extractWord(word, ":", cUnescape|unescapeSeparators)
		switch {
		case bad:
			return "bad escape"
		case source == "":
			return ""
		}
		source = strings.TrimPrefix(source, "-")
		problem := c.absolute(source)
		if problem == "" && c.Version >= 256 {
			problem = c.belowAPI(source)
		}
		if problem == "" {
			problem = c.mountOptions(options)
		}
		return problem
	})
}

// checkMountImages judges SOURCE:DESTINATION[:OPTIONS] words.
func checkMountImages(c *context, text string) Verdict {
	return c.each(text, Unquote|RetainEscape, func(word string) string {
		source, rest, _, _, bad := extractWord(word, ":", cUnescape|unescapeSeparators)
		destination, options, _, _, badRest := extractWord(rest, ":", cUnescape|unescapeSeparators)
		switch {
		case bad || badRest:
			return "bad escape"
		case source == "":
			return ""
		}
		if problem := c.absolute(strings.TrimPrefix(source, "-")); problem != "" {
			return problem
		}
		if destination == "" {
			return "no destination"
		}
		if problem := c.absolute(destination); problem != "" {
			return problem
		}
		return c.mountOptions(options)
	})
}
