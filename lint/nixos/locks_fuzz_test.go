package nixos

import "testing"

// A lock file that nobody understands pins nothing.
func FuzzLocks(f *testing.F) {
	for _, text := range []string{
		"", "{", "null", "[]", `{"root":"root","nodes":{"root":{"inputs":{"nixpkgs":["a","b"]}}},"version":7}`,
		`{"root":"root","nodes":{"root":{"inputs":{"nixpkgs":"n"}},"n":{"original":{"ref":"nixos-25.11","owner":"NixOS","repo":"nixpkgs","type":"github"}}}}`,
		`{"root":"a","nodes":{"a":{"inputs":{"x":["x"]}}}}`,
		`{"pins":{"nixpkgs":{"type":"Channel","name":"nixos-25.05"}},"version":5}`,
		`{"nixpkgs":{"branch":"nixos-24.11","owner":"NixOS","repo":"nixpkgs"}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, parse := range []func([]byte) pins{parseFlakeLock, parseNpins, parseNiv} {
			for name, pin := range parse(text) {
				if pin.IsZero() {
					t.Errorf("%q is pinned to no release", name)
				}
			}
		}
	})
}
