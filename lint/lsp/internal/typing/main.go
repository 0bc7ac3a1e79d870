// Command typing types into the files of a real project as an editor does, through the
// language server, and measures what that costs:
//
//	go run ./lint/lsp/internal/typing [-files N] [-line TEXT] [-changes N] [-seed N] [-for DURATION] WARDNIX DIR
//
// In each of some files it types a line, letter by letter, and erases it, then changes
// random places, and last looks whether the diagnostics at rest are what `wardnix lint`
// reports. It prints the processor time of the server for each keystroke, for a text at
// rest, for hover and completion, and its memory. It runs on Linux.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// line is what is typed. It does not parse before its last letter.
var line = "\n      PrivateDevices = true;"

func main() {
	files := flag.Int("files", 10, "how many files are typed into")
	flag.StringVar(&line, "line", line, "what is typed into a set of settings")
	changes := flag.Int("changes", 20, "how many random places of a file are changed")
	seed := flag.Uint64("seed", 1, "of the random changes")
	atMost := flag.Duration("for", time.Hour, "after how long no further file is begun")
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *files, *changes, *seed, time.Now().Add(*atMost)); err != nil {
		fmt.Fprintln(os.Stderr, "typing:", err)
		os.Exit(1)
	}
}

func run(wardnix, dir string, files, changes int, seed uint64, until time.Time) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if wardnix, err = filepath.Abs(wardnix); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, seed))
	all, err := modules(dir)
	if err != nil {
		return err
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	s, err := start(wardnix, dir)
	if err != nil {
		return err
	}
	different, done := 0, 0
	for _, name := range all[:min(files, len(all))] {
		if time.Now().After(until) {
			break
		}
		done++
		same, err := s.typeInto(name, changes, random)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !same {
			different++
			fmt.Println("not what the command line reports:", name)
		}
	}
	s.print()
	fmt.Printf("files whose diagnostics at rest differ from wardnix lint: %d of %d\n", different, done)
	if _, err := s.request("shutdown", nil); err != nil {
		return err
	}
	if err := errors.Join(s.notify("exit", nil), s.to.Close(), s.cmd.Wait()); err != nil {
		return err
	}
	if different > 0 {
		return fmt.Errorf("the server and the command line differ")
	}
	return nil
}

// modules are the files of a project that set something of a service.
func modules(dir string) ([]string, error) {
	var all []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(name) != ".nix" {
			return err
		}
		if text, err := os.ReadFile(name); err == nil && utf8.Valid(text) && strings.Contains(string(text), "serviceConfig = {") {
			all = append(all, name)
		}
		return nil
	})
	return all, err
}

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
	bytes   int                        // of memory, at most
}

