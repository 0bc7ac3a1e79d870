package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A session is a server and what it cost.
type session struct {
	cmd     *exec.Cmd
	wardnix string
	dir     string
	to      io.WriteCloser
	from    *bufio.Reader
	id      int
	version int
	cost    map[string][]time.Duration // processor time, by what was done
	rss     int                        // bytes of memory that it uses
	most    int                        // the same, at most
	utf16   bool                       // what positions are counted in; else bytes
}

func start(wardnix, dir string, utf16 bool) (*session, error) {
	s := &session{cmd: exec.Command(wardnix, "lsp"), wardnix: wardnix, dir: dir, utf16: utf16, cost: map[string][]time.Duration{}}
	s.cmd.Stderr = os.Stderr
	var err error
	if s.to, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	from, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.from = bufio.NewReader(from)
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	encodings := []string{"utf-8"}
	if utf16 {
		encodings = nil
	}
	capabilities := object{
		"general":      object{"positionEncodings": encodings},
		"textDocument": object{"diagnostic": object{}},
		"workspace":    object{"diagnostics": object{"refreshSupport": true}, "didChangeWatchedFiles": object{"dynamicRegistration": true}},
	}
	if _, err := s.request("initialize", object{"processId": nil, "capabilities": capabilities}); err != nil {
		return nil, err
	}
	return s, s.notify("initialized", struct{}{})
}

type object map[string]any

func (s *session) send(m object) error {
	m["jsonrpc"] = "2.0"
	content, err := json.Marshal(m)
	if err == nil {
		_, err = fmt.Fprintf(s.to, "Content-Length: %d\r\n\r\n%s", len(content), content)
	}
	return err
}

func (s *session) notify(method string, params any) error {
	return s.send(object{"method": method, "params": params})
}

// request sends a request and returns its result.
func (s *session) request(method string, params any) (json.RawMessage, error) {
	s.id++
	if err := s.send(object{"id": s.id, "method": method, "params": params}); err != nil {
		return nil, err
	}
	for {
		var m struct {
			ID     json.RawMessage
			Method string
			Result json.RawMessage
			Error  json.RawMessage
		}
		if err := s.read(&m); err != nil {
			return nil, err
		}
		if m.Method == "" && string(m.ID) == strconv.Itoa(s.id) {
			if m.Error != nil {
				return nil, fmt.Errorf("%s: %s", method, m.Error)
			}
			return m.Result, nil
		}
	}
}

func (s *session) read(v any) error {
	header, err := s.from.ReadString('\n')
	if err != nil {
		return fmt.Errorf("the server is gone: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(header, "Content-Length:")))
	if err != nil {
		return err
	}
	content := make([]byte, n+2)
	if _, err := io.ReadFull(s.from, content); err != nil {
		return err
	}
	return json.Unmarshal(content[2:], v)
}

// spent measures the processor time that the server takes for something.
func (s *session) spent(what string, do func() error) error {
	before, err := s.cpu()
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := s.cpu()
	s.cost[what] = append(s.cost[what], after-before)
	return err
}

// cpu is the processor time of the server (proc_pid_schedstat in proc(5)), of all its
// threads.
func (s *session) cpu() (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.cmd.Process.Pid))
	var sum time.Duration
	for _, t := range tasks {
		if text, err := os.ReadFile(t); err == nil {
			var nanoseconds int64
			if _, err := fmt.Sscan(string(text), &nanoseconds); err != nil {
				return 0, err
			}
			sum += time.Duration(nanoseconds)
		}
	}
	return sum, err
}

// memory notes how much the server uses (proc_pid_status in proc(5)).
func (s *session) memory() error {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if _, rest, ok := strings.Cut(string(text), "VmRSS:"); ok {
		var kilobytes int
		if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
			return err
		}
		s.rss = kilobytes << 10
		s.most = max(s.most, s.rss)
	}
	return err
}

// print prints what everything cost.
func (s *session) print() {
	for _, what := range []string{"open", "key", "rest", "hover", "completion"} {
		all := s.cost[what]
		if len(all) == 0 {
			continue
		}
		slices.Sort(all)
		at := func(percent int) time.Duration { return all[(len(all)-1)*percent/100].Round(10 * time.Microsecond) }
		fmt.Printf("%-10s  %5d times  CPU p50 %v  p90 %v  max %v\n", what, len(all), at(50), at(90), at(100))
	}
	fmt.Printf("memory: %d MB at most\n", s.most>>20)
}

// uriOf is the address of a file.
func uriOf(name string) string { return (&url.URL{Scheme: "file", Path: name}).String() }
