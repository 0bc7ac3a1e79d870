package nixos

import "strings"

// Root is the absolute path of the directory of the project that f belongs to,
// with "/"; empty for a file that belongs to none.
func (p *Project) Root(f *File) string {
	best := ""
	for _, r := range p.roots {
		if (f.Path == r.dir || strings.HasPrefix(f.Path, strings.TrimSuffix(r.dir, "/")+"/")) && len(r.dir) > len(best) {
			best = r.dir
		}
	}
	return best
}

// RootOf is the directory of the project around an absolute directory, with "/": see
// [Load].
func RootOf(dir string) string {
	var disk Project
	for _, markers := range rootMarkers {
		if d, ok := disk.nearest(dir, markers); ok {
			return d
		}
	}
	return dir
}
