package docs

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"wardnix/lint/release"
	"wardnix/rules/handbook"
	"wardnix/rules/profile"
)

//go:embed site.css
var siteCSS string

//go:embed search.js
var searchJS string

// runningPage is the page that says what real daemons broke under.
const runningPage = "running.md"

// A site is the documentation as files, by their path below its directory.
type site struct {
	files map[string]string
	index []indexed
	seen  map[string][]string // rows of runningPage by the directive
}

// indexed is an entry of the search.
type indexed struct {
	Title string `json:"t"`
	About string `json:"a"`
	Path  string `json:"p"`
}

// Site is the documentation as static pages, by path: the pages in Markdown, and one
// page for each rule, directive and baseline. They refer to each other only, and the
// search works without a server. The playground is among them unless it is empty. The
// same version gives the same bytes.
func Site(playground []byte) (map[string]string, error) {
	s := &site{files: map[string]string{}}
	if len(playground) > 0 {
		s.files["playground.html"] = string(playground)
	}
	if err := s.readRunning(); err != nil {
		return nil, err
	}
	for _, r := range handbook.Rules() {
		s.topic("rules/"+r.ID+".html", r.Title, &handbook.Topic{Rule: r})
	}
	names := append(handbook.Baselines(), profile.ProvenName)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if t, err := handbook.Lookup(name); err == nil {
			s.topic(baselinePath(name), "A baseline: a NixOS module with what each setting does and costs", t)
		}
	}
	for _, name := range handbook.DirectiveNames() {
		t := &handbook.Topic{Directives: handbook.DirectivesOf(name), Settings: profile.Explain(name)}
		s.topic("directives/"+name+".html", t.Directives[0].Doc, t)
	}
	if err := s.documents(); err != nil {
		return nil, err
	}
	s.lists()
	text, err := json.Marshal(s.index)
	if err != nil {
		return nil, err
	}
	s.files["theme.css"] = handbook.Theme + siteCSS
	s.files["search.js"] = "const pages = " + string(text) + ";\n" + searchJS
	return s.files, nil
}

func baselinePath(name string) string {
	return "baselines/" + strings.ReplaceAll(name, "/", "-") + ".html"
}

// readRunning notes the rows of the table of what each setting broke.
func (s *site) readRunning() error {
	text, err := fs.ReadFile(pages, runningPage)
	if err != nil {
		return err
	}
	s.seen = map[string][]string{}
	_, table, _ := strings.Cut(string(text), "| setting |")
	head := "| setting |"
	for i, line := range strings.Split(table, "\n") {
		if i == 0 {
			head += line
			continue
		}
		row := strings.TrimPrefix(line, "| ")
		if row == line {
			if i > 1 { // after the line under the head
				break
			}
			head += "\n" + line
			continue
		}
		directive, _, ok := strings.Cut(row, "=")
		if ok && s.seen[directive] == nil {
			s.seen[directive] = []string{head}
		}
		if ok {
			s.seen[directive] = append(s.seen[directive], line)
		}
	}
	return nil
}

// topic adds the page of a topic.
func (s *site) topic(name, about string, t *handbook.Topic) {
	body := t.HTML()
	if len(t.Directives) > 0 {
		if rows := s.seen[t.Directives[0].Name]; rows != nil {
			body += "<h2>What it was seen to break</h2>\n" + markdown(strings.Join(rows, "\n")) +
				"<p>Real daemons ran with and without the setting: <a href=\"../running.html\">how, and which</a>.</p>\n"
		}
	}
	s.add(name, t.Title(), about, body)
}

// add adds a page, and finds it.
func (s *site) add(name, title, about, body string) {
	s.index = append(s.index, indexed{title, about, name})
	s.files[name] = page(name, title, body)
}

// heading is the first line of a page in Markdown.
var heading = regexp.MustCompile(`^# (.+)\n`)

// documents adds the pages that are written by hand.
func (s *site) documents() error {
	names, err := fs.Glob(pages, "*.md")
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == "rules.md" {
			continue // each rule has a page
		}
		text, err := fs.ReadFile(pages, name)
		if err != nil {
			return err
		}
		m := heading.FindStringSubmatch(string(text))
		if m == nil {
			return fmt.Errorf("%s has no heading", name)
		}
		body := strings.TrimPrefix(string(text), m[0])
		s.add(strings.TrimSuffix(name, ".md")+".html", m[1], firstSentence(body), rewriteLinks(markdown(namedFences.ReplaceAllString(body, "**$2**\n\n```$1\n"))))
	}
	return nil
}

// namedFences are blocks that are files: "```yaml .pre-commit-config.yaml".
var namedFences = regexp.MustCompile("(?m)^```(\\w+) (\\S+)\n")

