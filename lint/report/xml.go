package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"wardnix/lint"
)

// JUnit writes a test suite for each file with findings, in which each finding is a
// test that failed; without findings, a test that passed. (Schema: Jenkins'
// junit-10.xsd.)
func JUnit(w io.Writer, r *Report) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	type testcase struct {
		Name      string   `xml:"name,attr"`
		ClassName string   `xml:"classname,attr"`
		Failure   *failure `xml:"failure,omitempty"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	var suites []suite
	for name, findings := range byFile(r) {
		s := suite{Name: name, Tests: len(findings), Failures: len(findings)}
		for _, f := range findings {
			p := f.File.Position(f.Span.Start)
			place := fmt.Sprintf("%s:%d:%d", name, p.Line, p.Column)
			s.Cases = append(s.Cases, testcase{
				Name: fmt.Sprintf("%s %d:%d", f.Rule.ID, p.Line, p.Column), ClassName: name,
				Failure: &failure{f.Message, f.Severity.String(), place + "\n" + withNotes(f)},
			})
		}
		suites = append(suites, s)
	}
	if suites == nil {
		suites = []suite{{Name: "wardnix", Tests: 1, Cases: []testcase{{Name: "no findings", ClassName: "wardnix"}}}}
	}
	n := len(r.Result.Findings)
	return writeXML(w, struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}{Name: "wardnix", Tests: max(n, 1), Failures: n, Suites: suites})
}

// Checkstyle writes findings as checkstyle does. Columns are characters from 1.
func Checkstyle(w io.Writer, r *Report) error {
	type problem struct {
		Line     int    `xml:"line,attr"`
		Column   int    `xml:"column,attr"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
	type file struct {
		Name   string    `xml:"name,attr"`
		Errors []problem `xml:"error"`
	}
	var files []file
	for name, findings := range byFile(r) {
		one := file{Name: name}
		for _, f := range findings {
			p := f.File.Position(f.Span.Start)
			one.Errors = append(one.Errors, problem{p.Line, p.Column, f.Severity.String(), f.Message, "wardnix." + f.Rule.ID})
		}
		files = append(files, one)
	}
	return writeXML(w, struct {
		XMLName xml.Name `xml:"checkstyle"`
		Version string   `xml:"version,attr"`
		Files   []file   `xml:"file"`
	}{Version: "4.3", Files: files})
}

// byFile yields the findings, which are sorted, file by file.
func byFile(r *Report) func(yield func(string, []lint.Finding) bool) {
	return func(yield func(string, []lint.Finding) bool) {
		findings := r.Result.Findings
		for len(findings) > 0 {
			n := 1
			for n < len(findings) && findings[n].File.Name == findings[0].File.Name {
				n++
			}
			if !yield(r.name(findings[0].File), findings[:n]) {
				return
			}
			findings = findings[n:]
		}
	}
}

// writeXML writes a document. Characters that XML cannot hold become U+FFFD.
func writeXML(w io.Writer, document any) error {
	text, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}
