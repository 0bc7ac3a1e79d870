package config

import (
	"errors"
	"io"
	"testing"

	"wardnix/lint"
)

// Settings that a stranger wrote are settings or an error with a place, and without
// what silences them they keep no error from being reported.
func FuzzWithoutSilencing(f *testing.F) {
	for _, text := range []string{
		"", "ignore = [\"B\"]", "ignore = \"B\"", "[unit.\"*\"]\nseverity.D002 = \"info\"", "exclude = [\"{a,b}{c,d}/**\"]",
		"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1", "[path.\"**\"]\nselect = [\"all\"]", "systemd-version = 9223372036854775807", "\xff = 1",
	} {
		f.Add(text)
	}
	rule := &lint.Rule{Page: lint.Page{ID: "D002", Name: "invalid-value", Severity: lint.Error}}
	vocabulary := Vocabulary{Rules: []*lint.Rule{rule}, Classes: []string{"web server"}}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("/p/wardnix.toml", "wardnix.toml", []byte(text), vocabulary)
		if (c == nil) != (err != nil) {
			t.Fatalf("%v, %v", c, err)
		}
		if err != nil {
			var one *Error
			if !errors.As(err, &one) || one.Name != "wardnix.toml" {
				t.Fatalf("%v has no place", err)
			}
			return
		}
		for _, s := range []*File{c, c.WithoutSilencing()} {
			s.Judge(rule, lint.Error, Subject{Path: "/p/a/b.nix", Unit: "web.service", Class: "web server"})
			s.Excludes("/p/a/b.nix")
			if err := s.Show(io.Discard, Used{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, wanted := c.WithoutSilencing().Judge(rule, lint.Error, Subject{Path: "/p/a/b.nix", Unit: "web.service", Class: "web server"}); !wanted {
			t.Fatal("the settings still silence an error")
		}
	})
}
