package emit

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

// TestCorpus runs every exercise on every Nix file below the directory that
// WARDNIX_CORPUS names, at three nodes a file, and prints how many were done
// and how many refused. There must be no defect.
func TestCorpus(t *testing.T) {
	root := testtool.Given(t, "WARDNIX_CORPUS")
	done, refused := map[string]int{}, map[string]int{}
	files, defects := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".nix" || !d.Type().IsRegular() {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		f := nixast.Parse(path, string(src), nixast.Options{PipeOperators: true})
		if syntaxError(f) != nil || slices.ContainsFunc(f.Diagnostics, isDuplicate) {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(exercises)) {
			for _, r := range exerciseFile(f, name, 3) {
				switch {
				case r.err == nil:
					done[name]++
				case errors.Is(r.err, errDefect):
					defects++
					if defects < 40 {
						line := 1 + strings.Count(f.Src[:r.at], "\n")
						t.Errorf("%s: %s:%d: %v", name, path, line, r.err)
					}
				default:
					refused[name]++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d defects", files, defects)
	for _, name := range slices.Sorted(maps.Keys(exercises)) {
		t.Logf("%-14s %7d done %7d refused", name, done[name], refused[name])
	}
}

func isDuplicate(d nixast.Diagnostic) bool { return d.Code == nixast.DuplicateAttr }

type outcome struct {
	at  int
	err error
}

// exerciseFile runs an exercise at up to limit nodes of f, chosen by a hash of
// the file's name.
func exerciseFile(f *nixast.File, name string, limit int) []outcome {
	var nodes []nixast.Node
	for n := range f.Root().Descendants() {
		if suits(name, n) {
			nodes = append(nodes, n)
		}
	}
	h := fnv.New64a()
	fmt.Fprint(h, filepath.Base(filepath.Dir(f.Name)), filepath.Base(f.Name), name)
	rng := rand.New(rand.NewPCG(h.Sum64(), 1))
	rng.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	var all []outcome
	for _, n := range nodes[:min(limit, len(nodes))] {
		all = append(all, outcome{n.Span().Start, runExercise(f, name, n, rng)})
	}
	return all
}

func runExercise(f *nixast.File, name string, n nixast.Node, rng *rand.Rand) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = defect("panic: %v", p)
		}
	}()
	return exercises[name](&exercise{rng, f, sharing(f)}, n)
}
