//go:build playground

package main

import _ "embed"

// playground is the page, which the release script makes before it builds wardnix.
//
//go:embed playground.html
var playground []byte
