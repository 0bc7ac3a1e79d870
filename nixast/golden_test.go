package nixast

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file, or writes the file.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// TestGolden compares the tree of each file in testdata/golden, and its
// canonical text in both dialects.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.nix")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	options := CanonicalOptions{Dir: "/dir", Home: "/home/user"}
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(path, ".nix")
		now := Parse(path, string(src), Options{})
		checkTree(t, now)
		golden(t, base+".tree", DumpTree(now))
		if !now.Accepts() {
			continue
		}
		golden(t, base+".2.36", Canonical(now, options))
		golden(t, base+".2.8", Canonical(Parse(path, string(src), Options{Dialect: Nix28}), options))
	}
}

// TestDiagnostics compares what is reported of the mistakes in
// testdata/diagnostics.txt. A line "----" divides source and diagnostics, a
// line "====" the cases.
func TestDiagnostics(t *testing.T) {
	const path = "testdata/diagnostics.txt"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for i, c := range strings.Split(string(b), "====\n") {
		src, _, _ := strings.Cut(c, "----\n")
		if i > 0 {
			got.WriteString("====\n")
		}
		got.WriteString(src + "----\n")
		f := Parse("", src, Options{})
		checkTree(t, f)
		for _, d := range f.Diagnostics {
			got.WriteString(describe(f, d))
		}
	}
	golden(t, path, []byte(got.String()))
}

func describe(f *File, d Diagnostic) string {
	at, end := f.Position(d.Span.Start), f.Position(d.Span.End)
	s := fmt.Sprintf("%d:%d-%d:%d %s\n", at.Line, at.Column, end.Line, end.Column, d.Message)
	if d.Hint != "" {
		s += "  hint: " + d.Hint + "\n"
	}
	for _, r := range d.Related {
		at := f.Position(r.Span.Start)
		s += fmt.Sprintf("  %d:%d %s\n", at.Line, at.Column, r.Message)
	}
	return s
}
