// Command typing types into the files of a real project as an editor does, through the
// language server, and measures what that costs:
//
//	go run ./lint/lsp/internal/typing [-files N] [-line TEXT] [-changes N] [-seed N] [-for DURATION] WARDNIX DIR
//	go run ./lint/lsp/internal/typing -endure DURATION [-seed N] WARDNIX COPY
//
// In each of some files it types a line, letter by letter, and erases it, then changes
// random places, and last looks whether the diagnostics at rest are what `wardnix lint`
// reports. It prints the processor time of the server for each keystroke, for a text at
// rest, for hover and completion, and its memory. It runs on Linux.
//
// With -endure, it works in a copy of a project for a long time, at random: it opens,
// edits, fixes, saves and closes files, and changes, removes and restores some on the
// disk. It prints the memory of the server each minute.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"
)

// line is what is typed. It does not parse before its last letter.
var line = "\n      PrivateDevices = true;"

func main() {
	files := flag.Int("files", 10, "how many files are typed into")
	flag.StringVar(&line, "line", line, "what is typed into a set of settings")
	changes := flag.Int("changes", 20, "how many random places of a file are changed")
	seed := flag.Uint64("seed", 1, "of the random changes")
	atMost := flag.Duration("for", time.Hour, "after how long no further file is begun")
	endure := flag.Duration("endure", 0, "for how long a copy of a project is changed at random")
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	random := rand.New(rand.NewPCG(*seed, *seed))
	work := func(s *session, names []string) (int, error) {
		if *endure > 0 {
			return s.endure(names, random, time.Now().Add(*endure))
		}
		return s.typeAll(names[:min(*files, len(names))], *changes, random, time.Now().Add(*atMost))
	}
	if err := run(flag.Arg(0), flag.Arg(1), random, *endure > 0, work); err != nil {
		fmt.Fprintln(os.Stderr, "typing:", err)
		os.Exit(1)
	}
}

// run starts a server, has work done in it, and prints what that cost. The work returns how
// many comparisons with the command line failed.
func run(wardnix, dir string, random *rand.Rand, utf16 bool, work func(s *session, names []string) (different int, err error)) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if wardnix, err = filepath.Abs(wardnix); err != nil {
		return err
	}
	names, err := modules(dir)
	if err != nil {
		return err
	}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	s, err := start(wardnix, dir, utf16)
	if err != nil {
		return err
	}
	different, err := work(s, names)
	s.print()
	if err != nil {
		return err
	}
	if _, err := s.request("shutdown", nil); err != nil {
		return err
	}
	if err := errors.Join(s.notify("exit", nil), s.to.Close(), s.cmd.Wait()); err != nil {
		return err
	}
	if different > 0 {
		return fmt.Errorf("the server and the command line differ %d times", different)
	}
	return nil
}

// typeAll types into files, one after the other.
func (s *session) typeAll(names []string, changes int, random *rand.Rand, until time.Time) (different int, err error) {
	for i, name := range names {
		if time.Now().After(until) {
			fmt.Printf("time is up after %d files\n", i)
			break
		}
		same, err := s.typeInto(name, changes, random)
		if err != nil {
			return different, fmt.Errorf("%s: %w", name, err)
		}
		if !same {
			different++
		}
	}
	return different, nil
}

// modules are the files of a project that set something of a service.
func modules(dir string) ([]string, error) {
	var all []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(name) != ".nix" {
			return err
		}
		if text, err := os.ReadFile(name); err == nil && utf8.Valid(text) && strings.Contains(string(text), "serviceConfig = {") {
			all = append(all, name)
		}
		return nil
	})
	return all, err
}
