//go:build unix

// Command bench measures wardnix on directories of Nix files, next to what they cost
// others:
//
//	go run ./lint/internal/bench [-runs N] DIR…
//
// For each directory it prints the median time by the clock, the median time of the
// processor, and the greatest peak of memory of N runs: of reading the files alone, of
// reading and parsing them, of `nix-instantiate --parse` and of deadnix, where they are
// installed, and of wardnix's commands. Each run is a process of its own. The last row
// is an edit of one file of an open project: the hosts and units that it concerns are
// made anew. Idle machines give the figures that mean something.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"wardnix/lint/nixos"
)

func main() {
	runs := flag.Int("runs", 5, "how often each command is run")
	step := flag.String("step", "", "do only this, in this process: read, parse or edit")
	flag.Parse()
	var err error
	if *step != "" {
		err = do(*step, flag.Arg(0))
	} else {
		err = table(flag.Args(), *runs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// table measures all commands on all directories.
func table(dirs []string, runs int) error {
	tmp, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	wardnix := filepath.Join(tmp, "wardnix")
	build := exec.Command("go", "build", "-o", wardnix, "wardnix/cmd/wardnix")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build wardnix: %w\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		files, size, err := nixFiles(dir)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d files, %.1f MB\n", dir, len(files), float64(size)/1e6)
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(out, "work\tseconds\tof processor\tMB\t")
		for _, c := range []command{
			{"read", []string{self, "-step", "read", dir}, nil},
			{"read and parse", []string{self, "-step", "parse", dir}, nil},
			{"nix-instantiate --parse", []string{"nix-instantiate", "--parse"}, files},
			{"deadnix", []string{"deadnix", dir}, nil},
			{"wardnix units", []string{wardnix, "units", dir}, nil},
			{"wardnix lint", []string{wardnix, "lint", dir}, nil},
			{"wardnix score", []string{wardnix, "score", dir}, nil},
			{"wardnix lint FILE", []string{wardnix, "lint", files[len(files)/2]}, nil},
			{"20 edits", []string{self, "-step", "edit", dir}, nil},
		} {
			c.print(out, runs)
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// nixFiles are the Nix files below a directory.
func nixFiles(dir string) (names []string, size int64, err error) {
	err = filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && strings.HasSuffix(name, ".nix") {
			names = append(names, name)
			if info, err := e.Info(); err == nil {
				size += info.Size()
			}
		}
		return err
	})
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s: no Nix files", dir)
	}
	return names, size, err
}

// A command is what is measured; files are given to it in batches.
type command struct {
	name  string
	args  []string
	files []string
}

// print measures the command and prints its row.
func (c command) print(out io.Writer, runs int) {
	var clock, processor []time.Duration
	peak := int64(0)
	for range runs {
		total, used, most, err := c.run()
		if err != nil {
			fmt.Fprintf(out, "%s\tnot measured: %v\t\t\t\n", c.name, err)
			return
		}
		clock, processor, peak = append(clock, total), append(processor, used), max(peak, most)
	}
	fmt.Fprintf(out, "%s\t%.3f\t%.3f\t%d\t\n", c.name, median(clock).Seconds(), median(processor).Seconds(), peak>>10)
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// run runs the command once. Its exit status does not matter: findings are no failure.
func (c command) run() (clock, processor time.Duration, peak int64, err error) {
	const batch = 500
	for first := true; first || len(c.files) > 0; first = false {
		n := min(batch, len(c.files))
		cmd := exec.Command(c.args[0], append(slices.Clip(c.args[1:]), c.files[:n]...)...)
		c.files = c.files[n:]
		start := time.Now()
		err := cmd.Run()
		clock += time.Since(start)
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			return 0, 0, 0, err
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			return 0, 0, 0, errors.New("the system does not report what a process used")
		}
		processor += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		peak = max(peak, usage.Maxrss)
	}
	return clock, processor, peak, nil
}

// do does one thing in this process.
func do(step, dir string) error {
	switch step {
	case "read":
		files, _, err := nixFiles(dir)
		for _, name := range files {
			if _, err := os.ReadFile(name); err != nil {
				return err
			}
		}
		return err
	case "parse":
		_, err := nixos.Load(context.Background(), nixos.Options{Dir: dir})
		return err
	case "edit":
		return edit(dir, 20)
	}
	return fmt.Errorf("no step is called %q", step)
}

// edit opens a project and edits some of its files, one after the other, as a person
// does who types a comment.
func edit(dir string, edits int) error {
	p, err := nixos.Load(context.Background(), nixos.Options{Dir: dir})
	if err != nil {
		return err
	}
	p.Hosts()
	files := p.Files()
	random := rand.New(rand.NewPCG(1, 2))
	for range edits {
		f := files[random.IntN(len(files))]
		text := "# edited\n"
		if f.Tree != nil {
			text += f.Tree.Src
		}
		p = p.With(map[string]string{f.Name: text})
		p.Hosts()
	}
	return nil
}
