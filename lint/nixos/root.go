package nixos

import "strings"

// Root is the absolute path of the folder of the project that f belongs to,
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
