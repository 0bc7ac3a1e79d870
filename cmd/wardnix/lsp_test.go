//go:build e2e && unix

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

func frameOf(content string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(content), content)
}

// A client that is gone ends wardnix lsp, and one that reads no log does not.
func TestServerWithoutClient(t *testing.T) {
	initialize := frameOf(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`)
	mistake := frameOf(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":[]}`) // is logged
	goodbye := frameOf(`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`) + frameOf(`{"jsonrpc":"2.0","method":"exit"}`)
	for _, test := range []struct {
		name                   string
		written                string
		closesInput, readsLog  bool
		readsOutput, isOrderly bool
	}{
		{name: "no input, within a message", written: initialize[:len(initialize)-5], closesInput: true, readsLog: true, readsOutput: true},
		{name: "no output", written: initialize, readsLog: true},
		{name: "no log", written: initialize + mistake + goodbye, readsOutput: true, isOrderly: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := serverCommand(t)
			in, out, log := pipesOf(t, cmd)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for reads, from := range map[*bool]io.ReadCloser{&test.readsOutput: out, &test.readsLog: log} {
				if *reads {
					go func() { _, _ = io.Copy(io.Discard, from) }()
				} else {
					from.Close()
				}
			}
			if _, err := io.WriteString(in, test.written); err != nil {
				t.Fatal(err)
			}
			if test.closesInput {
				in.Close()
			}
			begun := time.Now()
			state, err := cmd.Process.Wait()
			if err != nil {
				t.Fatal(err)
			}
			if !state.Exited() || state.Success() != test.isOrderly || time.Since(begun) > 10*time.Second {
				t.Errorf("%v after %v", state, time.Since(begun))
			}
		})
	}
}

// A server whose client was killed ends, even if others hold its pipes.
func TestServerOfKilledClient(t *testing.T) {
	client := exec.Command("sleep", "60")
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	cmd := serverCommand(t)
	in, _, _ := pipesOf(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	message := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":%d,"capabilities":{}}}`, client.Process.Pid)
	if _, err := io.WriteString(in, frameOf(message)); err != nil {
		t.Fatal(err)
	}
	if err := client.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = client.Wait()
	if state, err := cmd.Process.Wait(); err != nil || state.ExitCode() != exitFindings {
		t.Errorf("%v %v", state, err)
	}
}

func serverCommand(t *testing.T) *exec.Cmd {
	self, err := os.Executable() // is wardnix under that name: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "lsp")
	cmd.Args[0] = "wardnix"
	return cmd
}

func pipesOf(t *testing.T, cmd *exec.Cmd) (in io.WriteCloser, out, log io.ReadCloser) {
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if out, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if log, err = cmd.StderrPipe(); err != nil {
		t.Fatal(err)
	}
	return in, out, log
}
