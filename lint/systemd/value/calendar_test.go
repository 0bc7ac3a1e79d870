package value

import (
	"os/exec"
	"strings"
	"testing"

	"wardnix/lint/systemd/internal/oracle"
)

// calendarCases are what systemd-analyze calendar of version 252 says.
var calendarCases = []struct {
	text string
	ok   bool
}{
	{"*:*/15", false},
	{"*/2:00", false},
	{"*:0/15", true},
	{"Mon..Fri 8:00", true},
	{"mondays", false},
	{"Mon,Tue", true},
	{"Mon, Tue 8:00", false},
	{"8:00", true},
	{"08", false},
	{"2024", false},
	{"2024-1", false},
	{"10-20", true},
	{"~03", false},
	{"*-*~03", true},
	{"*-*~07/1", true},
	{"25:00", false},
	{"12:60", false},
	{"12:00:60", false},
	{"12:00:59.5", true},
	{"13-1", false},
	{"2-30", true},
	{"*-*-32", false},
	{"*-*-0", false},
	{"2300-1-1", false},
	{"1969-1-1", false},
	{"99-1-1", true},
	{"@12345", true},
	{"@a", false},
	{"daily UTC", true},
	{"daily Europe/Berlin", true},
	{"8:00 CET", true},
	{"hourly  ", false},
	{" daily", false},
	{"Daily", true},
	{"Sun *-*-* 00:00:00", true},
	{"Sunday,Monday..Wed 3:00", true},
	{"Mon-Fri 1:00", true},
	{"*-*-1..7 2:00", true},
	{"1,3,5:00", true},
	{"1..3,5..7:00", true},
	{"5..3:00", false},
	{"*:00:00/10", true},
	{"*-*-* *:*:*", true},
	{"*-*-*", true},
	{"*", false},
	{"* *", false},
	{"*:*", true},
	{"*-*", true},
	{"00:00..30", true},
	{"12:0/0", false},
	{"12:0/a", false},
	{"", false},
	{"Mon 8", false},
	{"8:", false},
	{":8", false},
	{"1 2:00", false},
	{"0/8:00:00", true},
	{"*-*-1/2", true},
	{"00:00:00.123456", true},
	{"12:30:", false},
	{"12,13", false},
	{"weekly 3:00", false},
	{"daily 3:00", false},
	{"Mon  8:00", true},
	{"Mon*-*-* 8:00", false},
	{"2024-02-29 8:00 UTC", true},
	{"12:00 utc", true},
	{"yearly", true},
	{"anually", true},
	{"annually", true},
	{"bi-annually", true},
	{"semiannually", true},
	{"biweekly", false},
	{"quarterly", true},
	{"midnight", false},
	{"nightly", false},
	{"*-01,07-01", true},
	{"3:00:00 AM", false},
	{"03.00", false},
	{"00:00 ", false},
	{"Mo 8:00", false},
	{"Mon.. 8:00", false},
	{"Mon...Tue 8:00", false},
	{"*-*-15..3", false},
	{"+1:00", false},
	{"1e3:00", false},
	{"24:00", false},
	{"0024:00", false},
	{"08:08:08:08", false},
	{"*-*-*  4:00", true},
	{"1-1-1", true},
	{"1970-1-1", true},
	{"2199-1-1", true},
	{"2200-1-1", false},
	{"12:00/2", true},
	{"10..20/2:00", true},
	{"*-1..12/3-1", true},
	{"Sat,Sun", true},
	{"Sat,Sun,", true},
	{"Sat,", true},
	{"07..30/30:*", true},
	{"07..30/20:*", false},
	{"70..2-2-1", true},
	{"2..70-2-1", false},
	{"*:30/30", false},
	{"*:30/29", true},
	{"0..0/30:*", true},
	{"0..24/10:00", true},
	{"Fri EST5EDT", true},
	{"*-10-07 Zulu", true},
}

// lenientCases are what versions or machines differ on, and so are taken.
var lenientCases = []string{"Fri..Mon 8:00", "8:00 Foo/Bar", "*-*-*T03:00", "2024-01-01T03:00:00"}

func TestCalendar(t *testing.T) {
	for _, c := range calendarCases {
		if got := validCalendar(c.text); got != c.ok {
			t.Errorf("%q: %v, want %v", c.text, got, c.ok)
		}
	}
	for _, text := range lenientCases {
		if !validCalendar(text) {
			t.Errorf("%q is refused", text)
		}
	}
}

func TestNearestCalendar(t *testing.T) {
	for text, want := range map[string]string{"dayly": "daily", "Everyday": "daily", "midnight": "daily", "montly": "monthly", "biweekly": "", "noon": "", "*:*/15": "*:0/15", "*-*/2-1": ""} {
		if got := nearestCalendar(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The cases are what systemd-analyze says.
func TestCalendarOracle(t *testing.T) {
	oracle.Version(t)
	cmd := exec.Command("systemd-analyze", "calendar", "--")
	for _, c := range calendarCases {
		cmd.Args = append(cmd.Args, c.text)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	_ = cmd.Run() // it fails, since some cases are invalid
	for _, c := range calendarCases {
		ok := !strings.Contains(stderr.String(), "Failed to parse calendar specification '"+c.text+"':")
		if ok != c.ok {
			t.Errorf("%q: systemd-analyze says %v, the table %v", c.text, ok, c.ok)
		}
	}
}
