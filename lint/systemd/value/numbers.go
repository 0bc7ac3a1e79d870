package value

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// ParseUint reads an unsigned number as systemd's safe_atou family does, with
// strtoul's leading blanks and plus, and, for base 0, the prefixes 0x, 0o, 0b
// and 0. It refuses numbers above most.
func ParseUint(text string, base int, most uint64) (uint64, bool) {
	text = strings.TrimLeft(text, " \t\n\r\v\f")
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	n, ok := parseDigits(text, base)
	if !ok || negative && n != 0 || n > most {
		return 0, false
	}
	return n, true
}

// parseInt reads a signed number as systemd's safe_atoi family does.
func parseInt(text string, least, most int64) (int64, bool) {
	text = strings.TrimLeft(text, " \t\n\r\v\f")
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	u, ok := parseDigits(text, 0)
	if !ok || u > math.MaxInt64 {
		return 0, false
	}
	n := int64(u)
	if negative {
		n = -n
	}
	return n, n >= least && n <= most
}

func parseDigits(text string, base int) (uint64, bool) {
	if base == 0 {
		text, base = numberBase(text)
	}
	if text == "" || text[0] == '+' || text[0] == '-' || text[0] == '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(text, base, 64)
	return n, err == nil
}

// numberBase strips the prefix of a C number.
func numberBase(text string) (digits string, base int) {
	if len(text) > 1 && text[0] == '0' {
		switch text[1] {
		case 'x', 'X':
			return text[2:], 16
		case 'b', 'B':
			return text[2:], 2
		case 'o', 'O':
			return text[2:], 8
		}
		return text[1:], 8
	}
	return text, 10
}

// Infinite is the time span "infinity".
const Infinite time.Duration = math.MaxInt64

// UsecInfinity is the time span "infinity" in microseconds.
const UsecInfinity = math.MaxUint64

// spanUnits are the units of a time span with their microseconds, longer
// spellings before their prefixes.
var spanUnits = []struct {
	suffix string
	usec   uint64
}{
	{"seconds", 1e6}, {"second", 1e6}, {"sec", 1e6}, {"s", 1e6},
	{"minutes", 60e6}, {"minute", 60e6}, {"min", 60e6},
	{"months", 2629800e6}, {"month", 2629800e6}, {"M", 2629800e6},
	{"msec", 1e3}, {"ms", 1e3}, {"m", 60e6},
	{"hours", 3600e6}, {"hour", 3600e6}, {"hr", 3600e6}, {"h", 3600e6},
	{"days", 86400e6}, {"day", 86400e6}, {"d", 86400e6},
	{"weeks", 604800e6}, {"week", 604800e6}, {"w", 604800e6},
	{"years", 31557600e6}, {"year", 31557600e6}, {"y", 31557600e6},
	{"usec", 1}, {"us", 1}, {"μs", 1}, {"µs", 1},
}

// ParseSpan reads a time span: "5min 20s", "1.5h", "infinity"; a number alone is
// seconds. It reports false for what systemd refuses (src/basic/time-util.c,
// parse_time). A span above what a Duration holds is Infinite.
func ParseSpan(text string) (time.Duration, bool) {
	usec, ok := SpanIn(text, 1e6)
	if usec > math.MaxInt64/1000 {
		return Infinite, ok
	}
	return time.Duration(usec) * time.Microsecond, ok
}

// SpanIn reads a time span as [ParseSpan] does, and returns microseconds, or
// [UsecInfinity]. unit is that of plain numbers.
func SpanIn(text string, unit uint64) (uint64, bool) {
	text = strings.Trim(text, Blanks)
	if text == "infinity" {
		return UsecInfinity, true
	}
	if text == "" {
		return 0, false
	}
	total := uint64(0)
	for text != "" {
		part, rest, ok := spanPart(text, unit)
		if !ok || part >= UsecInfinity-total {
			return 0, false
		}
		total += part
		text = strings.TrimLeft(rest, Blanks)
	}
	return total, true
}

