package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden files to what wardnix does now")

func TestMain(m *testing.M) {
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

// status N COMMAND… runs a command and asks for its exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND…")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if want, err := strconv.Atoi(args[0]); err != nil || got != want {
		ts.Fatalf("the exit status is %d, not %s", got, args[0])
	}
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
