package program_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"wardnix/lint/program"
)

func TestOutput(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, script string
		out, end     string // of standard output and of standard error
		err          error
	}{
		{"both streams", "echo a; echo b >&2", "a\n", "b\n", nil},
		{"as much as it may", "printf 12345678", "12345678", "", nil},
		{"too much", "printf 123456789", "", "", program.ErrTooMuch},
		{"without an end", "yes", "", "", program.ErrTooMuch},
		{"long messages", "yes | head -c 1000000 >&2; echo end >&2", "", "y\nend\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			out, messages, err := program.Output(ctx, exec.CommandContext(ctx, "sh", "-c", test.script), 8)
			if !errors.Is(err, test.err) || err == nil && out != test.out || !strings.HasSuffix(messages, test.end) || len(messages) > 100_000 {
				t.Errorf("%q, %d bytes of messages, %v", out, len(messages), err)
			}
		})
	}
}

// A program that does not end is killed with its context, and those that it started
// keep nobody waiting.
func TestOutputEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, _, err := program.Output(ctx, exec.CommandContext(ctx, "sh", "-c", "sleep 5 & wait"), 8)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
