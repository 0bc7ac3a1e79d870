package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"wardnix/lint"
)

var words = Vocabulary{
	Rules:   []*lint.Rule{{Page: lint.Page{ID: "D005", Name: "deprecated-directive"}}, {Page: lint.Page{ID: "H001", Name: "host-missing"}}, {Page: lint.Page{ID: "M003", Name: "renamed"}}, {Page: lint.Page{ID: "C004", Name: "redundant"}}, {Page: lint.Page{ID: "S001", Name: "secret"}}},
	Classes: []string{"web server"},
}

// Every key that a file may have is in the table, and nothing else.
func TestKeysAreComplete(t *testing.T) {
	var names []string
	for _, k := range keys() {
		names = append(names, k.Name)
	}
	read := keysOf(reflect.TypeFor[settings]())
	slices.Sort(names)
	slices.Sort(read)
	if diff := cmp.Diff(read, names); diff != "" {
		t.Errorf("(-read +described)\n%s", diff)
	}
	if diff := cmp.Diff(keysOf(reflect.TypeFor[place]()), placeKeys); diff != "" {
		t.Errorf("keys of paths (-read +described)\n%s", diff)
	}
	if diff := cmp.Diff(keysOf(reflect.TypeFor[unit]()), append(slices.Clone(placeKeys), unitKeys[0].Name)); diff != "" {
		t.Errorf("keys of units (-read +described)\n%s", diff)
	}
}

// The examples of the table are valid settings.
func TestExamplesOfKeys(t *testing.T) {
	var b strings.Builder
	for _, k := range keys() {
		if k.Example != "" {
			b.WriteString(k.Name + " = " + k.Example + "\n")
		}
	}
	b.WriteString("[unit.web]\nbaseline = " + unitKeys[0].Example + "\n")
	if _, err := parse("/p/wardnix.toml", Name, []byte(b.String()), words); err != nil {
		t.Error(err)
	}
}

// The schema accepts what is read and refuses what is not.
func TestSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	if err := c.AddResource("wardnix.json", normal(Schema(words))); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("wardnix.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		value map[string]any
		valid bool
	}{
		{"nothing", map[string]any{}, true},
		{"rules", map[string]any{"select": []any{"default", "D", "D005"}}, true},
		{"a unit", map[string]any{"unit": map[string]any{"web": map[string]any{"baseline": "none", "severity": map[string]any{"D005": "info"}}}}, true},
		{"an unknown key", map[string]any{"selct": []any{"D"}}, false},
		{"an unknown rule", map[string]any{"ignore": []any{"Q001"}}, false},
		{"a string for a list", map[string]any{"ignore": "D"}, false},
		{"a baseline of a path", map[string]any{"path": map[string]any{"a": map[string]any{"baseline": "light"}}}, false},
		{"an unknown class", map[string]any{"class": map[string]any{"toaster": map[string]any{}}}, false},
	} {
		if err := schema.Validate(tt.value); (err == nil) != tt.valid {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// normal is a value with the types that decoded JSON has.
func normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, one := range v {
			out[key] = normal(one)
		}
		return out
	case []string:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = one
		}
		return out
	}
	return v
}
