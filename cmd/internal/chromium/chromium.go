// Package chromium drives a headless Chromium by the Chrome DevTools Protocol
// (https://chromedevtools.github.io/devtools-protocol/), over a pair of pipes.
package chromium

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Page is the one page of a browser that runs until [Page.Close], or until its context
// ends. It is for one goroutine at a time.
type Page struct {
	to      *os.File
	from    *bufio.Reader
	session string
	calls   int
	ended   chan struct{}
	// Errors are the exceptions and the errors of the console of the page so far.
	Errors []string
}

// names are the names of the program, in the order in which they are looked for.
var names = []string{"chromium", "chromium-browser", "google-chrome"}

// Find is the path of a Chromium; "" if none is installed.
func Find() string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Wait waits until an expression of JavaScript is true; the context of the browser
// bounds how long.
func (p *Page) Wait(expression string) error {
	for {
		err := p.Eval("new Promise((ok) => { const look = () => { let is = false; try { is = "+expression+"; } catch {} is ? ok(true) : setTimeout(look, 20); }; look(); })", nil)
		if err == nil || !strings.Contains(err.Error(), "navigated") {
			return err // a page that gives way to another takes its promises with it
		}
	}
}

// Open starts the program at a path with an empty profile in a directory, and opens a
// page of this size in pixels.
func Open(ctx context.Context, program, profile string, width, height int) (*Page, error) {
	in, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	from, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
		"--user-data-dir="+profile, fmt.Sprintf("--window-size=%d,%d", width, height), "about:blank")
	cmd.ExtraFiles = []*os.File{in, out}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	in.Close()
	out.Close()
	p := &Page{to: to, from: bufio.NewReader(from), ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // Close or the context ends it
		endGroup(cmd.Process.Pid)
		to.Close()
		from.Close()
		close(p.ended)
	}()
	return p, p.attach(width, height)
}

// endGroup ends the processes that the browser started: they may outlive it, and go on
// to write into its profile.
func endGroup(pid int) {
	const most = 200 // a process that nobody waits for stays in the group
	for range most {
		if syscall.Kill(-pid, syscall.SIGKILL) != nil {
			return // the last is gone
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Close ends the browser, which then no longer writes into its profile.
func (p *Page) Close() {
	p.session = ""
	_ = p.call("Browser.close", nil, nil)
	<-p.ended
}

// attach begins a session with a new page.
func (p *Page) attach(width, height int) error {
	var target struct{ TargetID string }
	if err := p.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var attached struct{ SessionID string }
	if err := p.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached); err != nil {
		return err
	}
	p.session = attached.SessionID
	for _, domain := range []string{"Page.enable", "Runtime.enable", "Log.enable"} {
		if err := p.call(domain, nil, nil); err != nil {
			return err
		}
	}
	return p.resize(width, height)
}

// resize gives the page a size in pixels.
func (p *Page) resize(width, height int) error {
	return p.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
}

// Scheme makes the page prefer a color scheme: "light" or "dark".
func (p *Page) Scheme(name string) error {
	feature := map[string]string{"name": "prefers-color-scheme", "value": name}
	return p.call("Emulation.setEmulatedMedia", map[string]any{"features": []any{feature}}, nil)
}

// Go opens an address.
func (p *Page) Go(url string) error { return p.call("Page.navigate", map[string]any{"url": url}, nil) }

// Eval evaluates an expression of JavaScript, waits for its promise if it is one, and
// stores the value in result unless that is nil. The error is that of an exception, too.
func (p *Page) Eval(expression string, result any) error {
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.call("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &answer)
	switch {
	case err != nil:
		return err
	case answer.ExceptionDetails != nil:
		return fmt.Errorf("%s %s", answer.ExceptionDetails.Text, answer.ExceptionDetails.Exception.Description)
	case result == nil || answer.Result.Value == nil:
		return nil
	}
	return json.Unmarshal(answer.Result.Value, result)
}

// Drop drops files and directories, by their paths, on the middle of the page.
func (p *Page) Drop(paths ...string) error {
	var size [2]float64
	if err := p.Eval("[innerWidth / 2, innerHeight / 2]", &size); err != nil {
		return err
	}
	for _, event := range []string{"dragEnter", "dragOver", "drop"} {
		data := map[string]any{"items": []any{}, "files": paths, "dragOperationsMask": 1}
		if err := p.call("Input.dispatchDragEvent", map[string]any{"type": event, "x": size[0], "y": size[1], "data": data}, nil); err != nil {
			return err
		}
	}
	return nil
}

// Choose chooses files, or a directory, in the input that a selector of CSS finds.
func (p *Page) Choose(selector string, paths ...string) error {
	var found struct{ Result struct{ ObjectID string } }
	if err := p.call("Runtime.evaluate", map[string]any{"expression": fmt.Sprintf("document.querySelector(%q)", selector)}, &found); err != nil {
		return err
	}
	return p.call("DOM.setFileInputFiles", map[string]any{"objectId": found.Result.ObjectID, "files": paths}, nil)
}

// Screenshot is the page as it is shown, as PNG.
func (p *Page) Screenshot() ([]byte, error) {
	var shot struct{ Data string }
	if err := p.call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(shot.Data)
}

// message is what the browser says: the answer to a call, or an event.
type message struct {
	ID     int
	Result json.RawMessage
	Error  *struct{ Message string }
	Method string
	Params json.RawMessage
}

// call calls a method of the protocol, and stores what it returns in result unless
// that is nil.
func (p *Page) call(method string, params, result any) error {
	p.calls++
	call := map[string]any{"id": p.calls, "method": method}
	if params != nil {
		call["params"] = params
	}
	if p.session != "" {
		call["sessionId"] = p.session
	}
	text, err := json.Marshal(call)
	if err != nil {
		return err
	}
	if _, err := p.to.Write(append(text, 0)); err != nil {
		return err
	}
	for {
		line, err := p.from.ReadBytes(0)
		if err != nil {
			return fmt.Errorf("the browser ended: %w", err)
		}
		var m message
		if err := json.Unmarshal(line[:len(line)-1], &m); err != nil {
			return err
		}
		switch {
		case m.ID != p.calls:
			p.note(m)
		case m.Error != nil:
			return errors.New(method + ": " + m.Error.Message)
		case result != nil:
			return json.Unmarshal(m.Result, result)
		default:
			return nil
		}
	}
}

// note keeps what went wrong in the page.
func (p *Page) note(m message) {
	switch m.Method {
	case "Runtime.exceptionThrown", "Log.entryAdded":
		p.Errors = append(p.Errors, string(m.Params))
	}
}
