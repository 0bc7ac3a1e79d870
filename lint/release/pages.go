package release

import "strings"

// clone is where pages have the clone of wardnix as long as it is not published.
const clone = "/opt/wardnix"

// Git is the repository as git takes it.
func Git(repository string) string {
	return either(repository, "https://github.com/"+repository, clone)
}

func either(repository, published, local string) string {
	if repository == "" {
		return local
	}
	return published
}

// Section is what a changelog says of a version: the lines below its heading, which has
// the date. Without such a heading it is what is not released yet.
func Section(changelog, version string) string {
	_, rest, dated := strings.Cut(changelog, "\n## "+version+" - ")
	if !dated {
		_, rest, _ = strings.Cut(changelog, "\n## Unreleased\n")
		rest = "unreleased\n" + rest
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return "## " + version + " - " + strings.TrimSpace(text) + "\n"
}
