package directive

// aliases are the deprecated names that set the same field as their replacement, with
// the same grammar (src/core/load-fragment-gperf.gperf.in, src/core/main.c and the
// gperf tables of the configuration files, systemd 262).
var aliases = map[string]bool{
	"BindTo": true, "InaccessibleDirectories": true, "ReadOnlyDirectories": true, "ReadWriteDirectories": true,
	"RateLimitInterval": true, "Servers": true, "PropagateReloadFrom": true, "PropagateReloadTo": true,
	"FailureAction": true, "RebootArgument": true, "StartLimitAction": true, "StartLimitBurst": true, "StartLimitInterval": true,
	"CrashChVT": true, "DefaultStartLimitInterval": true, "ShutdownWatchdogSec": true,
}

// IsAlias reports whether d is a deprecated name or place that means the same as its
// Replacement.
func (d *Directive) IsAlias() bool { return d.Deprecated && aliases[d.Name] }

// aliasesOf are the aliases in the same section, by section and current name.
var aliasesOf = func() map[[2]string][]string {
	found := map[[2]string][]string{}
	for i := range table {
		if d := &table[i]; d.IsAlias() {
			for _, section := range d.Sections() {
				k := [2]string{section, d.Replacement}
				found[k] = append(found[k], d.Name)
			}
		}
	}
	return found
}()

// AliasesOf are the deprecated names that set the same as the directive of that name
// in its section. The caller must not change them.
func AliasesOf(section, name string) []string { return aliasesOf[[2]string{section, name}] }
