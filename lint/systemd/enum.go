package systemd

import "slices"

// Enum is the set of values of an enum directive.
type Enum struct {
	Values []EnumValue
	// True and False are what the boolean words mean, empty when they are not
	// accepted.
	True, False string

	weaker [][2]string // pairs of neighbours, the weaker first
}

// EnumValue is one value of an enum.
type EnumValue struct {
	Name string
	// Since and Until are the first and last version that accept it, 0 when
	// Oldest or Newest do.
	Since, Until Version
}

// Names returns the values that version v accepts, in the order of the table.
func (e *Enum) Names(v Version) []string {
	var out []string
	for _, value := range e.Values {
		if v >= value.Since && (value.Until == 0 || v <= value.Until) {
			out = append(out, value.Name)
		}
	}
	return out
}

// parse returns the value that text stands for in version v. Values are
// case-sensitive; only the boolean words are not.
func parseEnum(e *Enum, text string, v Version) (string, bool) {
	for _, value := range e.Values {
		if value.Name == text {
			if v >= value.Since && (value.Until == 0 || v <= value.Until) {
				return text, true
			}
			break
		}
	}
	if e.True != "" {
		if b, ok := ParseBool(text); ok && b {
			return e.True, true
		} else if ok {
			return e.False, true
		}
	}
	return "", false
}

// atLeast reports whether a is at least as strict as b; known is false where
// systemd gives the two no order.
func stricterValue(e *Enum, a, b string) (stricter, known bool) {
	switch {
	case a == b:
		return true, true
	case reaches(e, b, a):
		return true, true
	case reaches(e, a, b):
		return false, true
	}
	return false, false
}

// reaches reports whether a chain of pairs leads from the weaker a to b. The
// pairs of a table have no cycle and no more than a handful of members.
func reaches(e *Enum, a, b string) bool {
	return slices.ContainsFunc(e.weaker, func(pair [2]string) bool {
		return pair[0] == a && (pair[1] == b || reaches(e, pair[1], b))
	})
}

// enumAliases are the directives that share the values of another.
var enumAliases = map[string]string{
	"StandardError": "StandardOutput", "SuccessAction": "FailureAction", "JobTimeoutAction": "FailureAction",
	"StartLimitAction": "FailureAction", "CtrlAltDelBurstAction": "FailureAction", "OnSuccessJobMode": "OnFailureJobMode",
	"DefaultOOMPolicy": "OOMPolicy", "ManagedOOMSwap": "ManagedOOMMemoryPressure", "CPUPressureWatch": "MemoryPressureWatch",
	"IOPressureWatch": "MemoryPressureWatch", "DefaultMemoryPressureWatch": "MemoryPressureWatch",
	"DefaultCPUPressureWatch": "MemoryPressureWatch", "DefaultIOPressureWatch": "MemoryPressureWatch",
	"DefaultStandardError": "DefaultStandardOutput",
	"HandleHibernateKey":   "IdleAction", "HandleHibernateKeyLongPress": "IdleAction", "HandleLidSwitch": "IdleAction",
	"HandleLidSwitchDocked": "IdleAction", "HandleLidSwitchExternalPower": "IdleAction", "HandlePowerKey": "IdleAction",
	"HandlePowerKeyLongPress": "IdleAction", "HandleRebootKey": "IdleAction", "HandleRebootKeyLongPress": "IdleAction",
	"HandleSecureAttentionKey": "IdleAction", "HandleSuspendKey": "IdleAction", "HandleSuspendKeyLongPress": "IdleAction",
	"MulticastDNS": "LLMNR",
}

func enumOf(name string) *Enum {
	if e := enums[name]; e != nil {
		return e
	}
	return enums[enumAliases[name]]
}
