package main

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	assessor  = regexp.MustCompile(`(?s)\n        \{\n(.*?)\n        \},`)
	fieldOf   = regexp.MustCompile(`(?s)\.(\w+) = (.*?),(?:\s*/\*[^\n]*\*/)?\s*(?:\n {16}\.|$)`)
	literal   = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	parameter = regexp.MustCompile(`CAP_\w+|CLONE_NEW(\w+)|SYSCALL_FILTER_SET_(\w+)`)
)

// importChecks replaces the rows of systemd-analyze security by those of the release
// (security_assessor_table in src/analyze/analyze-security.c).
func importChecks(r *release, data string) error {
	t, err := readTable(data, "checks.tsv", 9)
	if err != nil {
		return err
	}
	text, err := r.file("src/analyze/analyze-security.c")
	if err != nil {
		return err
	}
	if t.rows, err = readChecks(text); err != nil {
		return err
	}
	return t.write()
}

// readChecks returns the rows of the table in analyze-security.c.
func readChecks(text string) ([][]string, error) {
	_, text, found := strings.Cut(text, "security_assessor_table[] = {")
	text, _, closed := strings.Cut(text, "\n};")
	if !found || !closed {
		return nil, fmt.Errorf("analyze-security.c has no table of checks")
	}
	var rows [][]string
	for _, entry := range assessor.FindAllStringSubmatch(text, -1) {
		fields := map[string]string{}
		for _, part := range strings.Split("\n"+entry[1], "\n                .")[1:] {
			if m := fieldOf.FindStringSubmatch("." + part); m != nil {
				fields[m[1]] = m[2]
			}
		}
		quoted := func(name string) string {
			var b strings.Builder
			for _, m := range literal.FindAllStringSubmatch(fields[name], -1) {
				b.WriteString(m[1])
			}
			return b.String()
		}
		onlyNormal := "false"
		if fields["default_dependencies_only"] == "true" {
			onlyNormal = "true"
		}
		rows = append(rows, []string{
			quoted("id"), quoted("json_field"), fields["weight"], fields["range"],
			quoted("description_good"), quoted("description_bad"), quoted("description_na"), onlyNormal, assessment(fields),
		})
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("analyze-security.c has no checks that can be read")
	}
	return rows, nil
}

// namespaceOf are the namespaces whose flags have another name (clone(2)).
var namespaceOf = map[string]string{"NS": "mnt"}

// assessment is the function that decides a check, with what it looks at.
func assessment(fields map[string]string) string {
	words := []string{strings.TrimPrefix(fields["assess"], "assess_")}
	for _, m := range parameter.FindAllStringSubmatch(fields["parameter"], -1) {
		switch {
		case m[1] != "" && namespaceOf[m[1]] != "":
			words = append(words, namespaceOf[m[1]])
		case m[1] != "":
			words = append(words, strings.ToLower(m[1]))
		case m[2] != "":
			words = append(words, "@"+strings.ReplaceAll(strings.ToLower(m[2]), "_", "-"))
		default:
			words = append(words, m[0])
		}
	}
	return strings.Join(words, " ")
}
