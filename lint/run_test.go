package lint_test

import (
	"context"
	"errors"
	"testing"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/unit"
)

// A run that ends early finds nothing, and what it saw is not part of later runs.
func TestRunEnds(t *testing.T) {
	p := load(t, `{
  systemd.services = { a.script = "x"; b.script = "x"; c.script = "x"; };
}
`)
	why := errors.New("the text has changed")
	ctx, end := context.WithCancelCause(t.Context())
	looks := 0
	rule := &lint.Rule{Page: lint.Page{ID: "T001", Severity: lint.Warning}, Unit: func(p *lint.Pass, u *unit.Unit) {
		if looks++; looks == 2 {
			end(why)
		}
		p.Report(lint.Finding{Message: u.Name, File: u.Def().Binding.File(), Span: u.Def().Binding.Span(), Units: u.Self()})
	}}
	l := &lint.Linter{Rules: []*lint.Rule{rule}, Cache: &lint.Cache{}}
	for _, run := range []func() (*lint.Result, error){
		func() (*lint.Result, error) { return l.Run(ctx, p) },
		func() (*lint.Result, error) { return l.Repair(ctx, p, lint.Safe) },
		func() (*lint.Result, error) { return l.AddIgnores(ctx, p, "x") },
	} {
		if r, err := run(); r != nil || !errors.Is(err, why) {
			t.Errorf("got %+v, %v", r, err)
		}
	}
	if looks != 2 {
		t.Errorf("the rule looked at %d units, want 2: the context had ended", looks)
	}
	if found := linttest.Lint(t, l, p).Findings; len(found) != 3 {
		t.Errorf("found %d, want 3 in the run that is not ended: %+v", len(found), found)
	}
}
