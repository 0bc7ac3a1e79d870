package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	enumParser = regexp.MustCompile(`DEFINE_CONFIG_PARSE_ENUM\w*\(\s*config_parse_(\w+),\s*(\w+)`)
	enumTable  = regexp.MustCompile(`(?s)static const char ?\* ?const (\w+)_table\[[^\]]*\] = \{(.*?)\n\};`)
	enumWord   = regexp.MustCompile(`\]\s*=\s*"([^"]*)"`)
)

// importEnums notes which values of enums came with a release and which went. Of
// directives whose parser has no table of strings they remain as they are.
func importEnums(r *release, data string) error {
	t, err := readTable(data, "enums.tsv", 6)
	if err != nil {
		return err
	}
	values, err := valuesOf(r, data)
	if err != nil {
		return err
	}
	for _, row := range t.rows {
		if present := values(row[0]); len(present) > 0 {
			row[1] = updated(row[1], present, r.version)
		}
	}
	return t.write()
}

// updated is a list of values, each with its versions, after a release.
func updated(list string, present []string, version int) string {
	words := strings.Fields(list)
	known := map[string]bool{}
	for i, word := range words {
		name, _, _ := strings.Cut(word, "<=")
		name, _, _ = strings.Cut(name, ">=")
		known[name] = true
		if !strings.Contains(word, "<=") && !slices.Contains(present, name) {
			words[i] += "<=" + strconv.Itoa(version-1)
		}
	}
	for _, name := range present {
		if !known[name] {
			words = append(words, name+">="+strconv.Itoa(version))
		}
	}
	return strings.Join(words, " ")
}

// valuesOf returns a function that gives the values of a directive in a release, none
// if its parser has no table of strings.
func valuesOf(r *release, data string) (func(directive string) []string, error) {
	directives, err := readTable(data, "directives.tsv", directiveColumns)
	if err != nil {
		return nil, err
	}
	stems, tables := map[string]string{}, map[string][]string{}
	out, err := r.git("grep", "-lE", "DEFINE_CONFIG_PARSE_ENUM|static const char ?\\* ?const [a-z0-9_]+_table\\[", r.commit, "--", "src/*.c")
	if err != nil {
		return nil, err
	}
	for _, file := range strings.Fields(out) {
		_, path, _ := strings.Cut(file, ":")
		text, err := r.file(path)
		if err != nil {
			return nil, err
		}
		for _, m := range enumParser.FindAllStringSubmatch(text, -1) {
			stems[m[1]] = strings.TrimSuffix(m[2], "_from_string")
		}
		for _, m := range enumTable.FindAllStringSubmatch(text, -1) {
			for _, word := range enumWord.FindAllStringSubmatch(m[2], -1) {
				tables[m[1]] = append(tables[m[1]], word[1])
			}
		}
	}
	return func(directive string) []string {
		name, section, _ := strings.Cut(directive, " ")
		i := slices.IndexFunc(directives.rows, func(row []string) bool {
			return row[colName] == name && row[colUntil] == "" && (section == "" || slices.Contains(strings.Split(row[colSections], ","), section))
		})
		if i < 0 {
			return nil
		}
		parser := strings.Fields(directives.rows[i][colParsers])[0]
		if stem := stems[parser]; stem != "" {
			return tables[stem]
		}
		return tables[parser]
	}, nil
}
