package handbook

import (
	"html"
	"strings"
)

// Prose is a text of a rule or a baseline as HTML. These use a small part of Markdown:
// paragraphs, lists with "- ", and code between backticks.
func Prose(text string) string {
	var b strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		var paragraph []string
		var items [][]string
		for line := range strings.SplitSeq(strings.Trim(block, "\n"), "\n") {
			item, isItem := strings.CutPrefix(line, "- ")
			switch {
			case isItem:
				items = append(items, []string{item})
			case len(items) > 0:
				items[len(items)-1] = append(items[len(items)-1], strings.TrimSpace(line))
			default:
				paragraph = append(paragraph, line)
			}
		}
		if len(paragraph) > 0 {
			b.WriteString("<p>" + spans(paragraph) + "</p>\n")
		}
		if len(items) == 0 {
			continue
		}
		b.WriteString("<ul>\n")
		for _, item := range items {
			b.WriteString("<li>" + spans(item) + "</li>\n")
		}
		b.WriteString("</ul>\n")
	}
	return b.String()
}

// spans are lines of text, in which code may go on from one to the next.
func spans(lines []string) string {
	var b strings.Builder
	parts := strings.Split(strings.Join(lines, "\n"), "`")
	for i, part := range parts {
		switch {
		case i%2 == 0:
			b.WriteString(html.EscapeString(part))
		case i == len(parts)-1: // nothing closes it
			b.WriteString("`" + html.EscapeString(part))
		default:
			b.WriteString("<code>" + html.EscapeString(strings.ReplaceAll(part, "\n", " ")) + "</code>")
		}
	}
	return b.String()
}
