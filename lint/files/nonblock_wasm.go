//go:build js || wasip1

package files

// NoWait is not a flag: there are no named pipes.
const NoWait = 0
