package program_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"wardnix/lint/program"
	"wardnix/nixast/testtool"
)

func TestOutput(t *testing.T) {
	testtool.Need(t, "sh", "yes", "head")
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
	testtool.Need(t, "sh", "sleep")
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	started, inform, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", "sleep 600 & echo >&3; wait")
	cmd.ExtraFiles = []*os.File{inform}
	go func() {
		_, _ = started.Read(make([]byte, 1))
		cancel()
	}()
	if _, _, err := program.Output(ctx, cmd, 8); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
