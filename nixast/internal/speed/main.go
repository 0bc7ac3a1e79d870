//go:build unix

// Command speed measures nixast on a directory of Nix files, next to the other
// parsers that this machine has:
//
//	go run ./nixast/internal/speed [-workers N] [-python PYTHON] DIR
//
// It prints, in MB of source per second of CPU time, how fast nixast parses
// (lexing, tree and checks, all trees kept), `nix-instantiate --parse` (which
// prints the tree as well), and tree-sitter-nix, by way of the Python packages
// tree-sitter and tree-sitter-nix. Then, by the clock, how long it takes to
// find, read and parse the files, against finding and reading them only.
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"wardnix/nixast"
)

//go:embed treesitter.py
var treeSitter string

func main() {
	workers := flag.Int("workers", runtime.NumCPU(), "how many files are read at once")
	python := flag.String("python", "python3", "the Python that has tree-sitter-nix")
	flag.Parse()
	if err := run(flag.Arg(0), *workers, *python); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func run(dir string, workers int, python string) error {
	var paths []string
	if err := find(dir, func(p string) { paths = append(paths, p) }); err != nil {
		return err
	}
	sources, size, err := read(paths)
	if err != nil {
		return err
	}
	fmt.Printf("%d files, %.1f MB\n", len(paths), megabytes(size))
	own := parsing(sources, size)
	others("nix-instantiate --parse", own, func() (float64, error) { return nixInstantiate(paths) })
	others("tree-sitter-nix", own, func() (float64, error) { return treeSitterNix(python, paths) })
	return reading(dir, workers)
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

func find(dir string, each func(path string)) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".nix") {
			each(path)
		}
		return err
	})
}

func read(paths []string) (sources []string, size int64, err error) {
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			return nil, 0, err
		}
		sources = append(sources, string(b))
		size += int64(len(b))
	}
	return sources, size, nil
}

// parsing measures nixast; the best of five runs.
func parsing(sources []string, size int64) float64 {
	best := 0.0
	files := make([]*nixast.File, len(sources))
	heap := 0.0
	for range 5 {
		clear(files)
		runtime.GC()
		before := cpu(syscall.RUSAGE_SELF)
		var p nixast.Parser
		for i, s := range sources {
			files[i] = p.Parse("", s, nixast.Options{})
		}
		best = max(best, megabytes(size)/(cpu(syscall.RUSAGE_SELF)-before).Seconds())
		heap = heapMB()
	}
	runtime.KeepAlive(files)
	fmt.Printf("nixast: %.0f MB/s; all trees and sources: %.0f MB\n", best, heap)
	return best
}

func heapMB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

func cpu(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// others prints the throughput of another parser, if it is there.
func others(name string, own float64, measure func() (float64, error)) {
	other, err := measure()
	if err != nil {
		fmt.Printf("%s: not measured: %v\n", name, err)
		return
	}
	fmt.Printf("%s: %.1f MB/s; nixast is %.1f times as fast\n", name, other, own/other)
}

// nixInstantiate measures Nix on as many files as it accepts in batches.
func nixInstantiate(paths []string) (float64, error) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		return 0, err
	}
	before := cpu(syscall.RUSAGE_CHILDREN)
	size := int64(0)
	for len(paths) > 0 {
		batch := paths[:min(200, len(paths))]
		var out bytes.Buffer
		cmd := exec.Command(nix, append([]string{"--parse"}, batch...)...)
		cmd.Env = append(os.Environ(), "NIX_PATH=", "NIX_REMOTE=dummy://")
		cmd.Stdout = &out
		failed := cmd.Run() != nil
		done := bytes.Count(out.Bytes(), []byte("\n"))
		if failed {
			done++
		}
		done = min(max(1, done), len(batch))
		for _, p := range batch[:done] {
			if info, err := os.Stat(p); err == nil {
				size += info.Size()
			}
		}
		paths = paths[done:]
	}
	return megabytes(size) / (cpu(syscall.RUSAGE_CHILDREN) - before).Seconds(), nil
}

// treeSitterNix measures tree-sitter-nix; the Python program reads the files
// first and counts the parsing only.
func treeSitterNix(python string, paths []string) (float64, error) {
	cmd := exec.Command(python, "-c", treeSitter)
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return 0, fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// reading compares finding, reading and parsing with finding and reading: the
// best of five runs each.
func reading(dir string, workers int) error {
	var bests [2]time.Duration
	for i, parse := range []bool{false, true} {
		bests[i] = time.Hour
		for range 5 {
			start := time.Now()
			if err := pipeline(dir, workers, parse); err != nil {
				return err
			}
			bests[i] = min(bests[i], time.Since(start))
		}
	}
	fmt.Printf("find and read: %v; find, read and parse: %v, %.2f times as long; %d workers\n",
		bests[0].Round(time.Millisecond), bests[1].Round(time.Millisecond), bests[1].Seconds()/bests[0].Seconds(), workers)
	return nil
}

// pipeline walks dir and hands the files to workers.
func pipeline(dir string, workers int, parse bool) error {
	paths := make(chan string, 1024)
	errs := make(chan error, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			var p nixast.Parser
			for path := range paths {
				b, err := os.ReadFile(path)
				if err != nil {
					errs <- err
					break
				}
				if parse {
					p.Parse(path, string(b), nixast.Options{})
				}
			}
			for range paths {
			}
		})
	}
	err := find(dir, func(p string) { paths <- p })
	close(paths)
	wg.Wait()
	close(errs)
	if err == nil {
		err = <-errs
	}
	return err
}
