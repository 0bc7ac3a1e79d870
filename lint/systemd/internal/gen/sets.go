package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

func writeSets(s *source, data string) error {
	rows, err := readTable(filepath.Join(data, "sets.tsv"), 5)
	if err != nil {
		return err
	}
	of := func(kind string) (out [][]string) {
		for _, row := range rows {
			if row[0] == kind {
				out = append(out, row)
			}
		}
		return out
	}
	s.printf("// CapabilityTable holds the capabilities by number.\nvar CapabilityTable = [...]Capability{\n")
	for _, row := range of("capability") {
		s.printf("%s: {Name: %q, Number: %s, Kernel: %q, Doc: %q},\n", row[2], row[1], row[2], row[3], row[4])
	}
	families := of("family")
	slices.SortFunc(families, func(a, b []string) int { return strings.Compare(a[1], b[1]) })
	s.printf("}\n\n// FamilyTable holds the address families, sorted by name.\nvar FamilyTable = [...]Family{\n")
	for _, row := range families {
		s.printf("{Name: %q, Number: %s, Alias: %q},\n", row[1], row[2], row[4])
	}
	s.printf("}\n\n// NamespaceTable holds the namespace types, by bit.\nvar NamespaceTable = [...]Namespace{\n")
	for _, row := range of("namespace") {
		s.printf("{Name: %q, Flag: %q, Kernel: %q},\n", row[1], row[4], row[3])
	}
	s.printf("}\n")
	return nil
}

func writeSyscalls(s *source, data string) error {
	groups, err := readTable(filepath.Join(data, "syscalls.tsv"), 3)
	if err != nil {
		return err
	}
	native, err := readTable(filepath.Join(data, "native.tsv"), 2)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, row := range append(slices.Clone(groups), native...) {
		for _, name := range strings.Fields(row[len(row)-1]) {
			if name[0] != '@' {
				known[name] = true
			}
		}
	}
	names := sortedKeys(known)
	index := map[string]int{}
	for i, name := range names {
		index[name] = i
	}
	s.printf("// syscallNames holds every system call name, sorted; a call is its index.\nconst syscallNames = %q\n\n", strings.Join(names, " "))
	s.printf("const syscallCount = %d\n\n", len(names))
	s.printf("// SyscallSets holds what libseccomp knows and what is native, as sets of calls.\nvar SyscallSets = map[string]CallSet{\n")
	for _, row := range native {
		s.printf("%q: %s,\n", row[0], bitset(strings.Fields(row[1]), index))
	}
	s.printf("}\n\n// groupHistory holds the members of each group in source order, from the\n// version that brought them on; @known grows from row to row.\nvar groupHistory = [...]groupRow{\n")
	for _, row := range groups {
		s.printf("{%q, %s, %q},\n", row[0], row[1], row[2])
	}
	s.printf("}\n")
	return nil
}

// bitset prints names as the literal of a CallSet.
func bitset(names []string, index map[string]int) string {
	var words [(1024) / 64]uint64
	for _, name := range names {
		i := index[name]
		words[i/64] |= 1 << (i % 64)
	}
	var out []string
	for _, w := range words[:(len(index)+63)/64] {
		out = append(out, fmt.Sprintf("%#x", w))
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func writeChecks(s *source, data string) error {
	rows, err := readTable(filepath.Join(data, "checks.tsv"), 9)
	if err != nil {
		return err
	}
	sets, err := readTable(filepath.Join(data, "sets.tsv"), 5)
	if err != nil {
		return err
	}
	bits := map[string]string{} // number of a capability or namespace by name
	for _, row := range sets {
		bits[row[1]] = row[2]
	}
	s.printf("// checks holds the rows of the assessment, in systemd's order.\nvar checks = [...]check{\n")
	for _, row := range rows {
		s.printf("{id: %q, field: %q, weight: %s, rang: %s, good: %q, bad: %q, na: %q, normalBoot: %s, %s},\n",
			row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], rule(row[1], row[8], bits))
	}
	s.printf("}\n")
	return nil
}

// rule prints how a check is judged.
func rule(field, text string, bits map[string]string) string {
	kind, args, _ := strings.Cut(text, " ")
	switch {
	case strings.HasPrefix(field, "RestrictAddressFamilies_"):
		return "rule: checkFamily, family: family" + strings.ReplaceAll(strings.TrimPrefix(field, "RestrictAddressFamilies_"), "_", "")
	case kind == "bool":
		return "rule: checkFlag, toggle: flag" + field
	case kind == "capability_bounding_set":
		var mask []string
		for _, name := range strings.Fields(args) {
			mask = append(mask, "1<<"+bits[name])
		}
		return "rule: checkCapabilities, mask: " + strings.Join(mask, "|")
	case kind == "restrict_namespaces":
		return "rule: checkNamespace, mask: 1<<" + bits[args]
	case kind == "system_call_filter":
		return fmt.Sprintf("rule: checkCalls, group: %q", args)
	}
	return "rule: check" + strings.ReplaceAll(field, "Or", "")
}

// writeUpstream prints the units of systemd itself: the rows of upstream.tsv
// hold unit, first and last version, section, key and value, in file order.
func writeUpstream(s *source, data string) error {
	rows, err := readTable(filepath.Join(data, "upstream.tsv"), 6)
	if err != nil {
		return err
	}
	s.printf("// upstreamLines holds the assignments of systemd's own units, in file order.\nvar upstreamLines = [...]upstreamLine{\n")
	for _, row := range rows {
		s.printf("{%q, %s, %s, %q, %q, %q},\n", row[0], row[1], row[2], row[3], row[4], row[5])
	}
	s.printf("}\n")
	return nil
}
