package eval

import (
	"context"
	"strings"
	"testing"

	"wardnix/nixast"
)

// Once a budget is used up, everything that is not computed is unknown for one reason.
func TestBudget(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name   string
		budget *Budget
		reason string
	}{
		{"steps", NewBudget(t.Context(), 5_000, 0), "not finished: it takes more than 5000 steps in all"},
		{"bytes", NewBudget(t.Context(), 0, 1<<20), "not finished: values take more than 1 MiB"},
		{"context", NewBudget(canceled, 0, 0), "not finished: context canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := New(Options{Budget: tt.budget})
			f := nixast.Parse("a.nix", "let f = n: if n == 0 then 0 else 1 + f (n - 1); in { a = f 2000; b = 1 + 1; }", nixast.Options{})
			for _, name := range []string{"a", "b"} {
				u, ok := ev.Force(ev.Select(ev.File(f), name)).(*Unknown)
				if !ok || u.Reason != tt.reason {
					t.Errorf("%s is %s, not unknown since %q", name, dump(ev, ev.Select(ev.File(f), name), 2), tt.reason)
				}
			}
			if tt.budget.Spent() != tt.reason {
				t.Errorf("the budget is spent since %q", tt.budget.Spent())
			}
			if again := New(Options{}); !strings.Contains(dump(again, again.Select(again.File(f), "b"), 2), "2") {
				t.Error("another evaluator is not free of it")
			}
		})
	}
}

// Wherever a budget ends while lib is made, lib has the functions that are written in Go.
func TestBudgetEndsInLib(t *testing.T) {
	whole := NewBudget(t.Context(), 0, 0)
	ev := New(Options{Budget: whole})
	ev.Force(ev.Lib())
	most, _ := whole.Used()
	for steps := 1; steps < most; steps++ {
		budget := NewBudget(t.Context(), steps, 0)
		ev := New(Options{Budget: budget})
		lib, ok := ev.Force(ev.Lib()).(*Attrs)
		if !ok || !lib.Lookup("mkIf").Certain() {
			t.Fatalf("after %d of %d steps, lib has no mkIf", steps, most)
		}
		if budget.Spent() == "" {
			t.Errorf("%d of %d steps suffice", steps, most)
		}
	}
}
