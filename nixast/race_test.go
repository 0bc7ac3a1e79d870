//go:build race

package nixast

// slowdown is by how much the tests of limits are made smaller.
const slowdown = 10
