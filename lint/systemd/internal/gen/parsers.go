package main

import (
	"regexp"
	"strconv"
	"strings"
)

// The columns of directives.tsv.
const (
	colName = iota
	colSections
	colSince
	colUntil
	colParsers
	colRepeat
	colEmpty
	colQuoting
	colSpecifiers
	colEnum
	colMan
	colStatus
	colReplacement
	directiveColumns
)

// manuals are the sections that have a table, with their manual pages.
var manuals = map[string]string{
	"Unit": "systemd.unit", "Install": "systemd.unit", "Service": "systemd.service", "Socket": "systemd.socket", "Timer": "systemd.timer",
	"Path": "systemd.path", "Mount": "systemd.mount", "Automount": "systemd.automount", "Swap": "systemd.swap", "Slice": "systemd.slice",
	"Scope": "systemd.scope", "Manager": "systemd-system.conf", "Journal": "journald.conf", "Login": "logind.conf", "Resolve": "resolved.conf",
	"Sleep": "systemd-sleep.conf", "Coredump": "coredump.conf", "Time": "timesyncd.conf", "OOM": "oomd.conf", "Home": "homed.conf",
	"Upload": "journal-upload.conf", "Remote": "journal-remote.conf", "Delegate": "systemd.dns-delegate", "PStore": "pstore.conf",
	"Partition": "repart.d", "Rule": "oomd.conf",
}

// configuration are the sections of other files than units and system.conf.
var configuration = map[string]bool{
	"Journal": true, "Login": true, "Resolve": true, "Sleep": true, "Coredump": true, "Time": true, "OOM": true, "Home": true,
	"Upload": true, "Remote": true, "Delegate": true, "PStore": true, "Partition": true, "Rule": true,
}

var (
	// gperfMacro and gperfUse match the templates of load-fragment-gperf.gperf.in.
	gperfMacro = regexp.MustCompile(`^\{%-?\s*macro\s+(\w+)`)
	gperfUse   = regexp.MustCompile(`^\{\{-?\s*(\w+)\('(\w+)'\)`)
	// tableRow matches a row of a parser table, in gperf or in C.
	tableRow = regexp.MustCompile(`^\s*\{?\s*"?(\w+|\{\{type\}\})"?\s*[.,]\s*"?(\w+)"?\s*,\s*(config_parse_\w+|NULL)`)
)

// takesNothing are the parsers of settings that were removed.
var takesNothing = map[string]bool{"warn_compat": true, "compat_user_tasks_max": true}

// parsersOf returns the parsers of a release by section and name. Where a setting
// depends on what systemd is built with, it counts as built with it.
func parsersOf(r *release) (map[string]string, error) {
	out, err := r.git("grep", "-lE", "config_parse_", r.commit, "--", "src")
	if err != nil {
		return nil, err
	}
	parsers := map[string]string{}
	for _, file := range strings.Fields(out) {
		_, path, _ := strings.Cut(file, ":")
		text, err := r.file(path)
		if err != nil {
			return nil, err
		}
		readParsers(text, strings.HasPrefix(path, "src/core/"), parsers)
	}
	return parsers, nil
}

// readParsers adds the rows of one file: of the core those of units and system.conf,
// of other programs those of their configuration files. Theirs may have a [Service],
// too.
func readParsers(text string, core bool, parsers map[string]string) {
	macros, macro := map[string][][]string{}, ""
	add := func(section string, row []string) {
		key, parser := section+" "+row[2], strings.TrimPrefix(row[3], "config_parse_")
		if manuals[section] != "" && core != configuration[section] && (parsers[key] == "" || !takesNothing[parser]) {
			parsers[key] = parser
		}
	}
	for line := range strings.Lines(text) {
		if m := gperfMacro.FindStringSubmatch(line); m != nil {
			macro = m[1]
		} else if m := gperfUse.FindStringSubmatch(line); m != nil {
			for _, row := range macros[m[1]] {
				add(m[2], row)
			}
		} else if row := tableRow.FindStringSubmatch(line); row == nil {
			continue
		} else if row[1] == "{{type}}" {
			macros[macro] = append(macros[macro], row)
		} else {
			add(row[1], row)
		}
	}
}

// importDirectives notes which directives came, went or got another parser. What a
// new one does is taken from one with the same parser; where there is none, its
// values are not judged.
func importDirectives(r *release, data string) error {
	t, err := readTable(data, "directives.tsv", directiveColumns)
	if err != nil {
		return err
	}
	parsers, err := parsersOf(r)
	if err != nil {
		return err
	}
	byParser := map[string][]string{}
	for _, row := range t.rows {
		if row[colUntil] != "" {
			continue
		}
		present := ""
		for section := range strings.SplitSeq(row[colSections], ",") {
			if parser, ok := parsers[section+" "+row[colName]]; ok {
				present = parser
				delete(parsers, section+" "+row[colName])
			}
		}
		old := strings.Fields(row[colParsers])[0]
		byParser[old] = row
		switch {
		case present == "" && row[colStatus] == "":
			row[colUntil] = strconv.Itoa(r.version - 1)
		case takesNothing[present] && !strings.HasPrefix(row[colStatus], "ignored"):
			row[colStatus] = "ignored " + strconv.Itoa(r.version)
		case present != "" && present != old && present != "NULL" && !takesNothing[present]:
			row[colParsers] = present + " " + old + "<" + strconv.Itoa(r.version)
		}
	}
	for _, key := range sortedKeys(parsers) {
		section, name, _ := strings.Cut(key, " ")
		t.rows = append(t.rows, newDirective(section, name, parsers[key], r.version, byParser))
	}
	sortByFirst(t.rows)
	return t.write()
}

// newDirective returns the row of a directive that came with a version.
func newDirective(section, name, parser string, version int, byParser map[string][]string) []string {
	row := make([]string, directiveColumns)
	row[colRepeat], row[colEmpty], row[colQuoting], row[colSpecifiers] = "override", "resets to the default", "none", "false"
	if like := byParser[parser]; like != nil {
		copy(row[colRepeat:colMan], like[colRepeat:colMan])
	}
	row[colName], row[colSections], row[colSince], row[colParsers], row[colMan] = name, section, strconv.Itoa(version), parser, manuals[section]
	return row
}
