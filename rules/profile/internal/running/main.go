// Command running starts real daemons under a booted systemd, before and after
// wardnix's fixes, and probes whether each still does its job. What it sees is
// the evidence for which fixes are safe, and for the baselines in
// rules/profile/proven.
//
//	go run ./rules/profile/internal/running all
//
// docs/running.md describes what it needs, what it does and how to add a daemon.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"wardnix/rules/internal/machine"
)

const usage = `Usage: running [FLAGS] COMMAND [ARGUMENT…]

Commands, each for the Debian suites of --suites:
  needs                 say what is missing on this machine, and exit with 1 if something is
  build                 make the root directories, and install the daemons
  fixes [VARIANT…]      try each service under its unit with wardnix's fixes
  best                  search the largest working part of the strict baseline, for each service
  one KEY=VALUE…        try each service with these settings added, all at once
  stop                  compare how long each service takes to stop with and without PrivatePIDs
  proven                try each service under its proven baseline
  harden                try each service that NixOS has under NixOS's settings with the module of gen harden
  report                write the proven baselines and docs/running.md from the evidence
  all                   build, fixes, best, report, proven, harden, report
  ci                    ten services, plain, fixed and under their proven baselines

Flags:
`

// options are the flags of the command.
type options struct {
	checkout string
	dir      string
	wardnix  string
	only     []string
	jobs     int
	resume   bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "running:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("running", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage); flags.PrintDefaults() }
	var o options
	flags.StringVar(&o.checkout, "checkout", ".", "directory of the repository")
	flags.StringVar(&o.dir, "dir", "/var/lib/wardnix-running", "directory for the root directories, the units and the logs")
	flags.StringVar(&o.wardnix, "wardnix", "", "wardnix program to try; else it is built from the checkout")
	flags.IntVar(&o.jobs, "jobs", 3, "services tried at a time")
	flags.BoolVar(&o.resume, "resume", false, "leave out the services whose evidence is there")
	only := flags.String("only", "", "names of the services to try, separated by commas; else all")
	suites := flags.String("suites", "bookworm,sid", "Debian suites to boot, separated by commas")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return fmt.Errorf("a command is missing")
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	return o.command(ctx, strings.Split(*suites, ","), flags.Arg(0), flags.Args()[1:])
}

func (o *options) command(ctx context.Context, suites []string, command string, args []string) error {
	if command == "report" {
		return o.report()
	}
	if missing := machine.Missing("go"); len(missing) > 0 {
		if command == "ci" {
			fmt.Println("skipped: running daemons needs", strings.Join(missing, ", "))
			return nil
		}
		return fmt.Errorf("this needs %s", strings.Join(missing, ", "))
	}
	commands := []string{command}
	switch command {
	case "needs":
		fmt.Println("nothing is missing")
		return nil
	case "all":
		commands = []string{"build", "fixes", "best", "report", "proven", "harden", "report"}
	case "ci":
		return o.ci(ctx)
	}
	for _, c := range commands {
		if c == "report" {
			if err := o.report(); err != nil {
				return err
			}
			continue
		}
		for _, suite := range suites {
			if err := o.perform(ctx, suite, c, args); err != nil {
				return fmt.Errorf("%s: %s: %w", suite, c, err)
			}
		}
	}
	return nil
}

// perform runs one command on one suite.
func (o *options) perform(ctx context.Context, suite, command string, args []string) error {
	services, err := o.services()
	if err != nil {
		return err
	}
	if command == "build" {
		return o.build(ctx, suite, services)
	}
	s, err := o.open(ctx, suite, services)
	if err != nil {
		return err
	}
	defer s.close()
	switch command {
	case "fixes":
		if len(args) == 0 {
			args = variantNames()
		}
		return s.fixes(ctx, args)
	case "best":
		return s.best(ctx)
	case "one":
		return s.one(ctx, args)
	case "stop":
		return s.stopTimes(ctx)
	case "proven":
		return s.proven(ctx)
	case "harden":
		return s.harden(ctx)
	}
	return fmt.Errorf("there is no command %s", command)
}

// services are those that --only names, or all.
func (o *options) services() ([]*service, error) {
	all, err := readServices()
	if err != nil || o.only == nil {
		return all, err
	}
	var chosen []*service
	for _, name := range o.only {
		i := slices.IndexFunc(all, func(s *service) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no service %s", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
