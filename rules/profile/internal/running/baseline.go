package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A directive is one row of a baseline: what it sets, and why.
type directive struct {
	key string
	// comment is what is above it, without "#": what it does and costs.
	comment []string
	// values are its lines in the unit.
	values []string
}

// readBaseline reads the rows of a baseline of rules/profile/baseline. It reads just
// the form in which those files are written: comments, then "Key = value;".
func (o *options) readBaseline(name string) ([]directive, error) {
	text, err := os.ReadFile(filepath.Join(o.checkout, "rules/profile/baseline", name+".nix"))
	if err != nil {
		return nil, err
	}
	_, body, ok := strings.Cut(string(text), "serviceConfig = {\n")
	if !ok {
		return nil, fmt.Errorf("%s.nix has no serviceConfig", name)
	}
	var all []directive
	var d directive
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		key, value, assigns := strings.Cut(line, " = ")
		switch {
		case line == "" || line == "];":
		case strings.HasPrefix(line, "}"):
			return all, nil
		case strings.HasPrefix(line, "#"):
			d.comment = append(d.comment, strings.TrimSpace(strings.TrimPrefix(line, "#")))
		case assigns:
			d.key = key
			if value != "[" {
				d.values = []string{unitValue(strings.TrimSuffix(value, ";"))}
			}
			all = append(all, d)
			d = directive{}
		default: // an element of a list
			last := &all[len(all)-1]
			last.values = append(last.values, unitValue(line))
		}
	}
	return nil, fmt.Errorf("%s.nix does not end", name)
}

// unitValue is a literal of Nix as NixOS writes it into a unit.
func unitValue(nix string) string {
	switch nix {
	case "true":
		return "yes"
	case "false":
		return "no"
	case "null":
		return ""
	}
	return strings.Trim(nix, `"`)
}

// since are the directives that not every version of systemd has.
var since = map[string]string{"PrivatePIDs": "257"}

// strict are the settings of the strict baseline that a version of systemd
// has, each system call group as a setting of its own.
func (o *options) strict(version string) ([]setting, error) {
	rows, err := o.readBaseline("strict")
	if err != nil {
		return nil, err
	}
	var settings, filters []setting
	for _, d := range rows {
		switch {
		case since[d.key] > version: // both are three digits
		case d.key == "SystemCallErrorNumber": // the search tries it where the filter breaks
		case d.key == "SystemCallFilter":
			for _, v := range d.values {
				filters = append(filters, setting{d.key, v})
			}
		default:
			settings = append(settings, setting{d.key, strings.Join(d.values, " ")})
		}
	}
	return append(settings, filters...), nil
}
