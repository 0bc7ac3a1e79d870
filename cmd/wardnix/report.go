package main

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
)

// report prints the findings, and the diff if there is one. A diff that the
// format does not show has standard output for itself, so that it can be piped
// into git apply; so has the text that was fixed on its way through.
func (v *lintVerb) report(c *Command, s *workspace, l *lint.Linter, r *lint.Result, diff string, piped bool) error {
	after := r.Project
	if v.diff { // the files are as they were
		r = &lint.Result{Project: s.project, Files: r.Files, Findings: r.Before, Ignored: r.Ignored, Known: r.Known}
	}
	format, err := report.FindFormat(v.format)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	w := c.Stdout
	switch {
	case v.outputFile != "":
		w = &file
	case v.diff && !format.Diff || piped:
		w = c.Stderr
	}
	err = format.Write(w, &report.Report{
		Result: r, Diff: diff, Statistics: v.statistics, Rules: s.catalogue, Version: version(),
		Dir: s.finder.Base, Base: c.base(s.finder.Base),
		Exposure: func() []report.ExposureChange { return exposureChanges(s.project, after) },
		Page:     func() *report.Page { return page(r, r.Project, l, diff) },
		Style:    c.style(v.color, w, s.finder.Base),
	})
	if err == nil && v.outputFile != "" {
		err = writeNew(c.abs(v.outputFile), file.Bytes())
	}
	if err != nil || format.Diff {
		return err
	}
	_, err = io.WriteString(c.Stdout, diff)
	return err
}

// exposureChanges are the services whose exposure differs after the fixes, those
// that gain most first. Where the source leaves it open, nothing is told.
func exposureChanges(before, after *nixos.Project) []report.ExposureChange {
	if after == nil || after == before {
		return nil
	}
	type gain struct {
		report.ExposureChange
		key unitKey
		by  security.Exposure
	}
	var gains []gain
	later := assessments(after)
	for key, was := range assessments(before) {
		is := later[key]
		if is == nil || was.Low != was.High || is.Low != is.High || was.Low == is.Low {
			continue
		}
		change := report.ExposureChange{Unit: key.name, Before: was.Low.String(), After: is.Low.String()}
		gains = append(gains, gain{change, key, was.Low - is.Low})
	}
	slices.SortFunc(gains, func(a, b gain) int {
		return cmp.Or(cmp.Compare(b.by, a.by), cmp.Compare(a.key.name, b.key.name), cmp.Compare(a.key.host, b.key.host), cmp.Compare(a.key.scope, b.key.scope))
	})
	var changes []report.ExposureChange
	for _, g := range gains {
		changes = append(changes, g.ExposureChange)
	}
	return slices.Compact(changes) // hosts that share a service
}

// formats are the names of the formats of a report.
func formats() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// formatNames are the formats as help lists them.
func formatNames() string {
	names := formats()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// colors reports whether to colour what goes to w: FORCE_COLOR wins over
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

// terminal is the file behind w, if that is a terminal; else nil.
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
// takes it back when stop is called, once.
func (c *Command) progress(what string) (stop func()) {
	if kind, _ := c.Env("TERM"); kind == "dumb" || terminal(c.Stderr) == nil {
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

// base is the folder that the host of the run wants paths to start from: the
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
