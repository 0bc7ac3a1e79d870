package systemd_test

import (
	"fmt"

	"wardnix/lint/systemd"
)

func ExampleAssess() {
	text := "[Service]\nExecStart=/bin/true\nDynamicUser=yes\nProtectHome=yes\n"
	unit := systemd.NewUnit("x.service", systemd.Parse("x.service", []byte(text)))
	a, err := systemd.Assess(unit, 258)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.High, a.High.Predicate())
	// What is not known makes an interval.
	unit.Open = []string{"Service"}
	low, high, _ := systemd.Score(unit, 258)
	fmt.Println(low, "to", high)
	// Output:
	// 8.1 EXPOSED
	// 0.1 to 9.2
}

func ExampleAtLeast() {
	have := systemd.Assignments("Service", systemd.Render("SystemCallFilter",
		systemd.List(systemd.String("@system-service"), systemd.String("~@privileged"))))
	want := systemd.Assignments("Service", systemd.Render("SystemCallFilter", systemd.String("~@mount @privileged")))
	fmt.Println(systemd.AtLeast("Service", "SystemCallFilter", have, want, systemd.Newest))
	fmt.Println(systemd.AtLeast("Service", "SystemCallFilter", want, have, systemd.Newest))
	// Output:
	// yes
	// no
}

func ExampleCheck() {
	verdict := systemd.Check("Service", "MemoryMax", "1GB", 258)
	fmt.Println(verdict.Status, "→", verdict.Nearest)
	d, _ := systemd.Nearest("Service", "CapabilityBoundSet", 258)
	fmt.Println(d.Name)
	// Output:
	// ignored → 1G
	// CapabilityBoundingSet
}
