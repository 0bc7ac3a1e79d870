package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"wardnix/lint"
	"wardnix/lint/systemd/security"
)

// Page is what the HTML report shows.
type Page struct {
	Result *lint.Result
	// Units are the services that have an exposure, in the order in which they
	// are to be shown.
	Units []UnitExposure
	// Diff is what all fixes that were asked for change together; "" where
	// that was not asked.
	Diff string
	// Version is that of wardnix.
	Version string
}

// UnitExposure is how exposed a service is, and would be.
type UnitExposure struct {
	// Host is the name of the host, "" for files that belong to none.
	Host string
	// Unit is the full name, Scope the service manager that runs it, "system"
	// or "container web".
	Unit, Scope string
	// File and Line are where it is defined.
	File string
	Line int
	// Now is the exposure as the files are, Safe after the safe fixes, All after
	// the unsafe ones, too. They may be one and the same, and are never nil.
	Now, Safe, All *security.Assessment
}

// What is shown without being asked for; the rest is folded.
const (
	shownUnits = 25 // of a host
	shownFiles = 40
	openAll    = 12 // findings up to which all are unfolded
	// toldUnits is the number of services that are shown with all that they
	// are exposed to: a page with thousands would be slow.
	toldUnits = 500
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// HTML writes a page for browsers: one file that refers to nothing else. The
// error is that of w.
func HTML(w io.Writer, p *Page) error {
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, newPageView(p))
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
