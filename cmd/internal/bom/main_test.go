package main

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// The bill of this test names the Go release and the modules that it is built of.
func TestBill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := billOf([]string{self, self})
	if err != nil {
		t.Fatal(err)
	}
	var b bill
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	if n := len(b.Components); n == 0 || !slices.ContainsFunc(b.Components, func(c component) bool { return c.Name == "stdlib" && c.Version != "" }) {
		t.Errorf("%s", text)
	}
	if _, err := billOf([]string{"main.go"}); err == nil {
		t.Error("a text is no program")
	}
}
