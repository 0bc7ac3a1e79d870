package directive

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a major release of systemd, such as 255. Where a point release
// changed something, the newest point release of the series is meant.
type Version int

// Known says which versions are known: "252 to 262".
func Known() string { return fmt.Sprintf("%d to %d", Oldest, Newest) }

// String returns the number.
func (v Version) String() string { return strconv.Itoa(int(v)) }

// Clamp returns the nearest version whose facts are known.
func (v Version) Clamp() Version { return min(max(v, Oldest), Newest) }

// ParseVersion reads a version as systemd and its packages write it: "255",
// "v255.4", "systemd 255", "262~devel". The error says which versions are known
// when the number is outside Oldest…Newest, or that the text is not a version.
func ParseVersion(text string) (Version, error) {
	digits := strings.TrimSpace(text)
	digits = strings.TrimSpace(strings.TrimPrefix(digits, "systemd"))
	digits = strings.TrimLeft(digits, "-v")
	end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 && strings.ContainsRune(".~-+ ", rune(digits[end])) {
		digits = digits[:end]
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a systemd version", text)
	}
	if v := Version(n); v < Oldest || v > Newest {
		return 0, fmt.Errorf("systemd %d is not known here; known are %s", n, Known())
	}
	return Version(n), nil
}
