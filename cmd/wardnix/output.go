package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/files"
	"wardnix/lint/nixos"
	"wardnix/lint/release"
	"wardnix/lint/report"
	"wardnix/lint/workspace"
)

// report writes a report where the flags say: to a file, to standard output, or to
// standard error if the former is for other text. A diff that the format does not
// show has standard output for itself, so that it can be piped into git apply.
func (c *Command) report(f *outputFlags, format report.Format, r *report.Report, elsewhere bool) int {
	var file bytes.Buffer
	w := c.Stdout
	switch {
	case f.outputFile != "":
		w = &file
	case elsewhere:
		w = c.Stderr
	}
	r.Statistics, r.Version, r.Quiet = f.statistics, release.Full(), f.quiet
	r.Date = c.today()
	r.Base, r.Style = c.base(r.Dir), c.style(f.color, w, r.Dir)
	if f.trend != "" {
		past, err := c.past(format, f.trend)
		if err != nil {
			return c.fail("%s: %v", report.Name(f.trend), err)
		}
		r.Past = past
	}
	err := format.Write(w, r)
	if err == nil && f.outputFile != "" {
		err = emit.WriteNew(c.abs(f.outputFile), file.Bytes())
	}
	if err != nil {
		return c.fail("%v", err)
	}
	if !format.Diff {
		c.print(report.Diff(r.Diff))
	}
	if !format.Changes || f.outputFile != "" { // nobody may read the report now
		return c.sources(r.Result.Findings)
	}
	return exitClean
}

// past reads an earlier HTML report, for a format that shows it.
func (c *Command) past(format report.Format, name string) (*report.Past, error) {
	if !format.Hosts {
		return nil, errors.New("--trend needs --format html")
	}
	page, err := files.Read(c.abs(name), files.MaxList)
	if err != nil {
		return nil, err
	}
	return report.ReadPast(page)
}

// today is the day of a report: that of SOURCE_DATE_EPOCH, if it is set, so that a
// build makes the same report again.
func (c *Command) today() string {
	at := time.Now()
	if seconds, err := strconv.ParseInt(c.env("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		at = time.Unix(seconds, 0)
	}
	return at.UTC().Format(time.DateOnly)
}

// warnOld says on standard error which releases are too old to be judged as they are.
func (c *Command) warnOld(w *workspace.Workspace) {
	if w.Project == nil {
		return
	}
	for _, line := range w.TooOld() {
		c.say("note: " + line)
	}
}

// describe says on standard error what was read, and by which settings.
func (c *Command) describe(w *workspace.Workspace) {
	name := w.Main.Name
	if name == "" {
		name = "none"
	}
	c.warn(report.Textf("settings: %s\n", report.Name(name)))
	if w.Project == nil {
		return
	}
	read := w.Project.Files()
	c.warn(report.Textf("files: %d, of which %d are linted\n", len(read), countAsked(read)))
	for _, h := range w.Project.Hosts() {
		name, nixosRelease := h.Name, "not known"
		if name == "" {
			name = "files of no host"
		}
		if h.ReleaseKnown {
			nixosRelease = h.Release.String()
		}
		c.warn(report.Textf("%s: %s, systemd %d, NixOS %s\n", name, plural(len(h.Units), "unit"), h.Systemd, nixosRelease))
	}
}

func countAsked(files []*nixos.File) int {
	n := 0
	for _, f := range files {
		if f.Reported {
			n++
		}
	}
	return n
}

// sources says on standard error what could not be read.
func (c *Command) sources(found []lint.Finding) int {
	status := exitClean
	for _, f := range found {
		if lint.LeavesUnchecked([]lint.Finding{f}) {
			p := f.File.Position(f.Span.Start)
			status = c.fail("%s:%d:%d: %s", report.Name(f.File.Name), p.Line, p.Column, f.Message)
		}
	}
	return status
}

// colors reports whether to color what goes to w: FORCE_COLOR wins over
// NO_COLOR and a dumb terminal, and those over whether w is a terminal.
func (c *Command) colors(when string, w io.Writer) bool {
	switch when {
	case "always":
		return true
	case "never":
		return false
	}
	if force, ok := c.Env("FORCE_COLOR"); ok && force != "" {
		return force != "0"
	}
	if no, ok := c.Env("NO_COLOR"); ok && no != "" {
		return false
	}
	if t, ok := c.Env("TERM"); ok && t == "dumb" {
		return false
	}
	return terminal(w) != nil
}

// terminal is the file after w, if that is a terminal; else nil.
func terminal(w io.Writer) *os.File {
	if o, ok := w.(*output); ok {
		w = o.w
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// style is how to write to w for people; names of files start from dir.
func (c *Command) style(when string, w io.Writer, dir string) report.Style {
	s := report.Style{Color: c.colors(when, w)}
	f := terminal(w)
	if f != nil {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			s.Width = columns
		}
	}
	if s.Color && c.links(f != nil) {
		s.Links = dir
	}
	return s
}

// links reports whether to write links: FORCE_HYPERLINK wins, else a terminal must
// say in its way that it is one of those that show them.
func (c *Command) links(tty bool) bool {
	if force, ok := c.Env("FORCE_HYPERLINK"); ok && force != "" {
		return force != "0"
	}
	if _, ci := c.Env("CI"); ci || !tty {
		return false
	}
	for _, name := range []string{"KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "WEZTERM_PANE"} {
		if _, ok := c.Env(name); ok {
			return true
		}
	}
	if vte, ok := c.Env("VTE_VERSION"); ok {
		n, err := strconv.Atoi(vte)
		return err == nil && n >= 5000 // 0.50 of VTE was the first
	}
	program, _ := c.Env("TERM_PROGRAM")
	kind, _ := c.Env("TERM")
	return slices.Contains([]string{"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby"}, program) ||
		slices.Contains([]string{"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"}, kind)
}

// progress says on a terminal what takes long, once it has taken a second, and
// takes it back when stop is called, once. Quiet commands say nothing.
func (c *Command) progress(quiet bool, what string) (stop func()) {
	if kind, _ := c.Env("TERM"); quiet || kind == "dumb" || terminal(c.Stderr) == nil {
		return func() {}
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-done:
			return
		case <-time.After(time.Second):
		}
		io.WriteString(c.Stderr, "wardnix: "+what+"…")
		<-done
		io.WriteString(c.Stderr, "\r\x1b[K")
	}()
	return func() { close(done); <-gone }
}

// base is the directory that the host of the run wants paths to start from: the
// checkout of a pipeline that the working directory lies in, else that itself.
func (c *Command) base(dir string) string {
	for _, name := range []string{"GITHUB_WORKSPACE", "CI_PROJECT_DIR"} {
		checkout, ok := c.Env(name)
		checkout = filepath.ToSlash(filepath.Clean(checkout))
		if ok && path.IsAbs(checkout) && strings.HasPrefix(dir+"/", checkout+"/") {
			return checkout
		}
	}
	return dir
}

// plural is a number of things: "1 unit", "2 units".
func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}