// firstSentence is what a page begins with, without what marks code.
func firstSentence(text string) string {
	for _, block := range strings.Split(fencedBlocks.ReplaceAllString(text, ""), "\n\n") {
		if block = strings.TrimSpace(block); block == "" || strings.ContainsAny(block[:1], "<!|") {
			continue
		}
		sentence, _, more := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(block, "\n", " "), "`", ""), ". ")
		if more {
			sentence += "."
		}
		return sentence
	}
	return ""
}

// fencedBlocks are blocks of code.
var fencedBlocks = regexp.MustCompile("(?ms)^```.*?^```$")

// address is a link in HTML to something in the repository.
var address = regexp.MustCompile(`href="([\w./-]+?)(#[^"]*)?"`)

// rewriteLinks makes links between pages in Markdown links between those of the site.
// What is only in the repository is linked there, if it is published.
func rewriteLinks(body string) string {
	return address.ReplaceAllStringFunc(body, func(link string) string {
		m := address.FindStringSubmatch(link)
		file, fragment := m[1], m[2]
		switch {
		case file == "rules.md" && len(fragment) > 5:
			return `href="rules/` + strings.ToUpper(fragment[1:5]) + `.html"`
		case file == "rules.md":
			return `href="rules/index.html"`
		case !strings.Contains(file, "/") && path.Ext(file) == ".md":
			return `href="` + strings.TrimSuffix(file, ".md") + `.html` + fragment + `"`
		case release.Repository == "":
			return `title="` + path.Join("docs", file) + `"`
		}
		return `href="https://github.com/` + release.Repository + "/blob/v" + release.Version + "/" + path.Join("docs", file) + fragment + `"`
	})
}

// lists adds the pages that lead to the others.
func (s *site) lists() {
	lists := map[string]string{} // by directory
	for _, p := range s.index {
		lists[path.Dir(p.Path)] += entry(path.Base(p.Path), p.Title, p.About)
	}
	front := "<p>wardnix lints, fixes and generates NixOS modules, so that their systemd services are safe.</p>\n<ul class=\"list\">\n"
	for _, t := range [][3]string{
		{"rules", "Rules", "what wardnix finds, with examples before and after the fix"},
		{"directives", "Directives", "what each setting of systemd does and costs, its values by version, what it was seen to break"},
		{"baselines", "Baselines", "what units should set"},
	} {
		index := t[0] + "/index.html"
		front += entry(index, t[1], t[2])
		s.files[index] = page(index, t[1], "<ul class=\"list\">\n"+lists[t[0]]+"</ul>\n")
	}
	if s.files["playground.html"] != "" {
		front += entry("playground.html", "Playground", "wardnix in this browser: it finds and fixes while you type")
	}
	front += "</ul>\n<h2>Pages</h2>\n<ul class=\"list\">\n" + lists["."] + "</ul>\n"
	s.files["index.html"] = page("index.html", "wardnix "+release.Version, front)
}

// entry is a page in a list.
func entry(path, title, about string) string {
	return fmt.Sprintf("<li><a href=\"%s\">%s</a> <small>%s</small></li>\n", path, html.EscapeString(title), html.EscapeString(about))
}

// page is a page of the site around its body.
func page(name, title, body string) string {
	up := strings.Repeat("../", strings.Count(name, "/"))
	links := ""
	for _, l := range [][2]string{{"index.html", "wardnix"}, {"rules/index.html", "Rules"}, {"directives/index.html", "Directives"}, {"baselines/index.html", "Baselines"}, {"recipes.html", "Recipes"}, {"output.html", "Formats"}} {
		current := ""
		if l[0] == name {
			current = ` aria-current="page"`
		}
		links += fmt.Sprintf("<a href=\"%s%s\"%s>%s</a>\n", up, l[0], current, l[1])
	}
	return fmt.Sprintf(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%[1]s</title>
<link rel="stylesheet" href="%[2]stheme.css">
</head>
<body data-up="%[2]s">
<header><nav aria-label="Documentation">
%[3]s</nav>
<form role="search"><label>Search <input id="search" type="search" autocomplete="off" spellcheck="false" aria-controls="hits"></label></form></header>
<ul id="hits" class="list" aria-live="polite" hidden></ul>
<main>
<h1>%[1]s</h1>
%[4]s</main>
<script src="%[2]ssearch.js"></script>
</body>
</html>
`, html.EscapeString(title), up, links, body)
}

// markdown is a page in Markdown as HTML. It lets no HTML through.
func markdown(text string) string {
	var b bytes.Buffer
	if err := converter.Convert([]byte(text), &b); err != nil {
		panic(err) // a buffer takes everything
	}
	return strings.ReplaceAll(b.String(), "<pre>", `<pre tabindex="0" role="group" aria-label="Code">`) // the keyboard reaches what can be scrolled
}

var converter = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
