package lint_test

import (
	"context"
	"fmt"
	"log"
	"testing/fstest"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// openMask reports services whose files anybody may change.
var openMask = &lint.Rule{
	Page: lint.Page{ID: "X001", Name: "open-mask", Title: "Files of the service are writable by all", Severity: lint.Warning},
	Unit: func(p *lint.Pass, u *unit.Unit) {
		mask, ok := u.Is("UMask", "0000")
		if !ok {
			return
		}
		p.At(u, mask).
			Note("everybody may write to the files that it creates").
			Fix(fix.ReplaceSetting(u, mask, "0077", "")...).
			Reportf("UMask=%s removes no permission", mask.Text)
	},
}

// A rule, from its check to its fix.
func Example() {
	files := fstest.MapFS{"web.nix": {Data: []byte(`{ pkgs, ... }:
{
  systemd.services.web.serviceConfig = {
    ExecStart = "${pkgs.web}/bin/web";
    UMask = "0000"; # so that nginx can read it
  };
}
`)}}
	ctx := context.Background()
	project, err := nixos.Load(ctx, nixos.Options{FS: files}, "web.nix")
	if err != nil {
		log.Fatal(err)
	}
	linter := lint.Linter{Rules: []*lint.Rule{openMask}}

	found, err := linter.Run(ctx, project)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range found.Findings {
		at := f.File.Position(f.Span.Start)
		fmt.Printf("%s:%d:%d: %s[%s] %s\n", f.File.Name, at.Line, at.Column, f.Severity, f.Rule.ID, f.Message)
		for _, n := range f.Notes {
			fmt.Printf("  %s: %s\n", n.Label, n.Text)
		}
	}
	fixed, err := linter.Repair(ctx, project, lint.Safe)
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range fixed.Changes {
		fmt.Print(emit.Diff(c.File.Name, c.Old, c.New))
	}
	// Output:
	// web.nix:5:13: warning[X001] web.service: UMask=0000 removes no permission
	//   note: everybody may write to the files that it creates
	// --- a/web.nix
	// +++ b/web.nix
	// @@ -2,6 +2,6 @@
	//  {
	//    systemd.services.web.serviceConfig = {
	//      ExecStart = "${pkgs.web}/bin/web";
	// -    UMask = "0000"; # so that nginx can read it
	// +    UMask = "0077"; # so that nginx can read it
	//    };
	//  }
}

func ExampleSelectRules() {
	rules, err := lint.SelectRules([]*lint.Rule{openMask}, []string{"open-mask"}, nil)
	fmt.Println(rules, err)
	_, err = lint.SelectRules([]*lint.Rule{openMask}, []string{"open-masks"}, nil)
	fmt.Println(err)
	// Output:
	// [open-mask (X001)] <nil>
	// there is no rule "open-masks"; did you mean open-mask?; see wardnix rules
}
