package emit

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

// TestFormatterClean measures, for each operation, which share of the files
// that a formatter accepts it accepts after the operation as well.
// WARDNIX_FORMATTER is a command that takes files and prints the names of
// those it would change ("nixfmt --check", "alejandra --check");
// WARDNIX_CORPUS is the directory of files. The shares are printed; nothing fails.
func TestFormatterClean(t *testing.T) {
	command, root := testtool.Given(t, "WARDNIX_FORMATTER"), testtool.Given(t, "WARDNIX_CORPUS")
	dir := t.TempDir()
	files := sample(t, root, 1200)
	clean := unformattedOf(command, files)
	rng := rand.New(rand.NewPCG(1, 2))
	origin := map[string]string{}
	total := map[string]int{}
	for i, path := range files {
		if clean[path] {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := nixast.Parse(path, string(src), nixast.Options{})
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			text, at, ok := change(f, name, rng)
			if !ok {
				continue
			}
			out := filepath.Join(dir, fmt.Sprintf("%s-%d.nix", name, i))
			if err := os.WriteFile(out, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			origin[out] = fmt.Sprintf("%s:%d", path, at)
			total[name]++
		}
	}
	bad := map[string]int{}
	for path := range unformattedOf(command, slices.Sorted(maps.Keys(origin))) {
		name, _, _ := strings.Cut(filepath.Base(path), "-")
		if bad[name]++; bad[name] <= 12 {
			t.Logf("%s: %s\n%s", name, origin[path], formatDiff(command, path))
		}
	}
	t.Logf("%d of %d files were clean before", len(files)-len(clean), len(files))
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		t.Logf("%-14s %5d of %5d clean", name, total[name]-bad[name], total[name])
	}
}

// sample are about limit of the Nix files below root.
func sample(t *testing.T, root string, limit int) []string {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".nix" && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	return files[:min(limit, len(files))]
}

// unformattedOf are the files that the formatter would change.
func unformattedOf(command string, files []string) map[string]bool {
	bad := map[string]bool{}
	words := strings.Fields(command)
	for batch := range slices.Chunk(files, 200) {
		out, _ := exec.Command(words[0], append(words[1:], batch...)...).CombinedOutput()
		for _, file := range batch {
			if strings.Contains(string(out), file) {
				bad[file] = true
			}
		}
	}
	return bad
}

// formatDiff shows what the formatter would change in a file.
func formatDiff(command, path string) string {
	before, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	cmd := exec.Command(strings.Fields(command)[0], "-")
	cmd.Stdin = strings.NewReader(string(before))
	after, err := cmd.Output()
	if err != nil {
		return err.Error()
	}
	return Diff(filepath.Base(path), string(before), string(after))
}

// changes are the operations as a rule would request them.
var changes = map[string]func(*Editor, nixast.Node) ([]Edit, error){
	"insert": func(e *Editor, n nixast.Node) ([]Edit, error) {
		return e.Insert(n, Where{}, A("wardnixA", true), A("wardnixB", []any{"a", "b"}))
	},
	"ensure": func(e *Editor, n nixast.Node) ([]Edit, error) {
		return e.Ensure(n, Where{},
			Attr{Path: []string{"systemd", "services", "wardnix", "serviceConfig", "ProtectHome"}, Value: true},
			Attr{Path: []string{"systemd", "services", "wardnix", "serviceConfig", "UMask"}, Value: "0077"})
	},
	"remove": func(e *Editor, n nixast.Node) ([]Edit, error) { return e.Remove(n) },
	"replace": func(e *Editor, n nixast.Node) ([]Edit, error) {
		return e.Replace(n, "strict")
	},
	"append":        func(e *Editor, n nixast.Node) ([]Edit, error) { return e.Append(n, "AF_UNIX") },
	"removeElement": func(e *Editor, n nixast.Node) ([]Edit, error) { return e.RemoveElement(n) },
	"wrap":          func(e *Editor, n nixast.Node) ([]Edit, error) { return e.Wrap(n, "lib.mkForce ", "") },
	"rename": func(e *Editor, n nixast.Node) ([]Edit, error) {
		b, _ := n.AsBinding()
		return e.Rename(b.Path().Child(0), "wardnixName")
	},
}

// change does one operation somewhere in f.
func change(f *nixast.File, name string, rng *rand.Rand) (text string, line int, ok bool) {
	var nodes []nixast.Node
	for n := range f.Root().Descendants() {
		if suits(name, n) {
			nodes = append(nodes, n)
		}
	}
	rng.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	for _, n := range nodes[:min(5, len(nodes))] {
		edits, err := changes[name](sharing(f), n)
		if err != nil {
			continue
		}
		text, err := Apply(f.Src, edits)
		return text, 1 + strings.Count(f.Src[:n.Span().Start], "\n"), err == nil
	}
	return "", 0, false
}
