//go:build unix

package nixast

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"wardnix/nixast/testtool"
)

// corpus reads the files *.nix below the directory that WARDNIX_CORPUS names.
func corpus(tb testing.TB) (sources []string, size int64) {
	dir := testtool.Given(tb, "WARDNIX_CORPUS")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".nix") {
			return err
		}
		b, err := os.ReadFile(path)
		sources = append(sources, string(b))
		size += int64(len(b))
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return sources, size
}

// BenchmarkParse parses a corpus with one parser, checks included, and keeps
// all trees. "tree-MB" is what the trees hold, sources included.
func BenchmarkParse(b *testing.B) {
	sources, size := corpus(b)
	files := make([]*File, len(sources))
	b.SetBytes(size)
	stop := cpu(b, size)
	for b.Loop() {
		clear(files)
		var p Parser
		for i, s := range sources {
			files[i] = p.Parse("", s, Options{})
		}
	}
	stop()
	b.StopTimer()
	b.ReportMetric(heapMB(), "tree-MB")
	runtime.KeepAlive(files)
}

// cpu reports the throughput per second of CPU time: what the machine's other
// work does not change.
func cpu(b *testing.B, size int64) func() {
	start := cpuTime()
	return func() {
		used := cpuTime() - start
		b.ReportMetric(float64(size)*float64(b.N)/1e6/used.Seconds(), "cpu-MB/s")
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heapMB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// BenchmarkLex, BenchmarkSyntax and BenchmarkCheck are the stages of BenchmarkParse.
func BenchmarkLex(b *testing.B) {
	sources, size := corpus(b)
	b.SetBytes(size)
	var l lexer
	stop := cpu(b, size)
	for b.Loop() {
		for _, s := range sources {
			l = lexer{src: s, kind: l.kind[:0], off: l.off[:0], modes: l.modes[:0]}
			l.lex()
		}
	}
	stop()
}

func BenchmarkSyntax(b *testing.B) {
	sources, size := corpus(b)
	b.SetBytes(size)
	var p Parser
	stop := cpu(b, size)
	for b.Loop() {
		for _, s := range sources {
			p.run(s, Options{}, guess{})
		}
	}
	stop()
}

func BenchmarkCheck(b *testing.B) {
	sources, size := corpus(b)
	files := make([]*File, len(sources))
	for i, s := range sources {
		files[i] = Parse("", s, Options{})
	}
	var c checker
	b.SetBytes(size)
	stop := cpu(b, size)
	for b.Loop() {
		for _, f := range files {
			c.run(f, Options{}, &report{})
		}
	}
	stop()
}
