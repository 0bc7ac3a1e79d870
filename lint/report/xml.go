package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"wardnix/lint"
)

type (
	checkstyleReport struct {
		XMLName xml.Name         `xml:"checkstyle"`
		Version string           `xml:"version,attr"`
		Files   []checkstyleFile `xml:"file"`
	}
	checkstyleFile struct {
		Name   string            `xml:"name,attr"`
		Errors []checkstyleError `xml:"error"`
	}
	checkstyleError struct {
		Line     int    `xml:"line,attr"`
		Column   int    `xml:"column,attr"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
)

// checkstyle writes the XML of Checkstyle: findings by file.
func checkstyle(w io.Writer, r *Report) error {
	out := checkstyleReport{Version: "4.3"}
	for _, fs := range byFile(r.Result.Findings) {
		file := checkstyleFile{Name: xmlText(fs[0].File.Name)}
		for _, f := range fs {
			p := f.File.Position(f.Span.Start)
			file.Errors = append(file.Errors, checkstyleError{p.Line, p.Column, f.Severity.String(), xmlText(f.Message + " (" + f.Rule.Help() + ")"), "wardnix." + f.Rule.ID})
		}
		out.Files = append(out.Files, file)
	}
	return writeXML(w, out)
}

type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Line      int           `xml:"line,attr,omitempty"`
		Failure   *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// junit writes the XML of JUnit: a suite for each file, and in it a failed test
// for each finding. Where there is none, one test passed: hosts take a report
// without tests for a mistake.
func junit(w io.Writer, r *Report) error {
	out := junitReport{Name: "wardnix"}
	for _, fs := range byFile(r.Result.Findings) {
		name := xmlText(fs[0].File.Name)
		suite := junitSuite{Name: name, Tests: len(fs), Failures: len(fs)}
		for _, f := range fs {
			p := f.File.Position(f.Span.Start)
			suite.Cases = append(suite.Cases, junitCase{
				Name:      fmt.Sprintf("%s %s (%d:%d)", f.Rule.ID, f.Rule.Name, p.Line, p.Column),
				Classname: name, File: name, Line: p.Line,
				Failure: &junitFailure{f.Severity.String(), xmlText(f.Message), xmlText(fmt.Sprintf("%s:%d:%d\n%s", f.File.Name, p.Line, p.Column, withNotes(f)))},
			})
		}
		out.Tests, out.Failures = out.Tests+len(fs), out.Failures+len(fs)
		out.Suites = append(out.Suites, suite)
	}
	if len(out.Suites) == 0 {
		out.Tests = 1
		out.Suites = []junitSuite{{Name: "wardnix", Tests: 1, Cases: []junitCase{{Name: "nothing to report", Classname: "wardnix"}}}}
	}
	return writeXML(w, out)
}

// byFile groups findings, which are sorted by file.
func byFile(fs []lint.Finding) [][]lint.Finding {
	var out [][]lint.Finding
	for i, f := range fs {
		if i == 0 || fs[i-1].File.Name != f.File.Name {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], f)
	}
	return out
}

// xmlText is text with U+FFFD for what XML 1.0 cannot hold, escaped or not.
func xmlText(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			return r
		}
		return '\uFFFD'
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
