// Package shell finds the simple commands of a shell script, and says of each
// whether it certainly runs. It reads what POSIX shells and bash have in common
// (POSIX.1-2017, volume XCU, chapter 2) and gives up at what it cannot read.
package shell