// spanPart reads one number and its unit.
func spanPart(text string, unit uint64) (usec uint64, rest string, ok bool) {
	plus := text[0] == '+' // strtoll takes it
	digits := text
	if plus {
		digits = text[1:]
	}
	n := leadingDigits(digits)
	whole, fraction := digits[:n], ""
	rest = digits[n:]
	if n == 0 {
		if plus || !strings.HasPrefix(rest, ".") {
			return 0, "", false
		}
		whole = "0"
	}
	dotted := strings.HasPrefix(rest, ".")
	if dotted {
		n := leadingDigits(rest[1:])
		fraction, rest = rest[1:1+n], rest[1+n:]
	}
	after := strings.TrimLeft(rest, Blanks)
	multiplier, found := unit, false
	for _, u := range spanUnits {
		if strings.HasPrefix(after, u.suffix) {
			multiplier, after, found = u.usec, after[len(u.suffix):], true
			break
		}
	}
	if !found && rest != "" && after == rest || dotted && fraction == "" {
		return 0, "", false
	}
	value, err := strconv.ParseInt(whole, 10, 64)
	hi, lo := bits.Mul64(uint64(value), multiplier)
	if err != nil || hi != 0 || uint64(value) >= UsecInfinity/multiplier {
		return 0, "", false
	}
	for m := multiplier / 10; fraction != ""; m /= 10 {
		add := uint64(fraction[0]-'0') * m
		if add >= UsecInfinity-lo {
			return 0, "", false
		}
		lo += add
		fraction = fraction[1:]
	}
	return lo, after, true
}

func leadingDigits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// sizeSuffixes are the suffixes of a size, base 1024, which must come in this
// order.
var sizeSuffixes = []struct {
	suffix string
	shift  uint
}{{"E", 60}, {"P", 50}, {"T", 40}, {"G", 30}, {"M", 20}, {"K", 10}, {"B", 0}, {"", 0}}

// parseSize reads a size in bytes: "512M", "1.5G", "1G 500M". It reports false
// for what systemd refuses, such as "1GB" and "1g" (src/basic/parse-util.c,
// parse_size).
func parseSize(text string) (uint64, bool) {
	total, next := uint64(0), 0
	for first := true; first || text != ""; first = false {
		text = strings.TrimLeft(text, Blanks+"\v\f")
		text = strings.TrimPrefix(text, "+")
		n := leadingDigits(text)
		whole, err := strconv.ParseUint(text[:n], 10, 64)
		if n == 0 || err != nil {
			return 0, false
		}
		text = text[n:]
		fraction := 0.0
		if strings.HasPrefix(text, ".") {
			n := leadingDigits(text[1:])
			fraction, _ = strconv.ParseFloat("0."+text[1:1+n]+"0", 64)
			text = text[1+n:]
		}
		text = strings.TrimLeft(text, Blanks)
		for next < len(sizeSuffixes) && !strings.HasPrefix(text, sizeSuffixes[next].suffix) {
			next++
		}
		if next == len(sizeSuffixes) {
			return 0, false
		}
		s := sizeSuffixes[next]
		extra := uint64(0)
		if fraction > 0 {
			extra = 1
		}
		if whole > math.MaxUint64-extra || whole+extra > math.MaxUint64>>s.shift {
			return 0, false
		}
		part := whole<<s.shift + uint64(fraction*float64(uint64(1)<<s.shift))
		if part > math.MaxUint64-total {
			return 0, false
		}
		total += part
		text = text[len(s.suffix):]
		next++
	}
	return total, true
}

// parsePermyriad reads "12%", "12.5%", "125‰" or "1250‱" as ten-thousandths.
func parsePermyriad(text string) (int64, bool) {
	for _, unit := range []struct {
		sign  string
		scale int64
	}{{"‱", 1}, {"‰", 10}, {"%", 100}} {
		number, found := strings.CutSuffix(text, unit.sign)
		if !found {
			continue
		}
		part := int64(0)
		if i := strings.IndexByte(number, '.'); i >= 0 {
			digits := number[i+1:]
			if unit.scale == 1 || len(digits) == 0 || len(digits) > 2 || unit.scale == 10 && len(digits) > 1 || leadingDigits(digits) != len(digits) {
				return 0, false
			}
			part, _ = strconv.ParseInt(digits, 10, 64)
			if unit.scale == 100 && len(digits) == 1 {
				part *= 10
			}
			number = number[:i]
		}
		whole, ok := parseInt(number, math.MinInt32, math.MaxInt32)
		if !ok || whole < 0 || whole > (math.MaxInt32-part)/unit.scale {
			return 0, false
		}
		return whole*unit.scale + part, true
	}
	return 0, false
}

// ParseMode reads octal digits, at most 7777.
func ParseMode(text string) (uint32, bool) {
	if text == "" || leadingDigits(text) != len(text) {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 8, 32)
	return uint32(n), err == nil && n <= 0o7777
}
