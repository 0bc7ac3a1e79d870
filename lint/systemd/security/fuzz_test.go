package security

import (
	"strings"
	"testing"
	"unicode/utf8"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/testtool"
)

// FuzzUnit reads any bytes as a unit and its drop-in, and asks everything of it.
func FuzzUnit(f *testing.F) {
	_, units := readUnits(f)
	for _, u := range units {
		f.Add([]byte(u.text), []byte("[Service]\nUser=a:b\nPrivateTmp=yes\n"))
	}
	for seed := range uint64(20) {
		f.Add([]byte(newDrawer(seed).unit(20)), []byte(newDrawer(seed+100).unit(5)))
	}
	f.Fuzz(func(t *testing.T, text, dropin []byte) {
		for _, name := range []string{"u@x.service", "u.socket", "u.timer", "nothing"} {
			file := unitfile.Parse("u", text)
			last := 0
			for _, a := range file.Assignments {
				if a.Line < last || a.Key == "" || strings.Trim(a.Value, value.Blanks) != a.Value || !utf8.ValidString(a.Value) {
					t.Fatalf("bad assignment %+v", a)
				}
				last = a.Line
			}
			u := unitfile.NewUnit(name, file, unitfile.Parse("d", dropin))
			v := directive.Oldest + directive.Version(len(text)%11)
			report := u.Check(v)
			a, err := Assess(u, v)
			if refused := err != nil; refused != report.Refused {
				t.Fatalf("Assess: %v, Check: %t", err, report.Refused)
			}
			if err == nil {
				low, high, _ := Score(u, v)
				if len(a.Rows) != len(checks) || a.Low > a.High || low != a.Low || high != a.High || a.High < 0 || a.High > 100 {
					t.Fatalf("bad assessment %s to %s", a.Low, a.High)
				}
			}
			for _, line := range u.Assignments {
				Read(u, v).AtLeast(line.Section, line.Key, []unitfile.Assignment{line})
			}
		}
	})
}

// FuzzValue judges any value of any directive: no verdict contradicts itself,
// and the nearest value is valid.
func FuzzValue(f *testing.F) {
	for seed := range uint64(50) {
		d := newDrawer(seed)
		f.Add(d.IntN(len(directive.All())), d.value(d.from(drawnKeys)), 252+int(seed)%11)
	}
	f.Fuzz(func(t *testing.T, index int, text string, version int) {
		d := &directive.All()[uint(index)%uint(len(directive.All()))]
		v := directive.Version(version).Clamp()
		section := d.Sections()[0]
		verdict := value.Check(section, d.Name, text, v)
		if verdict.Status != value.Valid && verdict.Reason == "" {
			t.Fatalf("%s=%q: %s without a reason", d.Name, text, verdict.Status)
		}
		if verdict.Nearest != "" && value.CheckLine(d, verdict.Nearest, value.Expander{Version: v}).Status != value.Valid {
			t.Fatalf("%s=%q: the nearest text %q is not valid", d.Name, text, verdict.Nearest)
		}
		line := []unitfile.Assignment{{Section: section, Key: d.Name, Value: text}}
		AtLeast(section, d.Name, line, line, v)
		directive.Nearest(section, text, v)
	})
}

// TestHostile reads what nobody writes: the cost must be in proportion to it.
// WARDNIX_HOSTILE sets how much of it (5000).
func TestHostile(t *testing.T) {
	testtool.Long(t)
	many := envInt("WARDNIX_HOSTILE", 5000)
	large := hostile(2 * many)
	for name, text := range hostile(many) {
		cost := func(text string) uint64 {
			return testtool.Allocated(func() {
				u := unitfile.NewUnit("u@%i%n.service", unitfile.Parse("u", []byte(text)), unitfile.Parse("d", []byte(text)))
				u.Check(directive.Newest)
				_, _ = Assess(u, directive.Newest)
				Read(u, directive.Newest).AtLeast("Service", "SystemCallFilter", lines("SystemCallFilter", serverFilter))
			})
		}
		testtool.InProportion(t, name, cost(text), cost(large[name]))
	}
}

// hostile are texts of units with many of something.
func hostile(many int) map[string]string {
	long := strings.Repeat("a", 1<<20)
	return map[string]string{
		"a line of a mebibyte":      "[Service]\nUser=" + long[:unitfile.MaxLine-100],
		"a longer line":             "[Service]\nUser=" + long,
		"many continuation lines":   "[Service]\nUser=" + strings.Repeat("a\\\n", many),
		"many assignments":          "[Service]\nExecStart=/bin/true\n" + strings.Repeat("SystemCallFilter=~@mount\n", many),
		"many unknown keys":         "[Service]\n" + strings.Repeat("PrivateTemp=x\n", many),
		"many sections":             strings.Repeat("[Service]\n[X]\n", many),
		"NUL bytes":                 "[Service]\x00User=a\x00\x00\nUser=b",
		"only NUL bytes":            strings.Repeat("\x00", 1<<20),
		"many words":                "[Service]\nSystemCallFilter=" + strings.Repeat("@mount ", many),
		"many bad words":            "[Service]\nCapabilityBoundingSet=" + strings.Repeat("CAP_X,", many),
		"many quotes":               "[Service]\nExecStart=" + strings.Repeat("'\"", many),
		"many semicolons":           "[Service]\nExecStart=" + strings.Repeat("/a ; ", many),
		"many specifiers":           "[Service]\nSyslogIdentifier=" + strings.Repeat("%n", many),
		"specifiers in the path":    "[Service]\nReadWritePaths=" + strings.Repeat("/%n", many),
		"a long path":               "[Service]\nReadWritePaths=" + strings.Repeat("/a", many),
		"many addresses":            "[Service]\nIPAddressDeny=" + strings.Repeat("any ", many),
		"many devices":              "[Service]\nDevicePolicy=closed\n" + strings.Repeat("DeviceAllow=/dev/null\n", many),
		"a deep number":             "[Service]\nTimeoutStopSec=" + strings.Repeat("1h", many),
		"a long fraction":           "[Service]\nTimeoutStopSec=0." + strings.Repeat("1", many),
		"many architectures":        "[Service]\nSystemCallArchitectures=" + strings.Repeat("native ", many),
		"drop-in stopped each line": "[Service]\n" + strings.Repeat("User=a:b\n", many),
	}
}
