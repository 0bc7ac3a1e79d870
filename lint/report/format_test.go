package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

var update = flag.Bool("update", false, "rewrite the golden files to what is written now")

// hostile is a file name as it should not be: blanks, a newline, markup, what
// commands and URIs take for their own, and a byte that is not UTF-8.
const hostile = "a b/x\n<&\"'>,:%é\x01\xff.nix"

// sample is a report with all that a finding can have, in a plain file and in
// one with a hostile name.
func sample() *report.Report {
	plain := nixast.Parse("web.nix", "{\n  # 😀 é\n  a = { /* 😀 */ b = 1; };\n}\n", nixast.Options{})
	odd := nixast.Parse(hostile, "{ b = [\n  2\n]; }\n", nixast.Options{})
	other := &lint.Rule{Page: lint.Page{ID: "T002", Name: "other-rule", Severity: lint.Error, Title: "other things", Text: "Text.", WhenNot: "Never.", References: []string{"systemd.exec(5)"}}}
	first, third := at(plain, "b"), at(odd, "[\n  2\n]")
	edit := func(s nixast.Span, text string) emit.Edit { return emit.Edit{Start: s.Start, End: s.End, New: text} }
	return &report.Report{
		Result: &lint.Result{Files: 2, Findings: []lint.Finding{
			{Rule: rule, Severity: lint.Warning, Message: "message: 100% <b>, it's", File: plain, Span: first, Units: []unit.Ref{{Unit: "web.service"}},
				About: []unit.Ref{{Key: "B"}}, Notes: []lint.Note{{Label: lint.LabelNote, Text: "because"}},
				Related: []lint.Related{{File: odd, Span: third, Message: "and here"}},
				Fixes: []lint.Fix{{Title: "write c", Applicability: lint.Safe, Edits: lint.EditsIn(plain, []emit.Edit{edit(first, "c")})},
					{Title: "write both", Applicability: lint.Unsafe, Breaks: "all", Edits: append(lint.EditsIn(plain, []emit.Edit{edit(first, "c")}), lint.EditsIn(odd, []emit.Edit{edit(third, "[ ]")})...)}}},
			{Rule: rule, Severity: lint.Info, Message: "message: 100% <b>, it's", File: plain, Span: first, Units: []unit.Ref{{Unit: "web.service"}}, About: []unit.Ref{{Key: "B"}}},
			{Rule: other, Severity: lint.Error, Message: "control \x1b and \xff", File: odd, Span: third},
		}},
		Rules: []*lint.Rule{rule, other}, Version: "1.2.3", Dir: "/home/me/my conf", Base: "/home/me/my conf",
	}
}

// The same findings, and none, in each format. The page has tests of its content.
func TestFormats(t *testing.T) {
	none := sample()
	none.Result = &lint.Result{Files: 1}
	for dir, r := range map[string]*report.Report{"formats": sample(), "nothing": none} {
		for _, f := range report.Formats() {
			if f.Name == "html" {
				continue
			}
			t.Run(dir+"/"+f.Name, func(t *testing.T) {
				got := write(t, f.Name, r)
				golden := filepath.Join("testdata", dir, f.Name+".golden")
				if *update {
					if err := os.WriteFile(golden, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}

func write(t *testing.T, format string, r *report.Report) []byte {
	t.Helper()
	f, err := report.FindFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// SARIF is what the schema of OASIS says. The file in testdata is
// docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json.
func TestSarifSchema(t *testing.T) {
	file, err := os.Open("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	none := sample()
	none.Result = &lint.Result{}
	for _, r := range []*report.Report{sample(), none} {
		log, err := jsonschema.UnmarshalJSON(bytes.NewReader(write(t, "sarif", r)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%v", err)
		}
		log.(map[string]any)["version"] = "2.0.0"
		if schema.Validate(log) == nil {
			t.Error("the schema takes anything")
		}
	}
}

// The URI of a file with a hostile name leads to that very file.
func TestSarifURI(t *testing.T) {
	var log struct {
		Runs []struct {
			OriginalURIBaseIDs map[string]struct{ URI string }
			Results            []struct {
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI, URIBaseID string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(write(t, "sarif", sample()), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	at := run.Results[2].Locations[0].PhysicalLocation.ArtifactLocation
	base, err := url.Parse(run.OriginalURIBaseIDs[at.URIBaseID].URI)
	if err != nil {
		t.Fatal(err)
	}
	u, err := base.Parse(at.URI)
	if err != nil {
		t.Fatal(err)
	}
	if want := "/home/me/my conf/" + hostile; u.Path != want {
		t.Errorf("%q, not %q", u.Path, want)
	}
}

// Fingerprints are of one finding each, and stay when lines move.
func TestGitlab(t *testing.T) {
	type issue struct {
		Description, Fingerprint, Severity string
		CheckName                          string `json:"check_name"`
		Location                           struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	read := func(r *report.Report) (out []issue) {
		if err := json.Unmarshal(write(t, "gitlab", r), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	seen := map[string]bool{}
	issues := read(sample())
	for _, i := range issues {
		if i.Description == "" || i.CheckName == "" || i.Location.Path == "" || i.Location.Lines.Begin == 0 || i.Severity == "" || seen[i.Fingerprint] {
			t.Errorf("%+v", i)
		}
		seen[i.Fingerprint] = true
	}
	moved := sample()
	f := &moved.Result.Findings[0]
	f.File = nixast.Parse(f.File.Name, "\n\n"+f.File.Src, nixast.Options{})
	f.Span.Start, f.Span.End = f.Span.Start+2, f.Span.End+2
	f.Fixes = nil
	if now := read(moved); now[0].Fingerprint != issues[0].Fingerprint {
		t.Error("the fingerprint moves with the line")
	}
}

// XML is read again by a strict parser.
func TestXML(t *testing.T) {
	for _, format := range []string{"junit", "checkstyle"} {
		d := xml.NewDecoder(bytes.NewReader(write(t, format, sample())))
		n := map[string]int{}
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok {
				n[e.Name.Local]++
			}
		}
		if n["failure"]+n["error"] != 3 || n["testsuite"]+n["file"] != 2 {
			t.Errorf("%s: %v", format, n)
		}
	}
}

// A finding is one line, whatever its names and messages hold.
func TestLines(t *testing.T) {
	for _, format := range []string{"jsonl", "rdjsonl", "github", "errfmt"} {
		if got := strings.Split(strings.TrimSuffix(string(write(t, format, sample())), "\n"), "\n"); len(got) != 3 {
			t.Errorf("%s: %q", format, got)
		}
	}
}

func TestFindFormat(t *testing.T) {
	if f, err := report.FindFormat("text"); err != nil || f.Name != "full" {
		t.Errorf("%v %v", f.Name, err)
	}
	for name, want := range map[string]string{
		"srif": `there is no format "srif"; did you mean sarif?`,
		"?":    `there is no format "?"; formats are full, concise, json, `,
	} {
		if _, err := report.FindFormat(name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
}
