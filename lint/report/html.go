package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// What is shown without being requested; the rest is folded.
const (
	shownUnits = 25 // of a host
	shownFiles = 40
	openAll    = 12 // findings up to which all are unfolded
	// toldUnits is the number of services that are shown with all that they
	// are exposed to: a page with thousands would be large and slow.
	toldUnits = 40
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// writePage writes a page for browsers: one file that refers to nothing else. The
// error is that of w.
func writePage(w io.Writer, r *Report) error {
	t, err := template.New("page").Funcs(template.FuncMap{"code": codeSpans}).Parse(pageHTML)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, newPageView(r)); err != nil {
		return err
	}
	return markup(w, b.String())
}

// codeSpans is a text in which what is between backticks is code.
func codeSpans(text string) template.HTML {
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 { // a backtick is of the text
		return template.HTML(template.HTMLEscapeString(text))
	}
	var b strings.Builder
	for i, part := range parts {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return template.HTML(b.String())
}

// policy is the content security policy of the page: nothing from outside, no
// style and no script but its own.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", digest(pageCSS), digest(pageJS))
}

// digest is the source expression that allows text (CSP Level 3, 2.3.1).
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
