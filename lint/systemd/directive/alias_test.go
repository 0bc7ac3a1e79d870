package directive

import (
	"slices"
	"testing"
)

func TestAliasesOf(t *testing.T) {
	tests := []struct {
		section, name string
		want          []string
	}{
		{"Manager", "RebootWatchdogSec", []string{"ShutdownWatchdogSec"}},
		{"Service", "ReadWritePaths", []string{"ReadWriteDirectories"}},
		{"Unit", "BindsTo", []string{"BindTo"}},
		{"Manager", "RuntimeWatchdogSec", nil},
		{"Unit", "Requires", nil}, // RequiresOverridable= is another kind of dependency
	}
	for _, tt := range tests {
		if got := AliasesOf(tt.section, tt.name); !slices.Equal(got, tt.want) {
			t.Errorf("AliasesOf(%s, %s) = %v, not %v", tt.section, tt.name, got, tt.want)
		}
	}
}
