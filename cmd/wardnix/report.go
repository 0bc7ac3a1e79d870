package main

import (
	"bytes"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"wardnix/lint"
	"wardnix/lint/report"
)

// report prints the findings, and the diff if there is one. A diff that the
// format does not show has standard output for itself, so that it can be piped
// into git apply; so has the text that was fixed on its way through.
func (v *lintVerb) report(c *Command, s *workspace, l *lint.Linter, r *lint.Result, diff string, piped bool) error {
	if v.diff { // the files are as they were
		r = &lint.Result{Project: s.project, Files: r.Files, Findings: r.Before, Ignored: r.Ignored}
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
		Page:  func() *report.Page { return page(r, r.Project, l, diff) },
		Style: report.Style{Color: c.colors(v.color, w)},
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

// formatNames are the formats as help lists them.
func formatNames() string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
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
	if o, ok := w.(*output); ok {
		w = o.w
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
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
