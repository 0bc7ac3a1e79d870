package handbook

import (
	_ "embed"
	"fmt"
	"html"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/rules/profile"
)

// Theme is the style that all pages of wardnix for browsers have in common.
//
//go:embed theme.css
var Theme string

// A writer writes HTML. What it prints with %s is escaped by its callers; it takes no
// template, since package text/template keeps the linker from leaving code out, which
// doubles the size of the playground.
type writer struct{ strings.Builder }

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// HTML is the page of the topic, without a heading.
func (t *Topic) HTML() string {
	var w writer
	switch {
	case t.Rule != nil:
		w.rule(t.Rule)
	case t.Baseline == profile.ProvenName:
		w.proven()
	case t.Baseline != "":
		w.printf("<p>A NixOS module, to be imported as it is. Each setting has what it does and what it costs.</p>\n%s", code(t.Text))
	}
	for _, d := range t.Directives {
		w.directive(d)
	}
	for _, s := range t.Settings {
		w.setting(s)
	}
	return w.String()
}

func (w *writer) rule(r *lint.Rule) {
	w.printf("<p><strong>%s</strong></p>\n<p class=\"about\">%s · since wardnix %s</p>\n%s", inline(r.Title), r.Severity, r.Since, Prose(r.Text))
	if r.WhenNot != "" {
		w.printf("<h3>When to ignore it</h3>\n%s", Prose(r.WhenNot))
	}
	if r.Before != "" {
		w.printf("<h3>Found</h3>\n%s", code(r.Before))
	}
	if r.After != "" {
		w.printf("<h3>Repaired</h3>\n%s", code(r.After))
	}
	if len(r.References) == 0 {
		return
	}
	w.printf("<h3>See</h3>\n<ul>\n")
	for _, ref := range r.References {
		w.printf("<li>%s</li>\n", html.EscapeString(ref))
	}
	w.printf("</ul>\n")
}

// proven lists the daemons that have a baseline.
func (w *writer) proven() {
	w.printf("<p>%s</p>\n<table><thead><tr><th>Baseline</th><th>As</th><th>Command</th></tr></thead><tbody>\n", inline(AboutProven))
	daemons := profile.Daemons()
	for i := range daemons {
		d := &daemons[i]
		as := "user"
		if d.Root {
			as = "root"
		}
		w.printf("<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", word(d.Baseline()), as, word(strings.Join(d.Programs, ", ")))
	}
	w.printf("</tbody></table>\n")
}

func (w *writer) directive(d *directive.Directive) {
	w.printf("<section><h3><code>%s=</code> in [%s]</h3>\n", d.Name, strings.Join(d.Sections(), "], ["))
	if d.Doc != "" {
		w.printf("<p>%s</p>\n", inline(d.Doc))
	}
	w.printf("<dl>\n")
	w.term("Default", word(d.Default), d.Default != "")
	w.term("Since", fmt.Sprintf("systemd %d", d.Since), d.Since != 0)
	w.term("Ignored", fmt.Sprintf("since systemd %d", d.IgnoredSince), d.IgnoredSince != 0)
	changes := values(d)
	w.term("Value", html.EscapeString(value.DescribeValues(d, directive.Newest)), len(changes) == 0)
	for _, v := range changes {
		words := make([]string, len(v.Names))
		for i, n := range v.Names {
			words[i] = word(n)
		}
		label := "Values"
		if v.Since != directive.Oldest {
			label = fmt.Sprintf("Since systemd %d also", v.Since)
		}
		w.term(label, strings.Join(words, ", "), true)
	}
	w.term("Instead", word(d.Replacement), d.Replacement != "")
	w.term("Manual", html.EscapeString(d.Man), d.Man != "")
	w.printf("</dl></section>\n")
}

// term is a row of a list of terms, if it is wanted.
func (w *writer) term(label, value string, wanted bool) {
	if wanted {
		w.printf("<div><dt>%s</dt><dd>%s</dd></div>\n", label, value)
	}
}

func (w *writer) setting(s profile.Entry) {
	what, cost, _ := strings.Cut(s.Comment, "\nCost:")
	w.printf("<section><h3>Baseline %s</h3>\n%s<p>%s</p>\n", s.Baseline, code(s.Setting), inline(what))
	if cost != "" {
		w.printf("<p><strong>Cost:</strong> %s</p>\n", inline(strings.TrimSpace(cost)))
	}
	w.printf("</section>\n")
}

// code is a block of text as it is. It can be scrolled, so the keyboard reaches it.
func code(text string) string {
	return "<pre tabindex=\"0\" role=\"group\" aria-label=\"Code\"><code>" + html.EscapeString(text) + "</code></pre>\n"
}

func word(text string) string { return "<code>" + html.EscapeString(text) + "</code>" }

// inline is a line of text without the paragraph around it.
func inline(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(Prose(text)), "<p>"), "</p>")
}
