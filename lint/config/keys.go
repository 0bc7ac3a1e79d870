package config

import (
	"fmt"
	"strings"
)

// key is a setting of wardnix.toml as users write it.
type key struct {
	Name string
	// Kind is the kind of its value: "rules", "globs", "baselines", "baseline",
	// "threshold", "severities", "release", "version" or "bool"; "places" and "units"
	// are tables of settings.
	Kind string
	// Doc says what it does, in a sentence without a full stop.
	Doc string
	// Example is a value in TOML; empty for tables.
	Example string
}

// keys are all settings, in the order of the documentation.
func keys() []key {
	return []key{
		{"select", "rules", "rules to enable: IDs, names, family letters, \"default\" or \"all\"", `["default", "D005"]`},
		{"extend-select", "rules", "rules to enable in addition to those of select", `["M003"]`},
		{"ignore", "rules", "rules to disable; takes precedence over select", `["H001"]`},
		{"severity", "severities", "the severity of a rule: error, warning or info; a rule named here is enabled", `{ D005 = "warning" }`},
		{"fixable", "rules", "rules whose fixes are applied (default: all)", `["all"]`},
		{"unfixable", "rules", "rules whose fixes are not applied; takes precedence over fixable", `["C004"]`},
		{"fail-on", "threshold", "the least severity that makes the exit status 1: error, warning, info or none", `"warning"`},
		{"baseline", "baselines", "baselines that units must meet: names, or paths of NixOS modules", `["server"]`},
		{"nixos-release", "release", "the NixOS release to target (default: that of the project)", `"25.11"`},
		{"systemd-version", "version", "the systemd version to target (default: that of the release)", `258`},
		{"exclude", "globs", "files and directories that are not linted", `["generated/"]`},
		{"require-reasons", "bool", "report suppression comments without a reason", `true`},
		{"not-ignorable", "rules", "rules that no comment suppresses", `["S"]`},
		{"path", "places", "settings of the files that a glob matches", ""},
		{"class", "units", "settings of the units of a class", ""},
		{"unit", "units", "settings of the units that a glob matches", ""},
	}
}

// placeKeys are the keys of the tables of paths, units and classes; unitKeys are
// those of units and classes alone.
var (
	placeKeys = []string{"select", "ignore", "severity"}
	unitKeys  = []key{{"baseline", "baseline", "the one baseline that the unit must meet, or \"none\"", `"strict"`}}
)

// Reference describes all settings, one a line.
func Reference() string {
	var b strings.Builder
	for _, k := range keys() {
		doc := k.Doc
		if k.Example != "" {
			doc += "; such as " + k.Example
		}
		fmt.Fprintf(&b, "%-16s %s\n", k.Name, doc)
	}
	fmt.Fprintf(&b, "\n[path.\"GLOB\"], [class.\"CLASS\"] and [unit.\"GLOB\"] take %s;\n", strings.Join(placeKeys, ", "))
	for _, k := range unitKeys {
		fmt.Fprintf(&b, "[class.\"CLASS\"] and [unit.\"GLOB\"] also take %s: %s\n", k.Name, k.Doc)
	}
	return b.String()
}

// Schema is the JSON schema of wardnix.toml (draft 2020-12), for editors.
func Schema(v Vocabulary) map[string]any {
	properties := map[string]any{}
	for _, k := range keys() {
		properties[k.Name] = k.schema(v)
	}
	return map[string]any{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                Name,
		"description":          "Settings of wardnix",
		"type":                 "object",
		"properties":           properties,
		"additionalProperties": false,
	}
}

// schema is the schema of the values of a setting.
func (k key) schema(v Vocabulary) map[string]any {
	text := map[string]any{"type": "string"}
	list := func(of any) map[string]any { return map[string]any{"type": "array", "items": of} }
	one := func(words ...string) map[string]any { return map[string]any{"enum": words} }
	var out map[string]any
	switch k.Kind {
	case "rules":
		out = list(one(v.ruleWords()...))
	case "globs", "baselines":
		out = list(text)
	case "threshold":
		out = one("error", "warning", "info", "none")
	case "severities":
		out = map[string]any{"type": "object", "propertyNames": one(v.ruleWords()...), "additionalProperties": one("error", "warning", "info")}
	case "release":
		out = map[string]any{"type": "string", "pattern": `^\d\d\.\d\d$`}
	case "version":
		out = map[string]any{"type": "integer"}
	case "bool":
		out = map[string]any{"type": "boolean"}
	case "places", "units":
		out = k.table(v)
	default:
		out = map[string]any{"type": "string"}
	}
	out["description"] = k.Doc
	return out
}

// table is the schema of a table of settings by glob or class.
func (k key) table(v Vocabulary) map[string]any {
	inner := map[string]any{}
	for _, key := range keys() {
		for _, name := range placeKeys {
			if key.Name == name {
				inner[name] = key.schema(v)
			}
		}
	}
	if k.Kind == "units" {
		for _, key := range unitKeys {
			inner[key.Name] = key.schema(v)
		}
	}
	out := map[string]any{
		"type":                 "object",
		"additionalProperties": map[string]any{"type": "object", "properties": inner, "additionalProperties": false},
	}
	if k.Name == "class" {
		out["propertyNames"] = map[string]any{"enum": v.Classes}
	}
	return out
}

// ruleWords are the entries that choose rules.
func (v Vocabulary) ruleWords() []string {
	words := []string{"default", "all"}
	seen := map[string]bool{}
	for _, r := range v.Rules {
		if family := r.ID[:1]; !seen[family] {
			seen[family] = true
			words = append(words, family)
		}
		words = append(words, r.ID, r.Name)
	}
	return words
}
