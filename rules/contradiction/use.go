package contradiction

import "wardnix/lint/unit"

// A use says where a unit names a path, and as what.
type use struct {
	at unit.Setting
	as string
}
