//go:build !race

package nixast

// slowdown is by how much the tests of limits are made smaller. The race
// detector makes the parser, which shares nothing, ten times slower.
const slowdown = 1
