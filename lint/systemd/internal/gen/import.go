package main

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// A release is a version of systemd as the newest commit that has it.
type release struct {
	version int
	name    string // the tag, or what meson.version says
	commit  string
	git     func(args ...string) (string, error)
}

// importReleases reads what the releases changed that the repository has and the
// data lacks, oldest first, and stores the files.
func importReleases(repository, data string) error {
	versions, err := readTable(data, "versions.tsv", 3)
	if err != nil {
		return err
	}
	newest, err := newestVersion(versions)
	if err != nil {
		return err
	}
	releases, err := releasesAfter(newest, repository)
	if err != nil {
		return err
	}
	for _, r := range releases {
		for _, read := range []func(*release, string) error{importDirectives, importGroups, importUpstream, importChecks, importEnums, importCapabilities} {
			if err := read(r, data); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
		versions.rows = append(versions.rows, []string{strconv.Itoa(r.version), r.name, r.commit})
	}
	return versions.write()
}

// newestVersion returns the last row's version.
func newestVersion(versions *table) (int, error) {
	if len(versions.rows) == 0 {
		return 0, fmt.Errorf("%s has no rows", versions.path)
	}
	return strconv.Atoi(versions.rows[len(versions.rows)-1][0])
}

// gitOf returns a function that runs git in a repository.
func gitOf(repository string) func(args ...string) (string, error) {
	return func(args ...string) (string, error) {
		var stderr strings.Builder
		cmd := exec.Command("git", append([]string{"-C", repository}, args...)...)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
		}
		return string(out), nil
	}
}

// releasesAfter returns the newest point release of each version after newest, and
// the head where it is later than the last tag.
func releasesAfter(newest int, repository string) ([]*release, error) {
	git := gitOf(repository)
	list, err := git("tag", "--list", "v*")
	if err != nil {
		return nil, err
	}
	names, points := map[int]string{}, map[int]int{}
	for _, tag := range strings.Fields(list) {
		major, minor, dotted := strings.Cut(strings.TrimPrefix(tag, "v"), ".")
		version, err := strconv.Atoi(major)
		point, pointErr := strconv.Atoi(minor)
		if err != nil || dotted && pointErr != nil || names[version] != "" && point < points[version] {
			continue // a candidate of a release, or an older point release
		}
		names[version], points[version] = tag, point
	}
	if head, err := git("show", "HEAD:meson.version"); err == nil {
		major, _, _ := strings.Cut(strings.TrimSpace(head), "~")
		if version, err := strconv.Atoi(major); err == nil && names[version] == "" {
			names[version] = strings.TrimSpace(head)
		}
	}
	var releases []*release
	for _, version := range slices.Sorted(maps.Keys(names)) {
		if version <= newest {
			continue
		}
		at := names[version]
		if !strings.HasPrefix(at, "v") {
			at = "HEAD"
		}
		commit, err := git("rev-parse", at+"^{commit}")
		if err != nil {
			return nil, err
		}
		releases = append(releases, &release{version, names[version], strings.TrimSpace(commit), git})
	}
	return releases, nil
}

// file returns the text of a file of the release.
func (r *release) file(path string) (string, error) { return r.git("show", r.commit+":"+path) }

// files returns the paths below a directory, "" for all.
func (r *release) files(directory string) ([]string, error) {
	list, err := r.git("ls-tree", "-r", "--name-only", r.commit, "--", directory)
	return strings.Fields(list), err
}
