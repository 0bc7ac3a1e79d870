package unitfile_test

import (
	"fmt"

	"wardnix/lint/systemd/unitfile"
)

// A unit file with a drop-in that resets a list.
func ExampleNewUnit() {
	main := unitfile.Parse("web.service", []byte("[Service]\nExecStart=/bin/web\nReadWritePaths=/srv\nProtectSystem=full\n"))
	dropin := unitfile.Parse("web.service.d/hardening.conf", []byte("[Service]\nReadWritePaths=\nReadWritePaths=/var/lib/web\nProtectSystem=strict\n"))
	u := unitfile.NewUnit("web.service", main, dropin)
	for _, key := range []string{"ReadWritePaths", "ProtectSystem"} {
		for _, a := range u.Values("Service", key) {
			fmt.Printf("%s:%d: %s=%s\n", a.File, a.Line, key, a.Value)
		}
	}
	// Output:
	// web.service:3: ReadWritePaths=/srv
	// web.service.d/hardening.conf:2: ReadWritePaths=
	// web.service.d/hardening.conf:3: ReadWritePaths=/var/lib/web
	// web.service:4: ProtectSystem=full
	// web.service.d/hardening.conf:4: ProtectSystem=strict
}
