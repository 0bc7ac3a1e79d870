// Package program runs other programs on what strangers made: what they print is
// bounded, and they end when their context does.
package program

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// ErrTooMuch is the error of a program that prints more than its caller expects.
var ErrTooMuch = errors.New("it prints too much")

const (
	// maxMessages is the number of bytes of standard error that are kept, its last
	// ones: that is where programs say why they ended.
	maxMessages = 64 << 10
	// grace is how long programs that a killed one started may keep its streams open.
	grace = time.Second
)

// Output runs a command, which gets no input but what it was given, and is what it
// printed: on standard output, which may have so many bytes, and the end of what it
// printed on standard error. The error wraps [ErrTooMuch], the error of the context,
// or is that of [exec.Cmd.Run].
func Output(ctx context.Context, cmd *exec.Cmd, limit int) (out, messages string, err error) {
	head, tail := &head{limit: limit}, &tail{}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = head, tail, grace
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		err = fmt.Errorf("it was stopped: %w", ctx.Err())
	case head.over:
		err = ErrTooMuch
	}
	return head.text.String(), tail.text, err
}

// head keeps text up to a limit. More is an error, upon which the program finds its
// output closed.
type head struct {
	text  strings.Builder
	limit int
	over  bool
}

func (h *head) Write(b []byte) (int, error) {
	if h.text.Len()+len(b) > h.limit {
		h.over = true
		return 0, ErrTooMuch
	}
	return h.text.Write(b)
}

// tail keeps the end of a text.
type tail struct{ text string }

func (t *tail) Write(b []byte) (int, error) {
	t.text += string(b[max(0, len(b)-maxMessages):])
	t.text = t.text[max(0, len(t.text)-maxMessages):]
	return len(b), nil
}
