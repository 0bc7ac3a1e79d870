package directive

import "wardnix/rules/profile"

// replaceWith is the title of a fix that writes another value.
func replaceWith(value any) string { return "replace with `" + profile.NixText(value) + "`" }
