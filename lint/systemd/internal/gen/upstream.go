package main

import (
	"bufio"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// importUpstream reads the units of every release from a git repository of
// systemd and stores the directives that confine them. Only assignments are
// taken; commands become "/upstream".
func importUpstream(repository, data string) error {
	keep, err := sandboxKeys(data)
	if err != nil {
		return err
	}
	tags, err := releaseTags(repository)
	if err != nil {
		return err
	}
	units := map[string]*history{}
	for version := 252; version <= 262; version++ {
		tag, ok := tags[version]
		if !ok {
			tag = "HEAD"
		}
		if err := readRelease(repository, tag, version, keep, units); err != nil {
			return fmt.Errorf("%s: %w", tag, err)
		}
	}
	var rows [][]string
	for _, name := range sortedKeys(units) {
		for _, l := range units[name].lines {
			rows = append(rows, []string{name, strconv.Itoa(l.first), strconv.Itoa(l.last), l.section, l.key, l.value})
		}
	}
	return writeTable(filepath.Join(data, "upstream.tsv"), "# unit\tfirst\tlast\tsection\tkey\tvalue, in file order\n", rows)
}

// sandboxKeys returns the keys worth keeping: those of the execution and
// resource manual pages that confine, and those that decide over loading.
func sandboxKeys(data string) (map[string]bool, error) {
	rows, err := readTable(filepath.Join(data, "directives.tsv"), 15)
	if err != nil {
		return nil, err
	}
	keep := map[string]bool{"DefaultDependencies": true}
	for _, key := range strings.Fields("Type BusName SuccessAction ExecStart ExecStop RemainAfterExit NotifyAccess WatchdogSec FileDescriptorStoreMax Restart " +
		"Delegate DevicePolicy DeviceAllow IPAddressDeny IPAddressAllow SocketBindDeny SocketBindAllow RestrictNetworkInterfaces") {
		keep[key] = true
	}
	for _, row := range rows {
		drop := strings.HasPrefix(row[0], "Standard") || strings.HasPrefix(row[0], "TTY") || strings.HasPrefix(row[0], "Syslog") ||
			strings.HasPrefix(row[0], "Log") || strings.HasPrefix(row[0], "Utmp") || strings.Contains(row[0], "Environment")
		if row[12] == "systemd.exec" && strings.Contains(row[1], "Service") && !drop {
			keep[row[0]] = true
		}
	}
	return keep, nil
}

// releaseTags returns the newest point release of each version.
func releaseTags(repository string) (map[int]string, error) {
	out, err := exec.Command("git", "--git-dir", repository, "tag", "--list", "v*").Output()
	if err != nil {
		return nil, err
	}
	tags, best := map[int]string{}, map[int]int{}
	for _, tag := range strings.Fields(string(out)) {
		major, minor, _ := strings.Cut(strings.TrimPrefix(tag, "v"), ".")
		version, err := strconv.Atoi(major)
		point, err2 := strconv.Atoi(minor)
		if err != nil || minor != "" && err2 != nil || tags[version] != "" && point < best[version] {
			continue
		}
		tags[version], best[version] = tag, point
	}
	return tags, nil
}

func readRelease(repository, tag string, version int, keep map[string]bool, units map[string]*history) error {
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", append([]string{"--git-dir", repository}, args...)...).Output()
		return string(out), err
	}
	list, err := git("ls-tree", "--name-only", tag, "units/")
	if err != nil {
		return err
	}
	for _, file := range strings.Fields(list) {
		name := strings.TrimSuffix(path.Base(file), ".in")
		if !strings.HasSuffix(name, ".service") {
			continue
		}
		text, err := git("show", tag+":"+file)
		if err != nil {
			return err
		}
		if units[name] == nil {
			units[name] = &history{}
		}
		units[name].add(version, confining(text, keep))
	}
	return nil
}

// confining returns the assignments of a unit that are worth keeping. Of the
// template's branches the first is taken.
func confining(text string, keep map[string]bool) []historyLine {
	var lines []historyLine
	section, skip := "", false
	text = strings.ReplaceAll(text, "\\\n", " ")
	for scan := bufio.NewScanner(strings.NewReader(text)); scan.Scan(); {
		line := strings.TrimSpace(scan.Text())
		switch {
		case strings.HasPrefix(line, "{%"):
			skip = strings.Contains(line, "else") || strings.Contains(line, "elif")
		case skip || line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case line == "{{SERVICE_WATCHDOG}}":
			lines = append(lines, historyLine{section: section, key: "WatchdogSec", value: "3min"})
		default:
			key, value, found := strings.Cut(line, "=")
			if !found || !keep[key] || strings.Contains(value, "{{") && !strings.HasPrefix(key, "Exec") {
				continue
			}
			if strings.HasPrefix(key, "Exec") && value != "" && !strings.HasSuffix(key, "Paths") {
				value = "/upstream"
			}
			lines = append(lines, historyLine{section: section, key: key, value: strings.Join(strings.Fields(value), " ")})
		}
	}
	return lines
}

// history is the lines of a unit over the versions, in an order that is that of
// the file in each of them.
type history struct{ lines []historyLine }

type historyLine struct {
	section, key, value string
	first, last         int
}

func (l historyLine) same(o historyLine) bool {
	return l.section == o.section && l.key == o.key && l.value == o.value
}

// add merges the lines of the next version.
func (h *history) add(version int, lines []historyLine) {
	var present []int // lines of the version before
	for i, l := range h.lines {
		if l.last == version-1 {
			present = append(present, i)
		}
	}
	merged, next := slices.Clone(h.lines), 0
	at, shift := 0, 0 // where the next new line goes; how many came before
	for _, line := range lines {
		match := -1
		for k := next; k < len(present); k++ {
			if merged[present[k]+shift].same(line) {
				match = k
				break
			}
		}
		if match >= 0 {
			at = present[match] + shift
			merged[at].last = version
			at++
			next = match + 1
			continue
		}
		line.first, line.last = version, version
		merged = slices.Insert(merged, at, line)
		shift++
		at++
	}
	h.lines = merged
}
