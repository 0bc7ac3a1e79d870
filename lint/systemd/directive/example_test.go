package directive_test

import (
	"fmt"

	"wardnix/lint/systemd/directive"
)

func ExampleLookup() {
	for _, v := range []directive.Version{254, 257} {
		_, known := directive.Lookup("Service", "PrivatePIDs", v)
		fmt.Println("systemd", v, "knows PrivatePIDs=:", known)
	}
	// Output:
	// systemd 254 knows PrivatePIDs=: false
	// systemd 257 knows PrivatePIDs=: true
}

func ExampleNearest() {
	d, ok := directive.Nearest("Service", "ProtectHom", directive.Newest)
	fmt.Println(d.Name, ok)
	// Output:
	// ProtectHome true
}
