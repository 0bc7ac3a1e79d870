package directive

// Enum is the set of values of an enum directive.
type Enum struct {
	Values []EnumValue
	// True and False are what the boolean words mean, empty when they are not
	// accepted.
	True, False string

	Weaker [][2]string // pairs of neighbours, the weaker first
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

func EnumOf(name string) *Enum {
	if e := enums[name]; e != nil {
		return e
	}
	return enums[enumAliases[name]]
}
