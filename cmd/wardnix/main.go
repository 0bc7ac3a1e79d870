// Command wardnix checks NixOS modules for systemd services that are not as
// safe as they read, repairs them, and explains why.
package main

import (
	"fmt"
	"os"
)

func main() {
	if os.Getenv("GOGC") == "" {
		boundMemory(ofRun)
	}
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "wardnix: the working directory is gone:", err)
		os.Exit(exitFailed)
	}
	c := Command{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Dir: dir, Env: os.LookupEnv}
	os.Exit(c.Main(os.Args[1:]))
}
