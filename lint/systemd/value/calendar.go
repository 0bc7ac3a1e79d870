package value

import (
	"slices"
	"strings"

	"wardnix/lint/spell"
)

// calendarWords are the expressions that are a word (src/shared/calendarspec.c,
// calendar_spec_from_string).
var calendarWords = []string{
	"minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "annually", "anually",
	"semiannually", "semi-annually", "biannually", "bi-annually",
}

// validCalendar reports whether an expression is one of OnCalendar=
// (systemd.time(7), CALENDAR EVENTS). Where versions differ, and for the names of
// time zones, it says yes.
func validCalendar(text string) bool {
	text = withoutZone(text)
	for _, word := range calendarWords {
		if strings.EqualFold(text, word) {
			return true
		}
	}
	c := calendarScanner{text}
	return text != "" && c.weekdays() && c.date() && c.time()
}

// nearestCalendar is the expression that one most likely means that is none: a
// misspelled word, or a step from "*", for which systemd wants a number.
func nearestCalendar(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "midnight", "nightly", "everyday":
		return "daily"
	}
	if steps := strings.ReplaceAll(text, "*/", "0/"); steps != text && validCalendar(steps) {
		return steps
	}
	near := ""
	for _, word := range calendarWords {
		if spell.Distance(strings.ToLower(strings.TrimSpace(text)), word, 1) == 1 && (near == "" || near == "annually") {
			near = word
		}
	}
	return near
}

// plainZones are the time zones that look like none (the names without a "/" in the
// tz database 2024a).
var plainZones = []string{
	"CST6CDT", "Cuba", "EST5EDT", "Egypt", "Eire", "GB-Eire", "GMT+0", "GMT-0", "GMT0", "Greenwich", "Hongkong", "Iceland", "Iran",
	"Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "MST7MDT", "NZ-CHAT", "Navajo", "PST8PDT", "Poland", "Portugal", "Singapore",
	"Turkey", "Universal", "W-SU", "Zulu",
}

