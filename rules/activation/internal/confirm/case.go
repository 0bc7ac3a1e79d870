package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

//go:embed cases/*.txtar
var files embed.FS

// A testCase is an archive of units, what to do with them, and what then has to be seen.
type testCase struct {
	name string
	rule string // its ID
	// claim is what the page of the rule says, in a sentence.
	claim string
	units []txtar.File
	try   string
	// want is what the script has to print, by the first version that prints it; 0 for all
	// versions before.
	want map[int]string
	// found are the units that the rule reports, if it applies to evaluated systems.
	found []string
}

// link begins the text of a unit file that is a link.
const link = "-> "

// readCases reads all cases, by name. The first line of each is the ID of the rule and the claim.
func readCases() ([]*testCase, error) {
	names, err := files.ReadDir("cases")
	if err != nil {
		return nil, err
	}
	var cases []*testCase
	for _, n := range names {
		text, err := files.ReadFile(path.Join("cases", n.Name()))
		if err != nil {
			return nil, err
		}
		c, err := parseCase(strings.TrimSuffix(n.Name(), ".txtar"), text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Name(), err)
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func parseCase(name string, text []byte) (*testCase, error) {
	a := txtar.Parse(text)
	c := &testCase{name: name, want: map[int]string{}}
	var ok bool
	if c.rule, c.claim, ok = strings.Cut(strings.Join(strings.Fields(string(a.Comment)), " "), ": "); !ok {
		return nil, fmt.Errorf("the first line is not the ID of a rule and a claim")
	}
	for _, f := range a.Files {
		switch since, isWant := strings.CutPrefix(f.Name, "want"); {
		case f.Name == "try.sh":
			c.try = string(f.Data)
		case f.Name == "found":
			c.found = strings.Fields(string(f.Data))
		case isWant:
			version, err := strconv.Atoi(cmp.Or(strings.TrimPrefix(since, "-"), "0"))
			if err != nil {
				return nil, err
			}
			c.want[version] = string(f.Data)
		default:
			c.units = append(c.units, f)
		}
	}
	if c.try == "" || len(c.want) == 0 {
		return nil, fmt.Errorf("it lacks try.sh or want")
	}
	return c, nil
}

// wantIn is what a version of systemd has to show.
func (c *testCase) wantIn(version int) string {
	newest, want := -1, ""
	for since, text := range c.want {
		if since <= version && since > newest {
			newest, want = since, text
		}
	}
	return want
}

// chosen are the cases with one of the names.
func chosen(cases []*testCase, names []string) []*testCase {
	return slices.DeleteFunc(cases, func(c *testCase) bool { return !slices.Contains(names, c.name) })
}

// archive are the units of all cases, for tar.
func archive(cases []*testCase) (string, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, c := range cases {
		for _, u := range c.units {
			header := &tar.Header{Name: u.Name, Mode: 0o644, Size: int64(len(u.Data))}
			target, isLink := strings.CutPrefix(strings.TrimSpace(string(u.Data)), link)
			if isLink {
				header = &tar.Header{Name: u.Name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}
			}
			if err := w.WriteHeader(header); err != nil {
				return "", err
			}
			if isLink {
				continue
			}
			if _, err := w.Write(u.Data); err != nil {
				return "", err
			}
		}
	}
	err := w.Close()
	return b.String(), err
}
