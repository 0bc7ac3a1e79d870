package nixast_test

import (
	"fmt"

	"wardnix/nixast"
)

func Example() {
	src := `{
  services.web.enable = true; # behind the proxy
  users.users.web.isSystemUser = true;
}
`
	f := nixast.Parse("web.nix", src, nixast.Options{})
	for n := range f.Expr().Children() {
		if b, ok := n.AsBinding(); ok {
			fmt.Printf("line %d: %s = %s\n", f.Position(n.Span().Start).Line, b.Path().Text(), b.Value().Text())
		}
	}
	// Output:
	// line 2: services.web.enable = true
	// line 3: users.users.web.isSystemUser = true
}

func ExampleParse_mistake() {
	f := nixast.Parse("web.nix", "{ a = 1 b = 2; }", nixast.Options{})
	for _, d := range f.Diagnostics {
		at := f.Position(d.Span.Start)
		fmt.Printf("%s:%d:%d: %s\n", f.Name, at.Line, at.Column, d.Message)
	}
	// Output: web.nix:1:8: missing `;` after the value of `a`
}
