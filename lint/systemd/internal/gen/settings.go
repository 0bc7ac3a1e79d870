package main

import (
	"cmp"
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
	"Coredump": "coredump.conf", "Time": "timesyncd.conf", "OOM": "oomd.conf", "Home": "homed.conf",
	"Upload": "journal-upload.conf", "Remote": "journal-remote.conf", "Delegate": "systemd.dns-delegate", "PStore": "pstore.conf", "Partition": "repart.d",
}

// oldNames are the settings that work under a name of old only for old files'
// sake, with the name of today.
var oldNames = map[string]string{"Journal RateLimitInterval": "RateLimitIntervalSec", "Time Servers": "NTP"}

// refusesEmpty are the parsers that ignore an empty value with a warning; the
// others go back to the default (src/shared/conf-parser.c).
var refusesEmpty = map[string]bool{
	"bool": true, "sec": true, "sec_fix_0": true, "mode": true, "unsigned": true, "uint64": true, "log_level": true, "permyriad": true, "loadavg": true,
	"iec_size": true, "iec_uint64": true, "iec_uint64_infinity": true, "tmpfs_size": true, "n_autovts": true,
}

// words are the parsers that take one word out of a table, and ignore an empty
// value.
var words = map[string]bool{
	"handle_action": true, "storage": true, "split_mode": true, "coredump_storage": true, "write_split_mode": true, "default_storage": true,
	"resolve_support": true, "dnssec_mode": true, "dns_over_tls_mode": true, "dns_stub_listener_mode": true, "dns_cache_mode": true,
	"pstore_storage": true,
}

// wordsOrNothing are those of them that go back to the default for an empty value.
var wordsOrNothing = map[string]bool{"audit_set_mode": true, "encrypt": true, "encrypt_kdf": true, "verity": true, "minimize": true}

// makesList are the parsers whose settings add to a list that an empty value
// clears.
var makesList = map[string]bool{
	"servers": true, "dns_servers": true, "search_domains": true, "dns_stub_listener_extra": true, "record_types": true,
	"delegate_dns_servers": true, "delegate_domains": true, "header": true, "compression": true, "strv": true,
	"copy_files": true, "exclude_files": true, "make_dirs": true, "make_symlinks": true, "subvolumes": true, "mountpoint": true,
}

// takesNothing are the parsers of settings that were removed.
var takesNothing = map[string]bool{"warn_compat": true, "compat_user_tasks_max": true}

// tableRow matches a row of a parser table, in gperf or in C.
var tableRow = regexp.MustCompile(`^\s*\{?\s*"?(` + strings.Join(sortedKeys(settingsManuals), "|") + `)"?\s*[.,]\s*"?(\w+)"?\s*,\s*config_parse_(\w+)`)

// A setting is what the parser tables say of a key over the releases.
type setting struct {
	first, last int
	ignored     int    // the release that removed it, 0 if none did
	parser      string // the last that did something
	before      string // the one before that
	changed     int    // the release that changed it
}

// importSettings reads the parser tables of every release.
func importSettings(repository, data string) error {
	tags, err := releaseTags(repository)
	if err != nil {
		return err
	}
	found := map[string]*setting{} // by section and name
	for version := 252; version <= 262; version++ {
		tag, ok := tags[version]
		if !ok {
			tag = "HEAD"
		}
		parsers, err := settingsOf(repository, tag)
		if err != nil {
			return fmt.Errorf("%s: %w", tag, err)
		}
		for key, parser := range parsers {
			if found[key] == nil {
				found[key] = &setting{first: version}
			}
			found[key].meet(parser, version)
		}
	}
	var rows [][]string
	for _, key := range sortedKeys(found) {
		rows = append(rows, found[key].row(key))
	}
	return writeTable(filepath.Join(data, "settings.tsv"), "# as in directives.tsv, for other configuration files\n", rows)
}

// settingsOf are the parsers of a release by section and name. Where a setting
// depends on what systemd is built with, it counts as there.
func settingsOf(repository, tag string) (map[string]string, error) {
	out, err := exec.Command("git", "--git-dir", repository, "grep", "-hE", "config_parse_", tag, "--", "src").Output()
	if err != nil {
		return nil, err
	}
	parsers := map[string]string{}
	for _, line := range strings.Split(string(out), "\n") {
		m := tableRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if key := m[1] + " " + m[2]; parsers[key] == "" || !takesNothing[m[3]] {
			parsers[key] = m[3]
		}
	}
	return parsers, nil
}

// meet notes the parser that a release has for the setting.
func (s *setting) meet(parser string, version int) {
	s.last = version
	switch {
	case takesNothing[parser]:
		if s.ignored == 0 {
			s.ignored = version
		}
	case s.parser != "" && s.parser != parser:
		s.before, s.changed, s.parser = s.parser, version, parser
	default:
		s.parser = parser
	}
}

func (s *setting) row(key string) []string {
	section, name, _ := strings.Cut(key, " ")
	repeat, empty, status, parsers := "override", "resets to the default", "", cmp.Or(s.parser, "warn_compat")
	enum := ""
	if words[s.parser] || wordsOrNothing[s.parser] {
		enum = s.parser
	}
	if refusesEmpty[s.parser] || words[s.parser] {
		empty = "error: warning, ignored, the earlier value stays"
	}
	if makesList[s.parser] {
		repeat, empty = "append", "clears the list"
	}
	if s.changed > 0 {
		parsers += " " + s.before
		if refusesEmpty[s.before] && !refusesEmpty[s.parser] {
			parsers += "!"
		}
		parsers += "<" + strconv.Itoa(s.changed)
	}
	switch {
	case s.ignored > 0:
		status = "ignored " + strconv.Itoa(s.ignored)
	case oldNames[key] != "":
		status = "deprecated"
	}
	return []string{name, section, strconv.Itoa(s.first), strconv.Itoa(s.last), "", parsers,
		repeat, empty, "warning; the assignment is ignored, the earlier value stays", "none", "false", enum,
		settingsManuals[section], status, oldNames[key]}
}
