// Package docs has the pages of this directory, and makes a site of them.
package docs

import "embed"

// pages are the pages in Markdown, by name.
//
//go:embed *.md
var pages embed.FS
