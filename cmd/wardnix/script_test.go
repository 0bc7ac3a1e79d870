package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden files to what wardnix does now")

func TestMain(m *testing.M) {
	debug.SetGCPercent(ofRun.most) // as main does
	testscript.Main(m, map[string]func(){"wardnix": main})
}

// The scripts are the command line as a user meets it.
func TestScripts(t *testing.T) {
	server, err := filepath.Abs("../../testdata/server")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": status},
		Condition:           condition,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SERVER", server)
			return nil
		},
	})
}

// status [-process] N wardnix ARGUMENTS… runs wardnix, and requires its exit status. It
// runs in this process, which is cheaper than a new one; standard input, and environment
// variables that are for programs which wardnix starts, need -process.
func status(ts *testscript.TestScript, neg bool, args []string) {
	process := len(args) > 0 && args[0] == "-process"
	if process {
		args = args[1:]
	}
	if neg || len(args) < 2 || args[1] != "wardnix" {
		ts.Fatalf("usage: status [-process] N wardnix ARGUMENTS…")
	}
	run := runHere
	if process {
		run = runProcess
	}
	if got := run(ts, args[2:]); strconv.Itoa(got) != args[0] {
		ts.Fatalf("the exit status is %d, not %s", got, args[0])
	}
}

// runHere runs wardnix in this process and returns the exit status.
func runHere(ts *testscript.TestScript, args []string) int {
	c := Command{
		Stdin:  iotest.ErrReader(errors.New("standard input needs status -process")),
		Stdout: ts.Stdout(), Stderr: ts.Stderr(), Dir: ts.MkAbs("."),
		Env: func(name string) (string, bool) {
			value := ts.Getenv(name)
			return value, value != ""
		},
	}
	return c.Main(args)
}

// runProcess runs wardnix as a program and returns the exit status.
func runProcess(ts *testscript.TestScript, args []string) int {
	var exit *exec.ExitError
	switch err := ts.Exec("wardnix", args...); {
	case err == nil:
		return exitClean
	case !errors.As(err, &exit):
		ts.Fatalf("%v", err)
	}
	return exit.ExitCode()
}

// condition knows [root], since file modes do not bind root, and [missing:TOOL], by
// which a script skips itself: if CI is set, that is an error.
func condition(name string) (bool, error) {
	if tool, ok := strings.CutPrefix(name, "missing:"); ok {
		_, err := exec.LookPath(tool)
		if os.Getenv("CI") != "" {
			return false, err
		}
		return err != nil, nil
	}
	if name == "root" {
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("no condition %s", name)
}
