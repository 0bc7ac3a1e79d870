package eval

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

var update = flag.Bool("update", false, "let Nix write the expected values anew; lib's need WARDNIX_NIXPKGS_LIB")

// TestCases evaluates testdata/cases/*.nix. Next to each file lies the
// value that Nix computes. Everything in these files must be known.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.nix")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		want := nixValues(t, file)
		ev := New(Options{})
		set := ev.Call(ev.File(parseFile(t, file)), NewAttrs(map[string]*Thunk{"lib": ev.Lib()}))
		for _, a := range ev.Attrs(set).All() {
			t.Run(filepath.Base(file)+"/"+a.Name, func(t *testing.T) {
				got := ev.Value(a)
				c := comparison{ev: ev}
				if diff := c.compare(a.Name, got, want[a.Name]); diff != "" {
					t.Error(diff)
				} else if c.unknown > 0 {
					t.Errorf("not known as a whole: %s", dump(ev, got, 6))
				}
			})
		}
		if n := len(ev.Attrs(set).All()); n != len(want) {
			t.Errorf("%s: %d cases, and Nix has %d: run with -update", file, n, len(want))
		}
	}
}

// TestNixpkgsLib evaluates nixpkgs' own lib, and the cases with it instead of
// with what this package knows of lib.
func TestNixpkgsLib(t *testing.T) {
	dir := testtool.Given(t, "WARDNIX_NIXPKGS_LIB")
	d := &directory{dir, map[string]*nixast.File{}}
	ev := New(Options{Importer: d})
	f, err := d.Import("lib")
	if err != nil {
		t.Fatal(err)
	}
	want := nixValues(t, "testdata/cases/lib.nix")
	set := ev.Call(ev.File(parseFile(t, "testdata/cases/lib.nix")), NewAttrs(map[string]*Thunk{"lib": ev.File(f)}))
	known := 0
	for _, a := range ev.Attrs(set).All() {
		c := comparison{ev: ev}
		if diff := c.compare(a.Name, ev.Value(a), want[a.Name]); diff != "" {
			t.Error(diff)
		} else if c.unknown > 0 {
			t.Logf("%s is not known as a whole: %s", a.Name, dump(ev, ev.Value(a), 4))
		} else {
			known++
		}
	}
	t.Logf("%d of %d cases are known", known, len(want))
}

func parseFile(t testing.TB, file string) *nixast.File {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := nixast.Parse(file, string(src), nixast.Options{})
	for _, d := range f.Diagnostics {
		t.Fatalf("%s:%v: %s", file, d.Span, d.Message)
	}
	return f
}

// nixValues are the values that lie next to the file.
func nixValues(t *testing.T, file string) map[string]any {
	t.Helper()
	golden := strings.TrimSuffix(file, ".nix") + ".json"
	if *update {
		testtool.Need(t, "nix-instantiate")
		out := runNix(t, fmt.Sprintf("import %s { lib = %s; }", absolute(t, file), libExpr()))
		var b bytes.Buffer
		if err := json.Indent(&b, out, "", "  "); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, data).(map[string]any)
}

func absolute(t testing.TB, file string) string {
	t.Helper()
	abs, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func libExpr() string {
	if dir := os.Getenv("WARDNIX_NIXPKGS_LIB"); dir != "" {
		return "import " + dir + "/lib"
	}
	return "{ }"
}

// runNix evaluates an expression with Nix.
func runNix(t testing.TB, expr string) []byte {
	t.Helper()
	out, err := tryNix(expr)
	if err != nil {
		t.Fatalf("nix: %v\n%s", err, expr)
	}
	return out
}

func tryNix(expr string) ([]byte, error) {
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "-")
	cmd.Stdin = strings.NewReader(expr)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	return out, nil
}

func decode(t testing.TB, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// comparison compares values with Nix's. What is unknown fits everything and
// is counted; of several cases one must fit.
type comparison struct {
	ev      *Evaluator
	unknown int
}

func (c *comparison) compare(at string, t *Thunk, want any) string {
	switch v := c.ev.Force(t).(type) {
	case *Unknown:
		c.unknown++
		if v.Failure != NoFailure {
			return fmt.Sprintf("%s: fails (%s), and Nix says %v", at, v.Reason, want)
		}
	case *Null:
		return c.scalar(at, nil, want)
	case *Bool:
		return c.scalar(at, v.V, want)
	case *Int:
		return c.scalar(at, json.Number(itoa(int(v.V))), want)
	case *Float:
		n, ok := want.(json.Number)
		if f, err := n.Float64(); !ok || err != nil || math.Abs(f-v.V) > 1e-5*math.Abs(v.V) {
			return fmt.Sprintf("%s: is %v, and Nix says %v", at, v.V, want)
		}
	case *String:
		return c.text(at, v, want)
	case *Path:
		if s, ok := v.Text(); !ok || v.Source || want != s {
			c.unknown++ // Nix copies it and says where to
		}
	case *List:
		return c.list(at, v, want)
	case *Attrs:
		return c.attrs(at, v, want)
	case *Choice:
		c.unknown++
		var diffs []string
		for _, k := range c.ev.Cases(t) {
			diff := (&comparison{ev: c.ev}).compare(at, k.Value, want)
			if diff == "" {
				return ""
			}
			diffs = append(diffs, diff)
		}
		return "none of the cases: " + strings.Join(diffs, "; ")
	case *Function:
		return fmt.Sprintf("%s: is a function, and Nix says %v", at, want)
	}
	return ""
}

func (c *comparison) scalar(at string, got, want any) string {
	if got != want {
		return fmt.Sprintf("%s: is %v, and Nix says %v", at, got, want)
	}
	return ""
}

func (c *comparison) text(at string, s *String, want any) string {
	text, ok := want.(string)
	if !ok || !s.matches(text) {
		return fmt.Sprintf("%s: is %q, and Nix says %v", at, s.Pattern(), want)
	}
	if _, known := s.Text(); !known {
		c.unknown++
	}
	return ""
}

func (c *comparison) list(at string, l *List, want any) string {
	elements, ok := want.([]any)
	if !ok {
		return fmt.Sprintf("%s: is a list, and Nix says %v", at, want)
	}
	if !certainItems(l.Items) {
		c.unknown++
		return ""
	}
	if len(elements) != len(l.Items) {
		return fmt.Sprintf("%s: has %d elements, and Nix says %v", at, len(l.Items), want)
	}
	for i, it := range l.Items {
		if diff := c.compare(fmt.Sprintf("%s[%d]", at, i), it.Value, elements[i]); diff != "" {
			return diff
		}
	}
	return ""
}

func (c *comparison) attrs(at string, a *Attrs, want any) string {
	set, ok := want.(map[string]any)
	if !ok {
		if len(a.Lookup("outPath").Defs)+len(a.Lookup("__toString").Defs) > 0 {
			c.unknown++ // as JSON, such a set is a string
			return ""
		}
		return fmt.Sprintf("%s: is a set, and Nix says %v", at, want)
	}
	if !a.closed() {
		c.unknown++
	}
	for name := range set {
		if len(a.Lookup(name).Defs) == 0 {
			return fmt.Sprintf("%s: lacks %q, and Nix says %v", at, name, want)
		}
	}
	for _, x := range a.All() {
		value, there := set[x.Name]
		switch {
		case !there && x.Certain():
			return fmt.Sprintf("%s: has %q, and Nix says %v", at, x.Name, want)
		case there:
			if diff := c.compare(at+"."+x.Name, c.ev.Value(x), value); diff != "" {
				return diff
			}
		}
	}
	return ""
}
