// Command section prints what a changelog says of this version.
package main

import (
	"fmt"
	"os"

	"wardnix/lint/release"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: section CHANGELOG")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "section:", err)
		os.Exit(1)
	}
	fmt.Print(release.Section(string(text), release.Version))
}
