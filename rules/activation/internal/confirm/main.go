// Command confirm boots systemd and tries units that the activation rules report: what the page of
// a rule says has to happen. It writes what it saw to docs/activation.md.
//
//	go run ./rules/activation/internal/confirm
//
// It needs root, debootstrap, systemd-nspawn and nsenter, and takes about two minutes. The root
// directories may be those of rules/profile/internal/running; nothing in them is changed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"wardnix/rules/internal/machine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "confirm:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("confirm", flag.ContinueOnError)
	dir := flags.String("dir", "/var/lib/wardnix-running", "directory for the root directories")
	suites := flags.String("suites", "bookworm,trixie,sid", "Debian suites to boot, separated by commas")
	only := flags.String("only", "", "names of the cases to try, separated by commas; else all, and the page is written")
	page := flags.String("page", "docs/activation.md", "file to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if missing := machine.Missing(); len(missing) > 0 {
		return fmt.Errorf("this needs %s", strings.Join(missing, ", "))
	}
	cases, err := readCases()
	if err != nil {
		return err
	}
	if *only != "" {
		cases = chosen(cases, strings.Split(*only, ","))
	}
	var seen []sighting
	failed := 0
	for _, suite := range strings.Split(*suites, ",") {
		s, err := try(ctx, filepath.Join(*dir, suite), suite, cases)
		if err != nil {
			return fmt.Errorf("%s: %w", suite, err)
		}
		failed += s.failed
		seen = append(seen, s)
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%d cases were not as their page says", failed)
	case *only != "":
		return nil
	}
	return os.WriteFile(*page, []byte(report(cases, seen)), 0o644)
}
