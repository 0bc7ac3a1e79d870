package workspace

import (
	"os"
	"testing"
)

// The tests run with hosts that are freed at once: what editors show must not depend on it.
func TestMain(m *testing.M) {
	maxHosts = 1
	os.Exit(m.Run())
}
