package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast/testtool"
)

// TestSource reads the newest release of the data again, out of the clone of systemd
// that WARDNIX_SYSTEMD names, and compares what can be read of one release alone. It
// says which enums are kept by hand.
func TestSource(t *testing.T) {
	clone := testtool.Given(t, "WARDNIX_SYSTEMD")
	versions, err := readTable("data", "versions.tsv", 3)
	if err != nil {
		t.Fatal(err)
	}
	last := versions.rows[len(versions.rows)-1]
	r := &release{newestIn(t), last[1], last[2], gitOf(clone)}
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS("data")); err != nil {
		t.Fatal(err)
	}
	for _, read := range []func(*release, string) error{importChecks, importEnums, importCapabilities} {
		if err := read(r, data); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"checks.tsv", "enums.tsv", "sets.tsv"} {
		if diff := cmp.Diff(lines(t, "data", name), lines(t, data, name)); diff != "" {
			t.Errorf("%s differs from %s (-data +source)\n%s", name, r.name, diff)
		}
	}
	values, err := valuesOf(r, data)
	if err != nil {
		t.Fatal(err)
	}
	var byHand []string
	for _, line := range lines(t, data, "enums.tsv") {
		if name, _, _ := strings.Cut(line, "\t"); !strings.HasPrefix(name, "#") && len(values(name)) == 0 {
			byHand = append(byHand, name)
		}
	}
	slices.Sort(byHand)
	t.Logf("no table of strings: %v", byHand)
}
