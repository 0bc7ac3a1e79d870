//go:build e2e

package main

import (
	"crypto/sha256"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/nix-community/go-nix/pkg/nar"
)

var vendorHash = regexp.MustCompile(`vendorHash = (?:lib\.fakeHash|"(sha256-[^"]*)");`)

// The vendorHash of the package is that of the modules that Nix would vendor:
// the hash of the archive of what go mod vendor makes.
func TestVendorHash(t *testing.T) {
	flake, err := os.ReadFile("../../package.nix")
	if err != nil {
		t.Fatal(err)
	}
	m := vendorHash.FindSubmatchIndex(flake)
	if m == nil {
		t.Fatal("package.nix has no vendorHash")
	}
	dir := filepath.Join(t.TempDir(), "vendor")
	cmd := exec.Command("go", "mod", "vendor", "-o", dir)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go mod vendor: %v\n%s", err, out)
	}
	sum := sha256.New()
	if err := nar.DumpPath(sum, dir); err != nil {
		t.Fatal(err)
	}
	want := "sha256-" + base64.StdEncoding.EncodeToString(sum.Sum(nil))
	got := ""
	if m[2] >= 0 {
		got = string(flake[m[2]:m[3]])
	}
	switch {
	case got == want:
	case *update:
		line := []byte(`vendorHash = "` + want + `";`)
		fixed := append(append(append([]byte(nil), flake[:m[0]]...), line...), flake[m[1]:]...)
		if err := os.WriteFile("../../package.nix", fixed, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("package.nix has the vendorHash %q, not %q; go test ./cmd/wardnix -run VendorHash -update writes it", got, want)
	}
}
