package security

import (
	"os/exec"
	"path/filepath"
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/internal/oracle"
	"wardnix/lint/systemd/unitfile"
)

// hardened returns the unit of the benchmarks, a fully hardened one.
func hardened(t testing.TB) recordedUnit {
	_, units := readUnits(t)
	for _, u := range units {
		if u.name == "tunnel.service" {
			return u
		}
	}
	t.Fatal("testdata/units.txt lacks tunnel.service")
	return recordedUnit{}
}

// BenchmarkAssess scores one unit that is already read.
func BenchmarkAssess(b *testing.B) {
	u := hardened(b)
	unit := unitfile.NewUnit(u.name, unitfile.Parse(u.name, []byte(u.text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Assess(unit, directive.Newest); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseAssess reads and scores one unit.
func BenchmarkParseAssess(b *testing.B) {
	u := hardened(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Assess(unitfile.NewUnit(u.name, unitfile.Parse(u.name, []byte(u.text))), directive.Newest); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck reads the whole unit for problems.
func BenchmarkCheck(b *testing.B) {
	u := hardened(b)
	unit := unitfile.NewUnit(u.name, unitfile.Parse(u.name, []byte(u.text)))
	b.ReportAllocs()
	for b.Loop() {
		unit.Check(directive.Newest)
	}
}

// BenchmarkUnitAtLeast asks one question of a baseline.
func BenchmarkUnitAtLeast(b *testing.B) {
	u := hardened(b)
	unit := unitfile.NewUnit(u.name, unitfile.Parse(u.name, []byte(u.text)))
	want := lines("SystemCallFilter", serverFilter)
	for b.Loop() {
		Read(unit, directive.Newest).AtLeast("Service", "SystemCallFilter", want)
	}
}

// BenchmarkSystemdAnalyze runs systemd-analyze on the unit of BenchmarkAssess:
// the time of the one by the time of the other is the ratio.
func BenchmarkSystemdAnalyze(b *testing.B) {
	oracle.Version(b)
	u := hardened(b)
	file := filepath.Join(b.TempDir(), u.name)
	write(b, file, u.text)
	for b.Loop() {
		if err := exec.Command("systemd-analyze", "security", "--offline=true", "--json=short", "--no-pager", file).Run(); err != nil {
			b.Fatal(err)
		}
	}
}
