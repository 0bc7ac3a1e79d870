package gen

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/rules/profile"
)

// classNames are the names of the kinds of services that can be generated.
func classNames() []string {
	var names []string
	for _, k := range profile.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

func classNamed(name string) (*profile.Kind, error) {
	all := profile.Kinds()
	if i := slices.IndexFunc(all, func(k profile.Kind) bool { return k.Name == name }); i >= 0 {
		return &all[i], nil
	}
	if name == "" {
		return nil, fmt.Errorf("a class is missing: one of %s", strings.Join(classNames(), ", "))
	}
	return nil, fmt.Errorf("no class %q (available: %s)", name, strings.Join(classNames(), ", "))
}
