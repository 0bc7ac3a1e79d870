package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// importFacts rewrites the data files that derive from facts. The hand-written
// ones (docs.tsv, upstream.tsv) stay.
func importFacts(facts, data string) error {
	for _, step := range []func(facts, data string) error{
		importDirectives, importEnums, importSyscalls, importSets, importChecks,
	} {
		if err := step(facts, data); err != nil {
			return err
		}
	}
	return nil
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

type factDirective struct {
	Name, Parser, Repeat, Empty, Invalid, Quoting, Versions, Enum string
	Sections                                                      []string
	Specifiers                                                    bool
	DocumentedIn                                                  string `json:"documented_in"`
	Introduced                                                    string
	Changes                                                       []struct {
		Since, Parser string
		KindBefore    string `json:"kind_before"`
		EmptyBefore   string `json:"empty_before"`
	}
	Deprecated *struct{ Status, Since, Replacement string }
}

func importDirectives(facts, data string) error {
	var in struct{ Directives []factDirective }
	if err := readJSON(filepath.Join(facts, "directives.json"), &in); err != nil {
		return err
	}
	var rows [][]string
	for _, d := range in.Directives {
		first, last, _ := strings.Cut(strings.ReplaceAll(d.Versions, "~devel", ""), "..")
		introduced := strings.TrimPrefix(d.Introduced, "v")
		if _, err := strconv.Atoi(introduced); err != nil {
			introduced = ""
		}
		status, replacement := "", ""
		if d.Deprecated != nil {
			status, replacement = deprecation(d.Deprecated.Status, d.Deprecated.Since), d.Deprecated.Replacement
			if replacement == "(removed)" {
				replacement = ""
			}
		}
		rows = append(rows, []string{
			d.Name, strings.Join(d.Sections, ","), first, last, introduced, parsers(d),
			d.Repeat, d.Empty, d.Invalid, d.Quoting, strconv.FormatBool(d.Specifiers), d.Enum,
			d.DocumentedIn, status, replacement,
		})
	}
	return writeTable(filepath.Join(data, "directives.tsv"),
		"# name\tsections\tfirst\tlast\tintroduced\tparsers\trepeat\tempty\tinvalid\tquoting\tspecifiers\tenum\tman\tstatus\treplacement\n", rows)
}

// parsers writes the parser history of a directive, the present one first.
func parsers(d factDirective) string {
	name := func(p string) string { return strings.TrimPrefix(p, "config_parse_") }
	out := name(d.Parser)
	for _, c := range d.Changes {
		if c.KindBefore == "" {
			continue
		}
		before := map[string]string{"bool": "bool", "tristate": "tristate", "integer": "long", "string": "string", "path": "unit_path_printf"}[c.KindBefore]
		if strings.HasPrefix(c.EmptyBefore, "error") {
			before += "!" // an empty value was an error
		}
		out += fmt.Sprintf(" %s<%s", before, strings.TrimSuffix(c.Since, "~devel"))
	}
	return out
}

func deprecation(status, since string) string {
	switch {
	case strings.HasPrefix(status, "removed"):
		if v, err := strconv.Atoi(since); err == nil {
			return "ignored " + strconv.Itoa(v)
		}
		return "ignored 252"
	case strings.HasPrefix(status, "compatibility"):
		return "moved"
	}
	return "obsolete"
}

func importEnums(facts, data string) error {
	var in struct {
		Enums []struct {
			Directive   string
			Values      []struct{ Value, Since, Until string }
			Order       []string    `json:"strictness_order"`
			Partial     [][2]string `json:"partial_order"`
			AcceptsBool bool        `json:"accepts_boolean"`
			True        string      `json:"boolean_true_means"`
			False       string      `json:"boolean_false_means"`
			BoolBefore  string      `json:"plain_boolean_before"`
		}
	}
	if err := readJSON(filepath.Join(facts, "enums.json"), &in); err != nil {
		return err
	}
	var rows [][]string
	for _, e := range in.Enums {
		var values, order []string
		for _, v := range e.Values {
			text := v.Value
			if s := strings.TrimPrefix(v.Since, "<="); s != "252" {
				text += ">=" + s
			}
			if v.Until != "" {
				text += "<=" + v.Until
			}
			values = append(values, text)
		}
		for i := 1; i < len(e.Order); i++ {
			order = append(order, e.Order[i-1]+"<"+e.Order[i])
		}
		for _, p := range e.Partial {
			order = append(order, p[0]+"<"+p[1])
		}
		yes, no := "", ""
		if e.AcceptsBool {
			yes, no = e.True, e.False
		}
		rows = append(rows, []string{e.Directive, strings.Join(values, " "), strings.Join(order, " "), yes, no, e.BoolBefore})
	}
	return writeTable(filepath.Join(data, "enums.tsv"),
		"# directive\tvalues\torder (weaker<stronger)\ttrue means\tfalse means\tplain boolean before\n", rows)
}

func importSyscalls(facts, data string) error {
	var in struct {
		Versions []string
		Groups   map[string]map[string]struct{ Members []string }
		Native   struct {
			Tables map[string]map[string][]*int
		} `json:"native_numbers"`
	}
	if err := readJSON(filepath.Join(facts, "syscall-groups.json"), &in); err != nil {
		return err
	}
	newest := map[string]string{} // major version → newest point release
	for _, v := range in.Versions {
		newest[v[:3]] = v
	}
	var majors []string
	for m := range newest {
		majors = append(majors, m)
	}
	slices.Sort(majors)
	var rows [][]string
	last := map[string]string{}
	for _, m := range majors {
		groups := in.Groups[newest[m]]
		for _, name := range sortedKeys(groups) {
			members := groups[name].Members
			if name == "@known" {
				members = slices.Clone(members)
				slices.Sort(members)
			}
			text := strings.Join(members, " ")
			if text == last[name] {
				continue
			}
			if name == "@known" && last[name] != "" {
				text = knownDifference(last[name], text)
			}
			rows = append(rows, []string{name, m, text})
			last[name] = strings.Join(members, " ")
		}
	}
	slices.SortStableFunc(rows, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	if err := writeTable(filepath.Join(data, "syscalls.tsv"),
		"# group\tsince\tmembers in source order (@known: since the second row only what came)\n", rows); err != nil {
		return err
	}
	return importNative(in.Native.Tables, data)
}

func knownDifference(old, text string) string {
	had := strings.Fields(old)
	var added []string
	for _, name := range strings.Fields(text) {
		if _, found := slices.BinarySearch(had, name); !found {
			added = append(added, name)
		}
	}
	return strings.Join(added, " ")
}

// importNative stores the names that some libseccomp knows, and, per
// architecture, those that the libseccomp of the recorded outputs resolves. The
// checked groups have the same native members in every libseccomp since.
func importNative(tables map[string]map[string][]*int, data string) error {
	const recorded = "2.5.4-1+deb12u1"
	known := map[string]bool{}
	for _, table := range tables {
		for name := range table {
			known[name] = true
		}
	}
	resolved := func(column int) string {
		var names []string
		for _, name := range sortedKeys(tables[recorded]) {
			if n := tables[recorded][name][column]; n != nil && *n >= 0 {
				names = append(names, name)
			}
		}
		return strings.Join(names, " ")
	}
	return writeTable(filepath.Join(data, "native.tsv"), "# set\tnames\n", [][]string{
		{"libseccomp", strings.Join(sortedKeys(known), " ")},
		{"x86-64", resolved(0)},
		{"arm64", resolved(1)},
	})
}

func importSets(facts, data string) error {
	var rows [][]string
	var caps struct {
		Capabilities []struct {
			Name, What, Kernel string
			Number             int
		}
	}
	if err := readJSON(filepath.Join(facts, "capabilities.json"), &caps); err != nil {
		return err
	}
	for _, c := range caps.Capabilities {
		rows = append(rows, []string{"capability", c.Name, strconv.Itoa(c.Number), c.Kernel, c.What})
	}
	var families struct {
		Families []struct {
			Name   string
			Number int
			Alias  *string `json:"alias_of"`
		}
	}
	if err := readJSON(filepath.Join(facts, "address-families.json"), &families); err != nil {
		return err
	}
	for _, f := range families.Families {
		alias := ""
		if f.Alias != nil {
			alias = *f.Alias
		}
		rows = append(rows, []string{"family", f.Name, strconv.Itoa(f.Number), "", alias})
	}
	var spaces struct {
		Namespaces []struct {
			Name, Kernel string
			Flag         string `json:"clone_flag"`
		}
	}
	if err := readJSON(filepath.Join(facts, "namespaces.json"), &spaces); err != nil {
		return err
	}
	for i, n := range spaces.Namespaces {
		rows = append(rows, []string{"namespace", n.Name, strconv.Itoa(i), n.Kernel, n.Flag})
	}
	return writeTable(filepath.Join(data, "sets.tsv"), "# kind\tname\tnumber\tkernel\ttext or alias\n", rows)
}

func importChecks(facts, data string) error {
	var in struct {
		Checks []struct {
			ID             string
			Field          string `json:"json_field"`
			Weight, Range  int
			Good           *string `json:"description_good"`
			Bad            *string `json:"description_bad"`
			NA             *string `json:"description_na"`
			DefaultDepends bool    `json:"default_dependencies_only"`
			Rule           struct {
				Type, Group, Namespace string
				Caps                   []string
			}
		}
	}
	if err := readJSON(filepath.Join(facts, "exposure.json"), &in); err != nil {
		return err
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	var rows [][]string
	for _, c := range in.Checks {
		rows = append(rows, []string{c.ID, c.Field, strconv.Itoa(c.Weight), strconv.Itoa(c.Range),
			text(c.Good), text(c.Bad), text(c.NA), strconv.FormatBool(c.DefaultDepends),
			strings.TrimSpace(c.Rule.Type + " " + c.Rule.Group + c.Rule.Namespace + strings.Join(c.Rule.Caps, " "))})
	}
	return writeTable(filepath.Join(data, "checks.tsv"),
		"# id\tjson field\tweight\trange\tgood\tbad\tnot applicable\tnormal boot phase only\trule\n", rows)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
