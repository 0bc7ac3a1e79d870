package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// settingsManuals are the sections of configuration files that NixOS has
// settings for, with their manual pages. [Manager] comes with the directives.
var settingsManuals = map[string]string{
	"Journal": "journald.conf", "Login": "logind.conf", "Resolve": "resolved.conf", "Sleep": "systemd-sleep.conf",
	"Coredump": "coredump.conf", "Time": "timesyncd.conf", "OOM": "oomd.conf",
}

// tableRow matches a row of a parser table, in gperf or in C.
var tableRow = regexp.MustCompile(`^\s*\{?\s*"?(Journal|Login|Resolve|Sleep|Coredump|Time|OOM)"?\s*[.,]\s*"?(\w+)"?\s*,\s*config_parse_(\w+)`)

// importSettings reads the parser tables of every release.
func importSettings(repository, data string) error {
	tags, err := releaseTags(repository)
	if err != nil {
		return err
	}
	type setting struct {
		first, last, ignored int
		parser               string
	}
	found := map[string]*setting{} // by section and name
	for version := 252; version <= 262; version++ {
		tag, ok := tags[version]
		if !ok {
			tag = "HEAD"
		}
		out, err := exec.Command("git", "--git-dir", repository, "grep", "-hE", "config_parse_", tag, "--", "src").Output()
		if err != nil {
			return fmt.Errorf("%s: %w", tag, err)
		}
		for _, line := range strings.Split(string(out), "\n") {
			m := tableRow.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			key := m[1] + " " + m[2]
			if found[key] == nil {
				found[key] = &setting{first: version}
			}
			s := found[key]
			s.last = version
			if m[3] != "warn_compat" {
				s.parser = m[3]
			} else if s.ignored == 0 {
				s.ignored = version
			}
		}
	}
	var rows [][]string
	for _, key := range sortedKeys(found) {
		section, name, _ := strings.Cut(key, " ")
		s := found[key]
		empty, status := "resets to the default", ""
		if s.parser == "bool" || s.parser == "sec" || s.parser == "mode" || s.parser == "unsigned" {
			empty = "error: warning, ignored, the earlier value stays"
		}
		if s.ignored > 0 {
			status = "ignored " + strconv.Itoa(s.ignored)
		}
		if s.parser == "" {
			s.parser = "warn_compat"
		}
		rows = append(rows, []string{name, section, strconv.Itoa(s.first), strconv.Itoa(s.last), "", s.parser,
			"override", empty, "warning; the assignment is ignored, the earlier value stays", "none", "false", "",
			settingsManuals[section], status, ""})
	}
	return writeTable(filepath.Join(data, "settings.tsv"), "# as in directives.tsv, for other configuration files\n", rows)
}
