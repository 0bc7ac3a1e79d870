package unitfiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	nix "github.com/nix-community/go-nix/pkg/derivation"
	"github.com/nix-community/go-nix/pkg/storepath"
)

// maxDerivation is the greatest length of a .drv that is read. That of the units
// of a large system is 100 KiB.
const maxDerivation = 32 << 20

// store is a directory of derivations and outputs, wherever it is now: paths in a
// derivation are looked up here by their last part.
type store struct{ dir string }

// derivation is a .drv that was read.
type derivation struct {
	*nix.Derivation
	structured map[string]any // with __structuredAttrs
}

// read reads a .drv of the store.
func (s store) read(base string) (*derivation, error) {
	if _, err := storepath.FromString(base); err != nil {
		return nil, fmt.Errorf("%q is not a store path name", base)
	}
	data, err := readLimited(filepath.Join(s.dir, base), maxDerivation)
	if err != nil {
		return nil, err
	}
	return parseDerivation([]byte(data))
}

var errNotWhole = errors.New("the derivation is incomplete")

// parseDerivation reads the text of a .drv. go-nix returns a whole derivation
// next to an error where the store directory is not /nix/store or an output has no
// path yet, so what matters here is checked here.
func parseDerivation(data []byte) (*derivation, error) {
	if data = bytes.TrimSpace(data); !bytes.HasSuffix(data, []byte(")")) {
		return nil, errNotWhole
	}
	parsed, err := nix.ReadDerivation(bytes.NewReader(data))
	if parsed == nil {
		return nil, fmt.Errorf("%w: %w", errNotWhole, err)
	}
	d := &derivation{Derivation: parsed}
	if text, ok := parsed.Env["__json"]; ok {
		if err := json.Unmarshal([]byte(text), &d.structured); err != nil {
			return nil, fmt.Errorf("its attributes are no JSON: %w", err)
		}
	}
	if len(d.Outputs) == 0 || d.Builder == "" || d.attr("name") == "" {
		return nil, errNotWhole
	}
	return d, nil
}

// attr returns an attribute that is a string.
func (d *derivation) attr(name string) string {
	if value, ok := d.structured[name].(string); ok {
		return value
	}
	return d.Env[name]
}

// output returns the path of the output "out".
func (d *derivation) output() string {
	if out, ok := d.Outputs["out"]; ok {
		return out.Path
	}
	return ""
}

// inputs are the file names of the input derivations whose name is wanted, in the
// order of their paths.
func (d *derivation) inputs(wanted func(name string) bool) []string {
	var found []string
	for _, p := range sortedKeys(d.InputDerivations) {
		if base := path.Base(p); wanted(derivationName(base)) {
			found = append(found, base)
		}
	}
	return found
}

// derivationName is the name in "hash-name.drv".
func derivationName(base string) string {
	_, name, _ := strings.Cut(base, "-")
	return strings.TrimSuffix(name, ".drv")
}
