package emit_test

import (
	"fmt"
	"strings"
	"testing"

	"wardnix/emit"
	"wardnix/nixast"
)

// A directive goes next to its relatives, under the comment of their group.
func ExampleEditor_Insert() {
	src := `{
  serviceConfig = {
    ExecStart = "/bin/web";

    # Files
    ProtectSystem = "strict";
    PrivateTmp = true;

    # Network
    PrivateNetwork = true; # it uses a socket
  };
}
`
	file := nixast.Parse("web.nix", src, nixast.Options{})
	set := file.Expr().Child(0).Child(1)
	where := emit.Where{Families: [][]string{{"ProtectSystem", "ProtectHome", "PrivateTmp"}}}
	edits, err := emit.New(file).Insert(set, where, emit.A("ProtectHome", true))
	if err != nil {
		fmt.Println(err)
		return
	}
	fixed, err := emit.Apply(src, edits)
	fmt.Print(fixed, err)
	// Output:
	// {
	//   serviceConfig = {
	//     ExecStart = "/bin/web";
	//
	//     # Files
	//     ProtectSystem = "strict";
	//     ProtectHome = true;
	//     PrivateTmp = true;
	//
	//     # Network
	//     PrivateNetwork = true; # it uses a socket
	//   };
	// }
	// <nil>
}

// Parents are made in the form that the file has.
func ExampleEditor_Ensure() {
	src := "{\n  systemd.services.web.enable = true;\n  systemd.services.web.serviceConfig.User = \"web\";\n}\n"
	file := nixast.Parse("web.nix", src, nixast.Options{})
	edits, err := emit.New(file).Ensure(file.Expr(), emit.Where{},
		emit.Attr{Path: []string{"systemd", "services", "web", "serviceConfig", "PrivateTmp"}, Value: true},
		emit.Attr{Path: []string{"systemd", "services", "web", "wantedBy"}, Value: []string{"multi-user.target"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fixed, err := emit.Apply(src, edits)
	fmt.Print(fixed, err)
	// Output:
	// {
	//   systemd.services.web.enable = true;
	//   systemd.services.web.serviceConfig.User = "web";
	//   systemd.services.web.serviceConfig.PrivateTmp = true;
	//   systemd.services.web.wantedBy = [ "multi-user.target" ];
	// }
	// <nil>
}

// Files in nobody's style are not reformatted, and comments are never lost.
func ExampleEditor_Remove() {
	file := nixast.Parse("web.nix", "{ a = 1; # why\n  b = 2; }\n", nixast.Options{})
	_, err := emit.New(file).Remove(file.Expr().Child(0))
	fmt.Println(err)
	// Output:
	// the comment "# why" belongs to it
}

func BenchmarkInsert(b *testing.B) {
	var src strings.Builder
	src.WriteString("{\n")
	for i := range 500 {
		fmt.Fprintf(&src, "  systemd.services.s%d = {\n    serviceConfig = {\n      User = \"u\";\n      # Files\n      PrivateTmp = true;\n    };\n  };\n", i)
	}
	src.WriteString("}\n")
	file := nixast.Parse("big.nix", src.String(), nixast.Options{})
	editor := emit.New(file)
	last := nixast.Node{}
	for binding := range file.Expr().Bindings() {
		last = binding.Value().Child(0).Child(1)
	}
	for b.Loop() {
		if _, err := editor.Insert(last, emit.Where{}, emit.A("ProtectHome", true)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLearn(b *testing.B) {
	src := "{\n" + strings.Repeat("  a.b = { c = [ 1 2 ]; };\n  d = [\n    1\n    2\n  ];\n", 2000) + "}\n"
	file := nixast.Parse("big.nix", src, nixast.Options{})
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		emit.New(file)
	}
}
