package value

import (
	"math"
	"strings"
)

const (
	sizeWords = "a size (K, M, G, T, P, E; no B after them)"
	spanWords = "a time span"
)

// signed is a check of integers from least to most.
func signed(least, most int64) func(*context, string) Verdict {
	return test(func(text string) bool {
		_, ok := parseInt(text, least, most)
		return ok
	})
}

// unsigned is a check of integers from least to most.
func unsigned(least, most uint64) func(*context, string) Verdict {
	return test(func(text string) bool {
		n, ok := ParseUint(text, 0, most)
		return ok && n >= least
	})
}

// or is a check that takes one word besides.
func or(word string, check func(*context, string) Verdict) func(*context, string) Verdict {
	return func(c *context, text string) Verdict {
		if text == word {
			return Verdict{}
		}
		return check(c, text)
	}
}

func isMode(text string) bool {
	_, ok := ParseMode(text)
	return ok
}

func isSize(text string) bool {
	_, ok := parseSize(text)
	return ok
}

func isSpan(text string) bool {
	_, ok := SpanIn(text, 1e6)
	return ok
}

// isWatchdog reports whether text is a time span of the hardware watchdog.
func isWatchdog(text string) bool { return text == "default" || text == "off" || isSpan(text) }

// isSizeOrShare reports whether text is a size or a percentage above zero.
func isSizeOrShare(text string) bool {
	size, ok := parseSize(text)
	share, good := parsePermyriad(text)
	return ok && size > 0 || good && 0 < share && share <= 10000
}

func isPercent(text string) bool {
	n, ok := parsePermyriad(text)
	return ok && n > 0
}

func isShare(text string) bool {
	n, ok := parsePermyriad(text)
	return ok && n <= 10000
}

// isTasks reports whether text is a number of tasks.
func isTasks(text string) bool {
	if text == "infinity" || isShare(text) {
		return true
	}
	n, ok := ParseUint(text, 0, math.MaxUint64-1)
	return ok && n > 0
}

// isNanoSpan reports whether text is a time span that may hold nanoseconds
// (src/basic/time-util.c, parse_nsec).
func isNanoSpan(text string) bool {
	var b strings.Builder
	for _, word := range strings.Fields(text) {
		for _, suffix := range []string{"nsec", "ns"} {
			if number, found := strings.CutSuffix(word, suffix); found && number != "" {
				word = number + "us"
				break
			}
		}
		b.WriteString(word + " ")
	}
	return isSpan(strings.TrimSpace(b.String()))
}

// checkLineMax judges LineMax=, which is raised where it is too small.
func checkLineMax(c *context, text string) Verdict {
	n, ok := parseSize(text)
	switch {
	case !ok:
		return c.not(text)
	case n < 79:
		return warned("raised to the minimum of 79 bytes")
	}
	return Verdict{}
}

// checkBoolOrSize judges Compress=, where 0 and 1 are booleans.
func checkBoolOrSize(c *context, text string) Verdict {
	if text == "0" || text == "1" {
		return warned("%s is parsed as a boolean, not as a size", text)
	}
	if _, ok := ParseBool(text); ok || isSize(text) {
		return Verdict{}
	}
	return c.not(text)
}

// checkTimer judges a time span after which a timer elapses.
func checkTimer(c *context, text string) Verdict {
	text, ok := c.full(text)
	switch {
	case !ok:
		return ignored(badSpecifier)
	case isSpan(text):
		return Verdict{}
	}
	return c.not(text)
}

// checkCalendar judges OnCalendar=.
func checkCalendar(c *context, text string) Verdict {
	expanded, ok := c.full(text)
	switch {
	case !ok:
		return ignored(badSpecifier)
	case validCalendar(expanded) || !c.decided(text):
		return Verdict{}
	}
	return c.not(text)
}

// checkMemory judges a limit of memory. Zero is taken where nothing may be
// guaranteed or swapped.
func checkMemory(c *context, text string) Verdict {
	if text == "infinity" {
		return Verdict{}
	}
	bytes, ok := parseSize(text)
	if share, good := parsePermyriad(text); good && share <= 10000 {
		bytes, ok = uint64(share), true
	}
	if !ok {
		return c.not(text)
	}
	zero := strings.Contains(c.of.Name, "Low") || strings.Contains(c.of.Name, "Min") || strings.Contains(c.of.Name, "Swap")
	if c.of.Name == "DefaultStartupMemoryLow" {
		zero = false // config_parse_memory_limit spells the name in another way
	}
	return ignoredUnless(bytes != math.MaxUint64 && (bytes > 0 || zero), "out of range: %s", Clip(text))
}

// checkLimit judges SOFT or SOFT:HARD of a resource (src/basic/rlimit-util.c).
func checkLimit(c *context, text string) Verdict {
	resource := strings.TrimPrefix(strings.TrimPrefix(c.of.Name, "Default"), "Limit")
	soft, rest, two, _, bad := extractWord(text, ":", dontCoalesce)
	low, ok := parseLimit(resource, soft)
	if bad {
		return c.not(text)
	}
	if ok && two {
		hard, rest, _, _, bad := extractWord(rest, ":", dontCoalesce)
		if bad || rest != "" {
			return c.not(text)
		}
		high, good := parseLimit(resource, hard)
		if good && low > high {
			return ignored("the soft limit is above the hard one: %s", Clip(text))
		}
		ok = good
	}
	if !ok {
		return c.not(text)
	}
	return Verdict{}
}

// parseLimit reads a limit of a resource, such as NOFILE.
func parseLimit(resource, text string) (uint64, bool) {
	if text == "infinity" && resource != "NICE" {
		return math.MaxUint64, true
	}
	const most = math.MaxUint64 - 1
	switch resource {
	case "FSIZE", "DATA", "STACK", "CORE", "RSS", "AS", "MEMLOCK", "MSGQUEUE":
		n, ok := parseSize(text)
		return n, ok && n <= most
	case "CPU":
		n, ok := SpanIn(text, 1e6)
		if n != UsecInfinity {
			n = (n + 999999) / 1000000
		}
		return n, ok
	case "RTTIME":
		return SpanIn(text, 1)
	case "NICE":
		return niceLimit(text)
	}
	return ParseUint(text, 0, most)
}

// niceLimit reads a nice level with its sign, or the raw limit.
func niceLimit(text string) (uint64, bool) {
	switch {
	case strings.HasPrefix(text, "+"):
		n, ok := ParseUint(text[1:], 0, 19)
		return 20 - n, ok
	case strings.HasPrefix(text, "-"):
		n, ok := ParseUint(text[1:], 0, 20)
		return 20 + n, ok
	}
	return ParseUint(text, 0, 40)
}
