package nixos

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseRelease(t *testing.T) {
	for text, want := range map[string]Release{
		"25.11":                            {25, 11},
		"nixos-25.11":                      {25, 11},
		"nixos-24.05-small":                {24, 5},
		"release-20.09":                    {20, 9},
		"nixpkgs-23.11-darwin":             {23, 11},
		"25.11pre-git":                     {25, 11},
		"github:NixOS/nixpkgs/nixos-22.05": {22, 5},
	} {
		if got, err := ParseRelease(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "unstable", "25.12", "1.25.110", "125.11", "v2.18.1"} {
		if got, err := ParseRelease(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestReleaseAt(t *testing.T) {
	for day, want := range map[string]Release{
		"2025-01-10": {25, 5},
		"2025-06-01": {25, 11},
		"2025-10-15": {25, 11},
		"2025-12-24": {26, 5},
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := releaseAt(at); got != want {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
}

func TestSystemdVersion(t *testing.T) {
	for release, want := range map[Release]int{
		{19, 3}: 246, {21, 11}: 249, {24, 5}: 255, {25, 11}: 258, {26, 11}: 260, {90, 5}: systemdVersions[len(systemdVersions)-1].systemd,
	} {
		if got := release.Systemd(); got != want {
			t.Errorf("%v: %d, want %d", release, got, want)
		}
	}
}

func TestPins(t *testing.T) {
	tests := []struct {
		name  string
		parse func([]byte) pins
		text  string
		want  pins
	}{
		{
			name: "flake.lock: a branch, an unstable one by its date, one that follows", parse: parseFlakeLock,
			text: `{
  "nodes": {
    "hm": {"inputs": {"nixpkgs": ["nixpkgs"]}, "original": {"owner": "nix-community", "repo": "home-manager"}},
    "nixpkgs": {"locked": {"lastModified": 1760000000}, "original": {"owner": "NixOS", "ref": "nixos-unstable", "repo": "nixpkgs"}},
    "nixpkgs_2": {"locked": {"lastModified": 1760000000}, "original": {"id": "nixpkgs", "ref": "nixos-24.11"}},
    "root": {"inputs": {"nixpkgs": "nixpkgs", "stable": "nixpkgs_2", "hm": "hm", "again": ["hm", "nixpkgs"]}}
  },
  "root": "root", "version": 7
}`,
			want: pins{"nixpkgs": {Release: Release{25, 11}, unstable: true, locked: time.Unix(1760000000, 0).UTC()}, "stable": {Release: Release{24, 11}}},
		},
		{
			name: "flake.lock: a tarball of a channel", parse: parseFlakeLock,
			text: `{"nodes": {"n": {"locked": {"url": "https://releases.nixos.org/nixos/25.05/nixos-25.05.801234.abc/nixexprs.tar.xz", "lastModified": 1},
  "original": {"url": "https://channels.nixos.org/nixos-25.05/nixexprs.tar.xz"}}, "root": {"inputs": {"nixpkgs": "n"}}}, "root": "root"}`,
			want: pins{"nixpkgs": {Release: Release{25, 5}}},
		},
		{
			name: "flake.lock: a branch of a copy", parse: parseFlakeLock,
			text: `{"nodes": {"n": {"locked": {"url": "https://git.example.org/nixpkgs.git", "lastModified": 1786899015},
  "original": {"type": "git", "ref": "nixos-26.05-backports", "url": "https://git.example.org/nixpkgs.git"}}, "root": {"inputs": {"nixpkgs": "n"}}}, "root": "root"}`,
			want: pins{"nixpkgs": {Release: Release{26, 5}}},
		},
		{
			name: "npins", parse: parseNpins,
			text: `{"pins": {"nixpkgs": {"type": "Channel", "name": "nixos-24.05"},
  "other": {"type": "Git", "branch": "main", "repository": {"owner": "x", "repo": "y"}}}, "version": 5}`,
			want: pins{"nixpkgs": {Release: Release{24, 5}}},
		},
		{
			name: "niv", parse: parseNiv,
			text: `{"nixpkgs": {"branch": "nixos-23.11", "owner": "NixOS", "repo": "nixpkgs"}, "niv": {"branch": "master", "owner": "nmattia", "repo": "niv"}}`,
			want: pins{"nixpkgs": {Release: Release{23, 11}}},
		},
		{name: "broken", parse: parseFlakeLock, text: `{"nodes": [`, want: nil},
		{name: "empty", parse: parseNpins, text: `{}`, want: pins{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.parse([]byte(tt.text)), cmp.AllowUnexported(pin{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
