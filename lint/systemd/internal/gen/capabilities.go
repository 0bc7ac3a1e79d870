package main

import (
	"regexp"
	"slices"
)

// capabilityHeader is Linux' header as systemd has it since 258.
const capabilityHeader = "src/include/uapi/linux/capability.h"

var capability = regexp.MustCompile(`(?m)^#define (CAP_[A-Z_]+)\s+(\d+)\s*$`)

// importCapabilities adds the capabilities that the header of a release has and the
// data lacks. Since which kernel there is one, and what it permits, is added by hand.
func importCapabilities(r *release, data string) error {
	t, err := readTable(data, "sets.tsv", 5)
	if err != nil {
		return err
	}
	if files, err := r.files(capabilityHeader); err != nil || len(files) == 0 {
		return err
	}
	text, err := r.file(capabilityHeader)
	if err != nil {
		return err
	}
	last := 0
	known := map[string]bool{}
	for i, row := range t.rows {
		if row[0] == "capability" {
			known[row[1]], last = true, i+1
		}
	}
	for _, m := range capability.FindAllStringSubmatch(text, -1) {
		if !known[m[1]] {
			t.rows = slices.Insert(t.rows, last, []string{"capability", m[1], m[2], "", ""})
			last++
		}
	}
	return t.write()
}
