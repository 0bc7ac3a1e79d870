package eval_test

import (
	"fmt"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

func Example() {
	f := nixast.Parse("a.nix", `let
  ports = map (n: n + 1) [ 79 442 ];
in {
  first = builtins.head ports;
  name = "web-${toString (builtins.length ports)}";
  user = builtins.getEnv "USER";
}
`, nixast.Options{})
	ev := eval.New(eval.Options{})
	set := ev.Attrs(ev.At(f.Expr()))
	for _, name := range []string{"first", "name", "user"} {
		switch v := ev.Force(ev.Value(set.Lookup(name))).(type) {
		case *eval.Int:
			fmt.Printf("%s = %d\n", name, v.V)
		case *eval.String:
			text, known := v.Text()
			fmt.Printf("%s = %q (known: %v)\n", name, text, known)
		case *eval.Unknown:
			fmt.Printf("%s is unknown: %s\n", name, v.Reason)
		}
	}
	// Output:
	// first = 80
	// name = "web-2" (known: true)
	// user is unknown: this builtin is not evaluated
}
