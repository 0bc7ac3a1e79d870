package lsp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadSettings(t *testing.T) {
	plain := settings{Level: severityHint, CodeLens: true}
	with := func(change func(*settings)) settings {
		s := plain
		change(&s)
		return s
	}
	for _, test := range []struct {
		content string
		want    settings
		problem string // a part of the only one
	}{
		{``, plain, ""},
		{`null`, plain, ""},
		{`{"baseline":null,"path":"x","trace":{"server":"off"}}`, plain, ""},
		{`{"baseline":"strict"}`, with(func(s *settings) { s.Baseline = []string{"strict"} }), ""},
		{`{"baseline":["a","b"],"level":"warning"}`, with(func(s *settings) { s.Baseline, s.Level = []string{"a", "b"}, severityWarning }), ""},
		{`{"codeLens":false,"inlayHints":true}`, with(func(s *settings) { s.CodeLens, s.InlayHints = false, true }), ""},
		{`{"levle":"error"}`, plain, "level"},
		{`{"select":["D002"]}`, plain, "wardnix.toml"},
		{`{"level":"loud"}`, plain, "cannot be"},
		{`{"level":3}`, plain, "cannot be"},
		{`{"baseline":3}`, plain, "cannot be"},
		{`[]`, plain, "object"},
	} {
		got, problems := readSettings(json.RawMessage(test.content))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.content, diff)
		}
		if all := strings.Join(problems, "\n"); (test.problem == "") != (all == "") || !strings.Contains(all, test.problem) || len(problems) > 1 {
			t.Errorf("%s: problems %q, want one with %q", test.content, problems, test.problem)
		}
	}
}
