package workspace_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"testing/fstest"

	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/lint/workspace"
)

// What the command `wardnix lint --diff` does.
func Example() {
	ctx := context.Background()
	w, err := workspace.Open(workspace.Options{NoConfig: true, FS: fstest.MapFS{"web.nix": {Data: []byte(`{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    PrivateTmp = "ture";
  };
}
`)}}})
	if err != nil {
		log.Fatal(err)
	}
	run, err := w.Lint(ctx, workspace.Task{})
	if err != nil {
		log.Fatal(err)
	}
	concise, err := report.FindFormat("concise")
	if err != nil {
		log.Fatal(err)
	}
	if err := concise.Write(os.Stdout, run.Report); err != nil {
		log.Fatal(err)
	}
	fmt.Println("fails:", w.Failing(run.Result.Findings))

	run, err = w.Lint(ctx, workspace.Task{Fix: lint.Safe, Diff: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(run.Diff)
	// Output:
	// web.nix:4:18: error[D002] [*] web.service: invalid value `ture` for `PrivateTmp`
	// 1 file: 1 error; [*] 1 fixable with --write
	// 1 service could be hardened
	// fails: true
	// --- a/web.nix
	// +++ b/web.nix
	// @@ -1,6 +1,6 @@
	//  {
	//    systemd.services.web.serviceConfig = {
	//      ExecStart = "/run/current-system/sw/bin/web";
	// -    PrivateTmp = "ture";
	// +    PrivateTmp = true;
	//    };
	//  }
}
