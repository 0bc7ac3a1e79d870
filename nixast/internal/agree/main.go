// Command agree compares nixast with the Nix of this machine, file by file:
//
//	go run ./nixast/internal/agree [-v] DIR…
//
// For every file *.nix below the directories it compares whether
// `nix-instantiate --parse` accepts it, and what it prints. It exits with 1 if
// there is a difference. Symbolic links are not followed.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/internal/oracle"
)

func main() {
	verbose := flag.Bool("v", false, "print both texts where they differ")
	flag.Parse()
	nix, err := oracle.Find()
	if err != nil {
		fmt.Fprintln(os.Stderr, "agree:", err)
		os.Exit(2)
	}
	same := true
	for _, dir := range flag.Args() {
		s, err := compare(nix, dir, *verbose)
		if err != nil {
			fmt.Fprintln(os.Stderr, "agree:", err)
			os.Exit(2)
		}
		fmt.Println(s)
		same = same && s.verdicts+s.texts+s.lossy == 0
	}
	if !same {
		os.Exit(1)
	}
}

// figures are the result for one directory.
type figures struct {
	dir, version    string
	files           int
	accepted        int // by Nix
	compared        int // texts
	verdicts, texts int // that differ
	stack           int // that Nix gave up, for its parser's stack: not counted as different
	lossy           int // files that do not come back byte for byte
}

func (s figures) String() string {
	return fmt.Sprintf("%s: Nix %s: %d files, %d accepted by Nix; verdicts agree on %d (and Nix ran out of stack on %d), texts on %d of %d, lossless %d",
		s.dir, s.version, s.files, s.accepted, s.files-s.verdicts-s.stack, s.stack, s.compared-s.texts, s.compared, s.files-s.lossy)
}

func compare(nix *oracle.Nix, dir string, verbose bool) (figures, error) {
	files, err := find(dir)
	if err != nil {
		return figures{}, err
	}
	s := figures{dir: dir, version: nix.Version, files: len(files)}
	var p nixast.Parser
	for len(files) > 0 {
		some := files[:min(1000, len(files))]
		files = files[len(some):]
		results, err := nix.Parse(some)
		if err != nil {
			return s, err
		}
		for i, r := range results {
			if err := s.file(&p, nix.Dialect, some[i], r, verbose); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// find lists the files *.nix below dir by their absolute paths.
func find(dir string) ([]string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".nix") {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// file compares one file.
func (s *figures) file(p *nixast.Parser, d nixast.Dialect, path string, want oracle.Result, verbose bool) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f := p.Parse(path, string(src), nixast.Options{Dialect: d})
	if !lossless(f) {
		s.lossy++
		fmt.Println("not lossless:", path)
	}
	if want.Accepted {
		s.accepted++
	}
	why, _, _ := strings.Cut(want.Err, "\n")
	switch {
	case f.Accepts() == want.Accepted:
	case strings.Contains(why, "memory exhausted"):
		s.stack++
	default:
		s.verdicts++
		if want.Accepted {
			why = f.Diagnostics[0].Message
		}
		fmt.Printf("verdict: %s: Nix accepts: %v: %s\n", path, want.Accepted, why)
	}
	if !f.Accepts() || !want.Accepted {
		return nil
	}
	s.compared++
	options := nixast.CanonicalOptions{Dir: filepath.Dir(path), Home: os.Getenv("HOME")}
	if got := strings.TrimSuffix(string(nixast.Canonical(f, options)), "\n"); got != want.Text {
		s.texts++
		fmt.Println("text:", path)
		if verbose {
			fmt.Printf("nixast: %s\nNix:    %s\n", got, want.Text)
		}
	}
	return nil
}

func lossless(f *nixast.File) bool {
	var b strings.Builder
	for t := range f.Tokens() {
		b.WriteString(t.Text())
	}
	return b.String() == f.Src
}
