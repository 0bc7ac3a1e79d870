package main

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func writeSets(s *source, data string) error {
	t, err := readTable(data, "sets.tsv", 5)
	if err != nil {
		return err
	}
	of := func(kind string) (out [][]string) {
		for _, row := range t.rows {
			if row[0] == kind {
				out = append(out, row)
			}
		}
		return out
	}
	s.printf("// capabilities holds the capabilities by number.\nvar capabilities = [...]Capability{\n")
	for _, row := range of("capability") {
		s.printf("%s: {Name: %q, Number: %s, Kernel: %q, Doc: %q},\n", row[2], row[1], row[2], row[3], row[4])
	}
	families := of("family")
	slices.SortFunc(families, func(a, b []string) int { return strings.Compare(a[1], b[1]) })
	s.printf("}\n\n// families holds the address families, sorted by name.\nvar families = [...]Family{\n")
	for _, row := range families {
		s.printf("{Name: %q, Number: %s, Alias: %q},\n", row[1], row[2], row[4])
	}
	s.printf("}\n\n// namespaces holds the namespace types, by bit.\nvar namespaces = [...]Namespace{\n")
	for _, row := range of("namespace") {
		s.printf("{Name: %q, Flag: %q, Kernel: %q},\n", row[1], row[4], row[3])
	}
	s.printf("}\n")
	return nil
}

func writeSyscalls(s *source, data string) error {
	groups, err := readTable(data, "syscalls.tsv", 3)
	if err != nil {
		return err
	}
	native, err := readTable(data, "native.tsv", 2)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, row := range append(slices.Clone(groups.rows), native.rows...) {
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
	s.printf("// syscallSets holds what libseccomp knows and what is native, as sets of calls.\nvar syscallSets = map[string]CallSet{\n")
	for _, row := range native.rows {
		s.printf("%q: %s,\n", row[0], bitset(strings.Fields(row[1]), index))
	}
	s.printf("}\n\n// groupHistory holds the members of each group in source order, from the\n// version that brought them on; @known grows from row to row.\nvar groupHistory = [...]groupRow{\n")
	for _, row := range groups.rows {
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
	checks, err := readTable(data, "checks.tsv", 9)
	if err != nil {
		return err
	}
	sets, err := readTable(data, "sets.tsv", 5)
	if err != nil {
		return err
	}
	bits := map[string]string{} // number of a capability or namespace by name
	for _, row := range sets.rows {
		bits[row[1]] = row[2]
	}
	s.printf("// checks holds the rows of the assessment, in systemd's order.\nvar checks = [...]check{\n")
	for _, row := range checks.rows {
		s.printf("{id: %q, field: %q, weight: %s, rang: %s, good: %q, bad: %q, na: %q, normalBoot: %s, %s},\n",
			row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], rule(row[1], row[8], bits))
	}
	s.printf("}\n")
	return nil
}

// rule prints which field judges a check, and by what.
func rule(field, text string, bits map[string]string) string {
	kind, args, _ := strings.Cut(text, " ")
	switch {
	case strings.HasPrefix(field, "RestrictAddressFamilies_"):
		return "of: \"RestrictAddressFamilies\", mask: family" + strings.ReplaceAll(strings.TrimPrefix(field, "RestrictAddressFamilies_"), "_", "")
	case kind == "capability_bounding_set":
		var mask []string
		for _, name := range strings.Fields(args) {
			mask = append(mask, "1<<"+bits[name])
		}
		return "of: \"CapabilityBoundingSet\", mask: " + strings.Join(mask, "|")
	case kind == "restrict_namespaces":
		return "of: \"RestrictNamespaces\", mask: 1<<" + bits[args]
	case kind == "system_call_filter":
		return fmt.Sprintf("of: \"SystemCallFilter\", group: %q", args)
	}
	of, _, _ := strings.Cut(field, "Or") // the first of those that share a row
	return fmt.Sprintf("of: %q", of)
}

// writeUpstream prints the units of systemd itself: the rows of upstream.tsv
// hold unit, the versions that it is there since and until, section, key and value, in file order.
func writeUpstream(s *source, data string) error {
	t, err := readTable(data, "upstream.tsv", 6)
	if err != nil {
		return err
	}
	s.printf("// upstreamLines holds the assignments of systemd's own units, in file order.\nvar upstreamLines = [...]upstreamLine{\n")
	for _, row := range t.rows {
		s.printf("{%q, %s, %s, %q, %q, %q},\n", row[0], orZero(row[1]), orZero(row[2]), row[3], row[4], row[5])
	}
	s.printf("}\n")
	return nil
}

// orZero prints a version, 0 for an empty cell.
func orZero(cell string) string { return cmp.Or(cell, "0") }

// writeVersions prints which versions are known.
func writeVersions(s *source, data string) error {
	t, err := readTable(data, "versions.tsv", 3)
	if err != nil {
		return err
	}
	newest, err := newestVersion(t)
	if err != nil {
		return err
	}
	s.printf("// The versions whose facts the package holds.\nconst (\nOldest Version = %s\nNewest Version = %d\n)\n\n", t.rows[0][0], newest)
	return nil
}

// importGroups notes which groups of system calls changed.
func importGroups(r *release, data string) error {
	t, err := readTable(data, "syscalls.tsv", 3)
	if err != nil {
		return err
	}
	groups, err := groupsOf(r)
	if err != nil {
		return err
	}
	before := map[string]string{}
	for _, row := range t.rows {
		if row[0] == "@known" && before["@known"] != "" {
			row[2] = before["@known"] + " " + row[2]
		}
		before[row[0]] = row[2]
	}
	t, err = readTable(data, "syscalls.tsv", 3) // without the sums
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(groups) {
		members := groups[name]
		if name == "@known" {
			had := strings.Fields(before[name])
			members = slices.DeleteFunc(members, func(m string) bool { return slices.Contains(had, m) })
			slices.Sort(members)
			if len(members) == 0 {
				continue
			}
		} else if strings.Join(members, " ") == before[name] {
			continue
		}
		t.rows = append(t.rows, []string{name, strconv.Itoa(r.version), strings.Join(members, " ")})
	}
	sortByFirst(t.rows)
	return t.write()
}

var (
	groupName   = regexp.MustCompile(`^\s*\.name = "(@[\w-]+)"`)
	groupMember = regexp.MustCompile(`^\s*"(@?[\w-]+)\\0"`)
)

// groupsOf returns the groups of system calls of a release, by name.
func groupsOf(r *release) (map[string][]string, error) {
	text, err := r.file("src/shared/seccomp-util.c")
	if err != nil {
		return nil, err
	}
	groups, name := map[string][]string{}, ""
	for line := range strings.Lines(text) {
		if m := groupName.FindStringSubmatch(line); m != nil {
			name = m[1]
		} else if m := groupMember.FindStringSubmatch(line); m != nil && name != "" {
			groups[name] = append(groups[name], m[1])
		} else if strings.HasPrefix(line, "};") {
			name = ""
		}
	}
	files, err := r.files("src")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if path.Base(file) != "syscall-list.txt" {
			continue
		}
		list, err := r.file(file)
		if err != nil {
			return nil, err
		}
		groups["@known"] = append(groups["@known"], strings.Fields(list)...)
	}
	return groups, nil
}

// sortByFirst sorts rows by their first cell and keeps the order of equal ones.
func sortByFirst(rows [][]string) {
	slices.SortStableFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
