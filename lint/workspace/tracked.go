package workspace

import (
	"path/filepath"
	"strings"

	"wardnix/lint/gitrepo"
)

// trackers are the indexes of the repositories of a run, by their top.
type trackers map[string]gitrepo.Tracked

// tracks reports whether git tracks a file, or a file in a directory, at an absolute
// path. An index that cannot be read tracks nothing.
func (t trackers) tracks(abs string) bool {
	r, err := gitrepo.Find(filepath.FromSlash(filepath.Dir(abs)))
	if err != nil {
		return false
	}
	index, known := t[r.Top]
	if !known {
		index, _ = r.Tracked()
		t[r.Top] = index
	}
	rel, ok := strings.CutPrefix(abs, strings.TrimSuffix(filepath.ToSlash(r.Top), "/")+"/")
	return ok && index[rel]
}
