package nixos

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Release is a NixOS release, 25.11 for instance. The zero Release is none.
type Release struct {
	Year  int // of the century, 20 to 26
	Month int // 5 or 11; 9 in 20.09
}

// The releases whose facts the package holds.
var (
	oldestRelease = Release{20, 9}
	newestRelease = Release{26, 11}
)

// systemdVersions is the systemd that a release shipped when it came out, from
// the release notes (nixos/doc/manual/release-notes) and package files of
// nixpkgs. 26.05 is known to be 259 or 260; the newer one is taken, so that
// nothing is called too new that is not. 26.11 was unreleased: 260.2 in July 2026.
var systemdVersions = [...]struct {
	release Release
	systemd int
}{
	{Release{20, 9}, 246},
	{Release{21, 5}, 247},
	{Release{21, 11}, 249},
	{Release{22, 5}, 250},
	{Release{22, 11}, 251},
	{Release{23, 5}, 253},
	{Release{23, 11}, 254},
	{Release{24, 5}, 255},
	{Release{24, 11}, 256},
	{Release{25, 5}, 257},
	{Release{25, 11}, 258},
	{Release{26, 5}, 260},
	{Release{26, 11}, 260},
}

// Newest is the newest release whose facts the package holds.
func Newest() Release { return newestRelease }

// Releases are the releases whose facts the package holds, in order.
func Releases() []Release {
	out := make([]Release, 0, len(systemdVersions))
	for _, v := range systemdVersions {
		out = append(out, v.release)
	}
	return out
}

// ParseRelease reads a release as people write it: "25.11", "nixos-25.11",
// "release-25.11", "nixos-25.11-small", "25.11pre". The error says that the
// text is not a release that exists.
func ParseRelease(text string) (Release, error) {
	if r, ok := releaseIn(text); ok {
		return r, nil
	}
	return Release{}, fmt.Errorf("%q is not a NixOS release such as %s", text, newestRelease)
}

// releaseIn finds YY.MM in the name of a branch, a channel or a file.
func releaseIn(text string) (Release, bool) {
	for i := 0; i+5 <= len(text); i++ {
		if text[i+2] != '.' || i > 0 && isDigit(text[i-1]) || i+5 < len(text) && isDigit(text[i+5]) {
			continue
		}
		year, err1 := strconv.ParseUint(text[i:i+2], 10, 8)
		month, err2 := strconv.ParseUint(text[i+3:i+5], 10, 8)
		if err1 != nil || err2 != nil {
			continue
		}
		r := Release{int(year), int(month)}
		if r.exists() {
			return r, true
		}
	}
	return Release{}, false
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// exists reports whether NixOS had, or will have, such a release. Releases
// came out in March and September until 20.09.
func (r Release) exists() bool {
	if r.Year < 21 {
		return r.Year >= 13 && (r.Month == 3 || r.Month == 9 || r.Month == 4 || r.Month == 10 || r.Month == 12)
	}
	return r.Month == 5 || r.Month == 11
}

// IsZero reports whether r is the zero Release.
func (r Release) IsZero() bool { return r == Release{} }

// String is the release as NixOS writes it; empty for the zero Release.
func (r Release) String() string {
	if r.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d.%02d", r.Year, r.Month)
}

// compare is negative if r came out before s, positive if it came out after.
func (r Release) compare(s Release) int {
	return cmp.Or(cmp.Compare(r.Year, s.Year), cmp.Compare(r.Month, s.Month))
}

// Before reports whether r came out before s.
func (r Release) Before(s Release) bool { return r.compare(s) < 0 }

// Systemd is the systemd version that the release came with; that of the
// nearest release known for one that is not.
func (r Release) Systemd() int {
	version := systemdVersions[0].systemd
	for _, v := range systemdVersions {
		if !r.Before(v.release) {
			version = v.systemd
		}
	}
	return version
}

// releaseAt is the release that the unstable branch was heading for at a time.
// A release leaves the unstable branch around the 20th of the month it is named
// after, so near that day the answer may be one release off.
func releaseAt(t time.Time) Release {
	year := t.Year() % 100
	switch month, day := t.Month(), t.Day(); {
	case month < time.May || month == time.May && day < 20:
		return Release{year, 5}
	case month < time.November || month == time.November && day < 20:
		return Release{year, 11}
	default:
		return Release{year + 1, 5}
	}
}

// releaseOfRef is the release that a branch, tag or channel name belongs to;
// for an unstable one it is the release that it was heading for at that time.
func releaseOfRef(ref string, lastModified int64) (Release, bool) {
	if r, ok := releaseIn(ref); ok {
		return r, true
	}
	if lastModified > 0 && (ref == "" || strings.Contains(ref, "unstable") || ref == "master" || ref == "main") {
		t := time.Unix(lastModified, 0).UTC()
		if r := releaseAt(t); !r.Before(oldestRelease) {
			return r, true
		}
	}
	return Release{}, false
}
