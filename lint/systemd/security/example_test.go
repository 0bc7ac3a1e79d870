package security_test

import (
	"fmt"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
)

func ExampleAssess() {
	text := "[Service]\nExecStart=/bin/true\nDynamicUser=yes\nProtectHome=yes\n"
	unit := unitfile.NewUnit("x.service", unitfile.Parse("x.service", []byte(text)))
	a, err := security.Assess(unit, 258)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.High, a.High.Predicate())
	// What is not known makes an interval.
	unit.Open = []string{"Service"}
	low, high, _ := security.Score(unit, 258)
	fmt.Println(low, "to", high)
	// Output:
	// 8.1 EXPOSED
	// 0.1 to 9.2
}

func ExampleAtLeast() {
	have := unitfile.Parse("", []byte("[Service]\nSystemCallFilter=@system-service\nSystemCallFilter=~@privileged\n")).Assignments
	want := unitfile.Parse("", []byte("[Service]\nSystemCallFilter=~@mount @privileged\n")).Assignments
	fmt.Println(security.AtLeast("Service", "SystemCallFilter", have, want, directive.Newest))
	fmt.Println(security.AtLeast("Service", "SystemCallFilter", want, have, directive.Newest))
	// Output:
	// yes
	// no
}
