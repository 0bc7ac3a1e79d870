//go:build e2e && unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A release has everything, twice with the same bytes, and its program for this machine
// has the page and says its version.
func TestRelease(t *testing.T) {
	p := newPlace(t, "bash", "go", "tar", "gzip")
	for _, name := range []string{".ci", "CHANGELOG.md"} {
		p.copy(t, filepath.Join("../..", name), filepath.Join("wardnix", name))
	}
	p.env = append(p.env, "GOPROXY=off", "GOFLAGS=-trimpath", "GOMODCACHE="+goEnv(t, "GOMODCACHE"))
	for _, out := range []string{"one", "two"} {
		p.run(t, "wardnix", 0, "bash", ".ci/release", p.path(out))
	}
	sums := p.read(t, "one/SHA256SUMS")
	if again := p.read(t, "two/SHA256SUMS"); sums != again {
		t.Errorf("two releases differ:\n%s\n%s", sums, again)
	}
	for _, name := range strings.Fields(`wardnix-linux-amd64 wardnix-linux-arm64 wardnix-darwin-amd64 wardnix-darwin-arm64
		wardnix-playground.html wardnix-docs.tar.gz wardnix.1 wardnix.bash wardnix.zsh wardnix.fish wardnix.nushell wardnix.cdx.json CHANGES.md`) {
		if !strings.Contains(sums, "  "+name+"\n") {
			t.Errorf("there is no %s", name)
		}
	}
	if _, err := os.Stat(p.path("wardnix/cmd/wardnix/playground.html")); err == nil {
		t.Error("the script leaves the page behind")
	}
}
