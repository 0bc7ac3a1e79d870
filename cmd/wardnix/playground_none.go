//go:build !playground

package main

// playground is the page; this program has none.
var playground []byte
