package release

import "regexp"

// A form is something that pages show: what matches it in any state of them, and how
// it is written for a repository ("" for a clone) and a version.
type form struct {
	is    *regexp.Regexp // with what goes before it as its first group
	write func(repository, version string) string
}

var forms = []form{
	{regexp.MustCompile(`(\brepo: )(?:https://github\.com/[\w.-]+/[\w.-]+|` + clone + `)\b`), func(r, _ string) string {
		return Git(r)
	}},
	{regexp.MustCompile(`(\bgit clone )\S+`), func(r, _ string) string { return either(r, Git(r), ".") }},
	{regexp.MustCompile(`((?:\burl = "|\s))(?:github:[\w.-]+/wardnix|git\+file://` + clone + `)\b`), func(r, _ string) string {
		return either(r, "github:"+r, "git+file://"+clone)
	}},
	{regexp.MustCompile(`(\buses: )(?:\./wardnix(?: #[^\n]*)?|[\w.-]+/wardnix@\S+)`), func(r, v string) string {
		return either(r, r+"@v"+v, "./wardnix # zizmor: ignore[self-repository] it is a submodule")
	}},
	{regexp.MustCompile(`(\brev: v|\bversion = "|"description": "[^"\n]*",\s*"version": ")\d+\.\d+\.\d+`), func(_, v string) string { return v }},
	{regexp.MustCompile(`(?s)(<!-- source -->\n).*?(?:<!-- end -->)`), func(r, v string) string {
		return sourceText(r, v) + "<!-- end -->"
	}},
}

// fill writes into a page from where wardnix is taken, and which version.
func fill(page, repository, version string) string {
	for _, f := range forms {
		page = f.is.ReplaceAllStringFunc(page, func(text string) string {
			return f.is.FindStringSubmatch(text)[1] + f.write(repository, version)
		})
	}
	return page
}

// sourceText says where recipes take wardnix from.
func sourceText(repository, version string) string {
	if repository == "" {
		return `wardnix is not published yet. The recipes take it from a clone, with its tag ` + "`v" + version + "`" + `, at ` + "`" + clone + "`" + `;
in CI it is a submodule of the repository, in the directory ` + "`wardnix`" + `.
`
	}
	return "The recipes take wardnix from <https://github.com/" + repository + ">; in GitLab it is a submodule of the repository, in the\ndirectory `wardnix`.\n"
}