// withoutZone takes a time zone off the end of an expression.
func withoutZone(text string) string {
	at := strings.LastIndexByte(text, ' ')
	if at < 0 {
		return text
	}
	zone := text[at+1:]
	letters := strings.Trim(strings.ToUpper(zone), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	switch {
	case zone == "" || zone == "AM" || zone == "PM":
		return text
	case strings.EqualFold(zone, "UTC"), strings.Contains(zone, "/") && !strings.ContainsAny(zone[:1], "0123456789*"),
		letters && len(zone) <= 5 && zone == strings.ToUpper(zone), slices.Contains(plainZones, zone):
		return text[:at]
	}
	return text
}

// calendarScanner takes an expression apart. Each method takes its part off the
// front, and reports false where the part is none.
type calendarScanner struct{ rest string }

var calendarDays = []string{"monday", "mon", "tuesday", "tue", "wednesday", "wed", "thursday", "thu", "friday", "fri", "saturday", "sat", "sunday", "sun"}

func (c *calendarScanner) weekdays() bool {
	for first := true; ; first = false {
		day := ""
		for _, name := range calendarDays {
			if len(c.rest) >= len(name) && strings.EqualFold(c.rest[:len(name)], name) {
				day = name
				break
			}
		}
		if day == "" {
			return first // there are no days of the week
		}
		c.rest = c.rest[len(day):]
		open := false
		switch {
		case c.rest == "" || c.rest[0] == ' ':
			c.blanks()
			return true
		case strings.HasPrefix(c.rest, ".."):
			c.rest, open = c.rest[2:], true
		case c.rest[0] == '-':
			c.rest, open = c.rest[1:], true
		case c.rest[0] == ',':
			c.rest = c.rest[1:]
		default:
			return false
		}
		if c.rest == "" || c.rest[0] == ' ' {
			c.blanks()
			return !open
		}
	}
}

func (c *calendarScanner) blanks() { c.rest = strings.TrimLeft(c.rest, " ") }

// date takes [YEAR-]MONTH-DAY, or seconds since 1970.
func (c *calendarScanner) date() bool {
	if seconds, ok := strings.CutPrefix(c.rest, "@"); ok {
		c.rest = ""
		return seconds != "" && strings.Trim(seconds, "0123456789.") == ""
	}
	if c.rest == "" {
		return true
	}
	before := *c
	first, ok := c.chain(false)
	if !ok {
		return false
	}
	if c.rest == "" || c.rest[0] == ':' {
		*c = before // a time, or too little
		return true
	}
	parts, last := []chain{first}, false
	for len(parts) < 3 && c.rest != "" && (c.rest[0] == '-' || c.rest[0] == '~') {
		if last {
			return false
		}
		last = c.rest[0] == '~'
		c.rest = c.rest[1:]
		next, ok := c.chain(false)
		if !ok {
			return false
		}
		parts = append(parts, next)
	}
	if len(parts) == 1 || c.rest != "" && c.rest[0] != ' ' && c.rest[0] != 'T' {
		return false
	}
	c.rest = strings.TrimPrefix(c.rest, "T")
	c.blanks()
	n := len(parts)
	if n == 3 && !parts[0].years().within(1970, 2199) {
		return false
	}
	return parts[n-2].within(1, 12) && parts[n-1].within(1, 31)
}

// time takes HOUR:MINUTE[:SECOND]; without one it is midnight.
func (c *calendarScanner) time() bool {
	if c.rest == "" {
		return true
	}
	for i, most := range []int{23, 59, 59} {
		part, ok := c.chain(i == 2)
		if !ok || !part.within(0, most) {
			return false
		}
		if c.rest == "" {
			return i > 0
		}
		if c.rest[0] != ':' {
			return false
		}
		c.rest = c.rest[1:]
	}
	return false
}

// chain are the numbers of a part; empty for any.
type chain []stretch

// A stretch are the numbers from one to another, each step of them.
type stretch struct{ from, to, step int }

// within reports whether all numbers are in bounds, and the first step ends there, too.
func (n chain) within(least, most int) bool {
	for _, s := range n {
		if s.from < least || s.to < s.from || s.to > most || s.step > 0 && s.from+s.step > most {
			return false
		}
	}
	return true
}

// years are numbers with the century that two digits mean.
func (n chain) years() chain {
	full := func(y int) int {
		switch {
		case y < 70:
			return y + 2000
		case y < 100:
			return y + 1900
		}
		return y
	}
	for i, s := range n {
		n[i] = stretch{full(s.from), full(s.to), s.step}
	}
	return n
}

// chain takes "*", or numbers, ranges and steps with commas between them.
func (c *calendarScanner) chain(fraction bool) (chain, bool) {
	if strings.HasPrefix(c.rest, "*") {
		c.rest = c.rest[1:]
		return nil, true
	}
	var out chain
	for {
		from, ok := c.number(fraction)
		if !ok {
			return nil, false
		}
		s := stretch{from: from, to: from}
		isRange := strings.HasPrefix(c.rest, "..")
		if isRange {
			c.rest = c.rest[2:]
			if s.to, ok = c.number(fraction); !ok {
				return nil, false
			}
		}
		if strings.HasPrefix(c.rest, "/") {
			c.rest = c.rest[1:]
			if s.step, ok = c.number(fraction); !ok || s.step == 0 && !fraction {
				return nil, false
			}
		}
		if isRange && from <= s.to && s.step > 0 {
			if s.to -= (s.to - from) % s.step; s.to == from { // no step goes beyond the end
				s.step = 0
			}
		}
		if out = append(out, s); !strings.HasPrefix(c.rest, ",") {
			return out, true
		}
		c.rest = c.rest[1:]
	}
}

// number takes digits, with a fraction where there may be one.
func (c *calendarScanner) number(fraction bool) (int, bool) {
	digits := len(c.rest) - len(strings.TrimLeft(c.rest, "0123456789"))
	n, ok := parseInt(strings.TrimLeft(c.rest[:digits], "0"), 0, 1<<30)
	if strings.Trim(c.rest[:digits], "0") == "" {
		n, ok = 0, digits > 0
	}
	c.rest = c.rest[digits:]
	if fraction && strings.HasPrefix(c.rest, ".") && !strings.HasPrefix(c.rest, "..") {
		c.rest = strings.TrimLeft(c.rest[1:], "0123456789")
	}
	return int(n), ok
}
