package value_test

import (
	"fmt"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

func ExampleCheck() {
	verdict := value.Check("Service", "MemoryMax", "1GB", 258)
	fmt.Println(verdict.Status, "→", verdict.Nearest)
	d, _ := directive.Nearest("Service", "CapabilityBoundSet", 258)
	fmt.Println(d.Name)
	// Output:
	// ignored → 1G
	// CapabilityBoundingSet
}