func start(wardnix, dir string) (*session, error) {
	s := &session{cmd: exec.Command(wardnix, "lsp"), wardnix: wardnix, dir: dir, cost: map[string][]time.Duration{}}
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
	capabilities := `{"processId":null,"capabilities":{"general":{"positionEncodings":["utf-8"]},"textDocument":{"diagnostic":{}},"workspace":{"diagnostics":{"refreshSupport":true}}}}`
	if _, err := s.request("initialize", json.RawMessage(capabilities)); err != nil {
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

// A document is an open file.
type document struct {
	*session
	uri, text string
}

// typeInto types into a file and reports whether the server agrees with the command
// line in the end.
func (s *session) typeInto(name string, changes int, random *rand.Rand) (bool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return false, err
	}
	d := &document{s, "file://" + name, string(text)}
	err = s.spent("open", func() error {
		s.version++
		if err := s.notify("textDocument/didOpen", object{"textDocument": object{"uri": d.uri, "languageId": "nix", "version": s.version, "text": d.text}}); err != nil {
			return err
		}
		_, err := d.diagnostics()
		return err
	})
	if err != nil {
		return false, err
	}
	at := strings.Index(d.text, "serviceConfig = {") + len("serviceConfig = {")
	for i := range len(line) {
		if err := d.key(at+i, at+i, line[i:i+1]); err != nil {
			return false, err
		}
		if err := d.ask(at + i + 1); err != nil {
			return false, err
		}
	}
	for i := range len(line) {
		if err := d.key(at+len(line)-i-1, at+len(line)-i, ""); err != nil {
			return false, err
		}
	}
	for range changes {
		from := random.IntN(len(d.text) + 1)
		to := min(len(d.text), from+random.IntN(4))
		for from > 0 && from < len(d.text) && !utf8.RuneStart(d.text[from]) {
			from--
		}
		for to < len(d.text) && !utf8.RuneStart(d.text[to]) {
			to++
		}
		was, typed := d.text[from:to], string(" ;{}\"x1="[random.IntN(8)])
		if err := d.key(from, to, typed); err != nil {
			return false, err
		}
		if random.IntN(4) > 0 { // most are undone, so that most texts parse
			if err := d.key(from, from+1, was); err != nil {
				return false, err
			}
		}
	}
	return d.agrees(name)
}

// key replaces a part of the text, and waits for the diagnostics.
func (d *document) key(start, end int, text string) error {
	at := object{"start": d.position(start), "end": d.position(end)}
	d.text = d.text[:start] + text + d.text[end:]
	d.version++
	return d.spent("key", func() error {
		if err := d.notify("textDocument/didChange", object{"textDocument": object{"uri": d.uri, "version": d.version}, "contentChanges": []object{{"range": at, "text": text}}}); err != nil {
			return err
		}
		_, err := d.diagnostics()
		return err
	})
}

func (d *document) position(offset int) object {
	before := d.text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return object{"line": strings.Count(before, "\n"), "character": offset - start}
}

// ask hovers and completes at a place.
func (d *document) ask(offset int) error {
	params := object{"textDocument": object{"uri": d.uri}, "position": d.position(offset)}
	for _, what := range []string{"hover", "completion"} {
		err := d.spent(what, func() error {
			_, err := d.request("textDocument/"+what, params)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// diagnostics are those of the newest text, a line each.
func (d *document) diagnostics() ([]string, error) {
	result, err := d.request("textDocument/diagnostic", object{"textDocument": object{"uri": d.uri}})
	if err != nil {
		return nil, err
	}
	var report struct {
		Items []struct {
			Range struct {
				Start struct{ Line, Character int }
			}
			Severity      int
			Code, Message string
		}
	}
	if err := json.Unmarshal(result, &report); err != nil {
		return nil, err
	}
	all := []string{}
	for _, i := range report.Items {
		message, _, _ := strings.Cut(i.Message, "\n")
		if i.Severity < 4 { // hints are suggestions, which the command line counts
			all = append(all, fmt.Sprintf("%d %s %s", i.Range.Start.Line+1, i.Code, message))
		}
	}
	return all, d.memory()
}

// memory notes how much the server uses (proc_pid_status in proc(5)).
func (s *session) memory() error {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if _, rest, ok := strings.Cut(string(text), "VmRSS:"); ok {
		var kilobytes int
		if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
			return err
		}
		s.bytes = max(s.bytes, kilobytes<<10)
	}
	return err
}

// agrees compares with the command line. While the text does not parse, the server
// reports more than that: only syntax errors are compared.
func (d *document) agrees(name string) (bool, error) {
	err := d.spent("rest", func() error { // lenses are those of all hosts
		_, err := d.request("textDocument/codeLens", object{"textDocument": object{"uri": d.uri}})
		return err
	})
	if err != nil {
		return false, err
	}
	got, err := d.diagnostics()
	if err != nil {
		return false, err
	}
	cmd := exec.Command(d.wardnix, "lint", "--format", "json", "--force-exclude", "--stdin-filename", name, "-")
	cmd.Dir, cmd.Stdin = d.dir, strings.NewReader(d.text)
	out, _ := cmd.Output() // it fails where there are findings
	var report struct {
		Findings []struct {
			File, Rule, Message string
			Start               struct{ Line int }
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return false, fmt.Errorf("wardnix lint reports nothing: %w", err)
	}
	var want []string
	broken := false
	for _, f := range report.Findings {
		if filepath.Join(d.dir, f.File) == name || f.File == name {
			want = append(want, fmt.Sprintf("%d %s %s", f.Start.Line, f.Rule, f.Message))
			broken = broken || f.Rule == "X001"
		}
	}
	if broken {
		got = slices.DeleteFunc(got, func(l string) bool { return !strings.Contains(l, " X001 ") })
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		fmt.Printf("  server:\n    %s\n  command line:\n    %s\n", strings.Join(got, "\n    "), strings.Join(want, "\n    "))
	}
	return slices.Equal(got, want), nil
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
	fmt.Printf("memory: %d MB at most\n", s.bytes>>20)
}
