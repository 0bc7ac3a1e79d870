package report

import (
	"fmt"
	"io"
	"path"
	"strings"

	"wardnix/lint"
	"wardnix/lint/spell"
	"wardnix/nixast"
)

// Report is what a run of the linter came to, with all that a format may want
// to tell of it.
type Report struct {
	Result *lint.Result
	// Diff is what the fixes change; "" where that was not asked for.
	Diff string
	// Statistics asks for counts per rule: in place of the findings in formats
	// for people, besides them in JSON.
	Statistics bool
	// Exposure gives the services whose exposure the fixes change, for those
	// who ask for it.
	Exposure func() []ExposureChange
	// Rules are all rules that there are, in order.
	Rules []*lint.Rule
	// Version is that of wardnix.
	Version string
	// Dir is the working directory, which the names of files start from: an
	// absolute path with "/".
	Dir string
	// Base is where the host of the report wants paths to start from, such as
	// the checkout of a pipeline: an absolute path with "/".
	Base string
	// Page makes what the HTML format shows.
	Page func() *Page
	// Style is for formats that people read.
	Style Style
}

// ExposureChange is the exposure of a service before and after the fixes, from
// 0.0 to 10.0, as systemd-analyze security prints it.
type ExposureChange struct{ Unit, Before, After string }

// shownChanges is the number of services whose exposure is told.
const shownChanges = 5

// exposure tells what the fixes make of the exposure of services.
func (r *Report) exposure() string {
	var b strings.Builder
	changes := r.Exposure()
	for i, c := range changes {
		if i == shownChanges {
			fmt.Fprintf(&b, "and of %s more\n", plural(len(changes)-i, "service"))
			break
		}
		fmt.Fprintf(&b, "exposure of %s: %s → %s\n", Name(c.Unit), c.Before, c.After)
	}
	return b.String()
}

// Format is one way to write a report.
type Format struct {
	// Name is what --format takes.
	Name string
	// Line says in a few words what it is.
	Line string
	// Diff tells that the format shows Report.Diff itself.
	Diff bool
	// Statistics tells that the format knows Report.Statistics.
	Statistics bool
	// Write writes the report. The error is that of the writer.
	Write func(w io.Writer, r *Report) error
}

// Formats are all formats, the default first.
func Formats() []Format {
	return []Format{
		{Name: "full", Line: "findings with their source lines, for people", Statistics: true, Write: full},
		{Name: "concise", Line: "a line for each finding", Statistics: true, Write: concise},
		{Name: "json", Line: "one JSON object", Diff: true, Statistics: true, Write: writeJSON},
		{Name: "jsonl", Line: "a JSON object for each finding, one a line", Write: jsonl},
		{Name: "html", Line: "a page for browsers", Diff: true, Write: writeHTML},
		{Name: "sarif", Line: "SARIF 2.1.0, for code scanning", Write: sarif},
		{Name: "github", Line: "annotations of GitHub Actions", Write: github},
		{Name: "gitlab", Line: "a Code Quality report of GitLab", Write: gitlab},
		{Name: "junit", Line: "JUnit XML", Write: junit},
		{Name: "rdjsonl", Line: "for reviewdog, with suggestions", Write: rdjsonl},
		{Name: "checkstyle", Line: "Checkstyle XML", Write: checkstyle},
		{Name: "errfmt", Line: "for editors: file:line:column: severity: message", Write: errfmt},
	}
}

// FindFormat is the format of a name; "text" is an older name of "full".
func FindFormat(name string) (Format, error) {
	if name == "text" {
		name = "full"
	}
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	if near := spell.Nearest(name, names); near != "" {
		return Format{}, fmt.Errorf("there is no format %q; did you mean %s?", name, near)
	}
	return Format{}, fmt.Errorf("there is no format %q; formats are %s", name, strings.Join(names, ", "))
}

func full(w io.Writer, r *Report) error {
	if r.Statistics {
		_, err := io.WriteString(w, r.Style.statistics(r.Result)+r.Style.summary(r.Result))
		return err
	}
	if err := r.Style.Text(w, r.Result); err != nil {
		return err
	}
	_, err := io.WriteString(w, r.exposure())
	return err
}

func writeJSON(w io.Writer, r *Report) error {
	out := newJSON(r.Result, r.Diff)
	if r.Statistics {
		out.Statistics = CountRules(r.Result.Findings)
	}
	return writeIndented(w, out)
}

func writeHTML(w io.Writer, r *Report) error { return HTML(w, r.Page()) }

// path is the file's absolute path.
func (r *Report) path(f *nixast.File) string {
	if path.IsAbs(f.Name) {
		return f.Name
	}
	return path.Join(r.Dir, f.Name)
}

// name is the file's name as the host of the report looks for it: from Base
// where it lies there, else from the working directory.
func (r *Report) name(f *nixast.File) string {
	if rel, ok := strings.CutPrefix(r.path(f), strings.TrimSuffix(r.Base, "/")+"/"); ok && r.Base != "" {
		return rel
	}
	return f.Name
}
