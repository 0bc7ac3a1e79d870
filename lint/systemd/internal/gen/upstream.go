package main

import (
	"bufio"
	"path"
	"slices"
	"strconv"
	"strings"
)

// importUpstream adds the units of a release: the directives that confine them. Only
// assignments are taken; commands become "/upstream".
func importUpstream(r *release, data string) error {
	t, err := readTable(data, "upstream.tsv", 6)
	if err != nil {
		return err
	}
	keep, err := sandboxKeys(data)
	if err != nil {
		return err
	}
	units := map[string]*history{}
	for _, row := range t.rows {
		if units[row[0]] == nil {
			units[row[0]] = &history{}
		}
		units[row[0]].lines = append(units[row[0]].lines, historyLine{since: row[1], until: row[2], section: row[3], key: row[4], value: row[5]})
	}
	present := map[string][]historyLine{}
	files, err := r.files("units/")
	if err != nil {
		return err
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".in")
		if !strings.HasSuffix(name, ".service") || path.Dir(file) != "units" {
			continue
		}
		text, err := r.file(file)
		if err != nil {
			return err
		}
		present[name] = confining(text, keep)
		if units[name] == nil {
			units[name] = &history{}
		}
	}
	t.rows = nil
	for _, name := range sortedKeys(units) {
		units[name].add(r.version, present[name])
		for _, l := range units[name].lines {
			t.rows = append(t.rows, []string{name, l.since, l.until, l.section, l.key, l.value})
		}
	}
	return t.write()
}

// sandboxKeys returns the keys worth keeping: those of the execution and
// resource manual pages that confine, and those that decide over loading.
func sandboxKeys(data string) (map[string]bool, error) {
	t, err := readTable(data, "directives.tsv", directiveColumns)
	if err != nil {
		return nil, err
	}
	keep := map[string]bool{"DefaultDependencies": true}
	for _, key := range strings.Fields("Type BusName SuccessAction ExecStart ExecStop RemainAfterExit NotifyAccess WatchdogSec FileDescriptorStoreMax Restart " +
		"Delegate DevicePolicy DeviceAllow IPAddressDeny IPAddressAllow SocketBindDeny SocketBindAllow RestrictNetworkInterfaces") {
		keep[key] = true
	}
	for _, row := range t.rows {
		drop := strings.HasPrefix(row[0], "Standard") || strings.HasPrefix(row[0], "TTY") || strings.HasPrefix(row[0], "Syslog") ||
			strings.HasPrefix(row[0], "Log") || strings.HasPrefix(row[0], "Utmp") || strings.Contains(row[0], "Environment")
		if row[colMan] == "systemd.exec" && strings.Contains(row[colSections], "Service") && !drop {
			keep[row[0]] = true
		}
	}
	return keep, nil
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
	since, until        string // empty for the oldest version, and while it is there
}

func (l historyLine) same(o historyLine) bool {
	return l.section == o.section && l.key == o.key && l.value == o.value
}

// add merges the lines of the next version.
func (h *history) add(version int, lines []historyLine) {
	at := 0 // where the next new line goes
	for _, line := range lines {
		match := slices.IndexFunc(h.lines[at:], func(l historyLine) bool { return l.until == "" && l.same(line) })
		if match >= 0 {
			h.end(at, at+match, version)
			at += match + 1
			continue
		}
		line.since = strconv.Itoa(version)
		h.lines = slices.Insert(h.lines, at, line)
		at++
	}
	h.end(at, len(h.lines), version)
}

// end notes that the lines from one index to another went with a version.
func (h *history) end(from, to, version int) {
	for i := range h.lines[from:to] {
		if l := &h.lines[from+i]; l.until == "" {
			l.until = strconv.Itoa(version - 1)
		}
	}
}
