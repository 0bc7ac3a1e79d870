package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"wardnix/lint"
)

// fingerprints are names of the findings that stay when code moves: they come
// from what lists of known findings know a finding by. No two are the same.
func fingerprints(r *lint.Result) []string {
	seen := map[string]int{}
	keys := lint.NewKeys(r.Project)
	out := make([]string, len(r.Findings))
	for i := range r.Findings {
		key := keys.Of(&r.Findings[i])
		seen[key]++
		if n := seen[key]; n > 1 {
			key += fmt.Sprintf("\x00%d", n)
		}
		sum := sha256.Sum256([]byte(key))
		out[i] = hex.EncodeToString(sum[:16])
	}
	return out
}
