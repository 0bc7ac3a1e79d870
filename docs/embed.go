// Package docs holds the pages of this directory.
package docs

import "embed"

// Pages are the pages in Markdown, by name.
//
//go:embed *.md
var Pages embed.FS
