package value

import (
	"math"
	"strings"

	"wardnix/lint/systemd/directive"
)

// judgeNumber judges times, sizes and numbers.
func judgeNumber(d *directive.Directive, kind directive.Kind, value string, e Expander) Verdict {
	ok := true
	switch kind {
	case directive.KindMode:
		_, ok = ParseMode(value)
		return ignoredUnless(ok, "not octal digits up to 7777: %s", Clip(value))
	case directive.KindSpan, directive.KindSpanNano, directive.KindSpanOrEmpty, directive.KindTimeout, directive.KindWatchdog:
		return judgeSpan(d, kind, value)
	case directive.KindTimer:
		return judgeTimer(d, value, e)
	case directive.KindBytes:
		n, ok := ParseSize(value)
		if ok && d.Name == "LineMax" && n < 79 {
			return warned("a line may have 79 bytes at least, which it is raised to")
		}
		return ignoredUnless(ok, "not a size (K, M, G, T, P, E; no B behind them): %s", Clip(value))
	case directive.KindBytesOrInfinity:
		_, ok = ParseSize(value)
		return ignoredUnless(ok || value == "infinity", "not a size (K, M, G, T, P, E; no B behind them) or infinity: %s", Clip(value))
	case directive.KindBytesOrShare:
		size, ok := ParseSize(value)
		share, good := parsePermyriad(value)
		return ignoredUnless(ok && size > 0 || good && 0 < share && share <= 10000, "not a size (K, M, G, T, P, E; no B behind them) or percentage: %s", Clip(value))
	case directive.KindBoolOrBytes:
		_, ok = ParseSize(value)
		_, isBool := ParseBool(value)
		if value == "0" || value == "1" {
			return warned("%s is taken for a boolean, not for a size", value)
		}
		return ignoredUnless(ok || isBool, "neither a boolean nor a size (K, M, G, T, P, E; no B behind them): %s", Clip(value))
	case directive.KindMemory:
		return judgeMemory(d, value)
	case directive.KindTasks:
		return judgeTasks(value)
	case directive.KindPercent:
		n, ok := parsePermyriad(value)
		return ignoredUnless(ok && n > 0, "not a percentage: %s", Clip(value))
	case directive.KindShare:
		n, ok := parsePermyriad(value)
		return ignoredUnless(ok && n <= 10000, "not a percentage up to 100%%: %s", Clip(value))
	case directive.KindLimit:
		return judgeLimit(d, value)
	case directive.KindCountOrInfinity:
		_, ok = ParseUint(value, 0, math.MaxUint32)
		ok = ok || value == "infinity"
	case directive.KindCPUWeight, directive.KindWeight:
		n, good := ParseUint(value, 0, 10000)
		ok = good && n > 0 || kind == directive.KindCPUWeight && value == "idle"
	default:
		ok = inRange(d, kind, value)
	}
	return ignoredUnless(ok, "not a number in the range of %s=: %s", d.Name, Clip(value))
}

// inRange reports whether value is an integer that the directive takes.
func inRange(d *directive.Directive, kind directive.Kind, value string) bool {
	least, most := int64(math.MinInt32), int64(math.MaxInt32)
	switch kind {
	case directive.KindCount:
		least, most = 0, math.MaxUint32
		if d.Name == "NAutoVTs" {
			most = 15
		}
		_, ok := ParseUint(value, 0, uint64(most))
		return ok
	case directive.KindLongCount:
		_, ok := ParseUint(value, 0, math.MaxUint64)
		return ok
	case directive.KindExitStatus:
		_, ok := ParseUint(value, 0, math.MaxUint8)
		return ok
	case directive.KindNice:
		least, most = -20, 19
	case directive.KindOOMScore:
		least, most = -1000, 1000
	case directive.KindIOPriority:
		least, most = 0, 7
	case directive.KindRealtimePriority:
		least, most = 0, 99
	}
	_, ok := parseInt(value, least, most)
	return ok
}

func judgeSpan(d *directive.Directive, kind directive.Kind, value string) Verdict {
	if kind == directive.KindWatchdog && (value == "default" || value == "off") {
		return Verdict{}
	}
	unit := uint64(1e6)
	if kind == directive.KindSpanNano {
		return ignoredUnless(validNano(value), "not a time span: %s", Clip(value))
	}
	_, ok := SpanIn(value, unit)
	return ignoredUnless(ok, "not a time span: %s", Clip(value))
}

// validNano reads a time span that may hold nanoseconds (parse_nsec).
func validNano(value string) bool {
	var b strings.Builder
	for _, word := range strings.Fields(value) {
		for _, suffix := range []string{"nsec", "ns"} {
			if number, found := strings.CutSuffix(word, suffix); found && number != "" {
				word = number + "us"
				break
			}
		}
		b.WriteString(word + " ")
	}
	_, ok := SpanIn(strings.TrimSpace(b.String()), 1e6)
	return ok
}

func judgeTimer(d *directive.Directive, value string, e Expander) Verdict {
	text, ok := e.Expand(value, FullSpecifiers)
	if !ok {
		return ignored(badSpecifier)
	}
	if d.Name == "OnCalendar" {
		return ignoredUnless(validCalendar(value), "not a calendar expression: %s", Clip(value))
	}
	_, ok = SpanIn(text, 1e6)
	return ignoredUnless(ok, "not a time span: %s", Clip(text))
}

func judgeMemory(d *directive.Directive, value string) Verdict {
	if value == "infinity" {
		return Verdict{}
	}
	bytes, ok := uint64(0), false
	if share, good := parsePermyriad(value); good && share <= 10000 {
		bytes, ok = uint64(share), true
	} else {
		bytes, ok = ParseSize(value)
	}
	if !ok {
		return ignored("not a size (K, M, G, T, P, E; no B behind them), percentage or infinity: %s", Clip(value))
	}
	zero := strings.Contains(d.Name, "Low") || strings.Contains(d.Name, "Min") || strings.Contains(d.Name, "Swap")
	return ignoredUnless(bytes != math.MaxUint64 && (bytes > 0 || zero), "out of range: %s", Clip(value))
}

func judgeTasks(value string) Verdict {
	if share, ok := parsePermyriad(value); value == "infinity" || ok && share <= 10000 {
		return Verdict{}
	}
	n, ok := ParseUint(value, 0, math.MaxUint64-1)
	return ignoredUnless(ok && n > 0, "not a number of tasks, percentage or infinity: %s", Clip(value))
}

// judgeLimit judges SOFT or SOFT:HARD of a resource (src/basic/rlimit-util.c).
func judgeLimit(d *directive.Directive, value string) Verdict {
	soft, hard, two := strings.Cut(value, ":")
	hard = strings.TrimSuffix(hard, ":") // an empty third part is let through
	low, ok := parseLimit(d, soft)
	if ok && two {
		high, good := parseLimit(d, hard)
		if good && low > high {
			return ignored("the soft limit is above the hard one: %s", Clip(value))
		}
		ok = good
	}
	return ignoredUnless(ok, "not a limit: %s", Clip(value))
}

func parseLimit(d *directive.Directive, text string) (uint64, bool) {
	if text == "infinity" && !strings.HasSuffix(d.Name, "NICE") {
		return math.MaxUint64, true
	}
	const most = math.MaxUint64 - 1
	switch strings.TrimPrefix(strings.TrimPrefix(d.Name, "Default"), "Limit") {
	case "FSIZE", "DATA", "STACK", "CORE", "RSS", "AS", "MEMLOCK", "MSGQUEUE":
		n, ok := ParseSize(text)
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
