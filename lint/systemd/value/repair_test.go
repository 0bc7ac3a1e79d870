package value_test

import (
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// Misspelled names of signals and capabilities have the name that was meant, if only
// one is near.
func TestNearest(t *testing.T) {
	for _, c := range []struct{ key, text, want string }{
		{"KillSignal", "SIGTEM", "SIGTERM"},
		{"KillSignal", "sigint", "SIGINT"},
		{"KillSignal", "KIL", "KILL"},
		{"KillSignal", "SIGUSR", ""}, // USR1 or USR2
		{"KillSignal", "SIGNAL", ""},
		{"CapabilityBoundingSet", "CAP_CHOWNN", "CAP_CHOWN"},
		{"CapabilityBoundingSet", "~CAP_NET_BIND CAP_CHOWN", "~CAP_NET_BIND_SERVICE CAP_CHOWN"},
		{"CapabilityBoundingSet", "cap_linux", "CAP_LINUX_IMMUTABLE"},
		{"CapabilityBoundingSet", "CAP_AUDIT", ""}, // CONTROL, READ or WRITE
	} {
		d, ok := directive.Lookup("Service", c.key, directive.Newest)
		if !ok {
			t.Fatalf("%s is unknown", c.key)
		}
		if got := value.Nearest(d, c.text, directive.Newest); got != c.want {
			t.Errorf("%s=%s: nearest is %q, want %q", c.key, c.text, got, c.want)
		}
	}
}
