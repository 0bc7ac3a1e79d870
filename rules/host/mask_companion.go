package host

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// MaskCompanion reports masks that do not prevent what they are for.
var MaskCompanion = &lint.Rule{Page: lint.ReadPage(pages, "mask-companion"), Host: checkCompanions}

func checkCompanions(p *lint.Pass, h *nixos.Host) {
	for _, c := range companions {
		o := h.Option(c.option...)
		if !o.IsSet() || h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) != eval.Yes || c.isSet(h) != eval.No {
			continue
		}
		p.AtOption(h, o.Defs[0], o.Path).Place(o.Defs[0].Binding.Place()).Help("%s", c.help).Reportf("%s = false: %s", o, c.problem)
	}
}

// A companion is a setting without which a mask does not prevent what it is for.
type companion struct {
	// option is the one that is false.
	option []string
	// problem is what happens without the setting.
	problem string
	help    string
	// isSet reports whether the host has the setting; Maybe if the source does not
	// decide that.
	isSet func(*nixos.Host) eval.Truth
}

var companions = []companion{
	{
		option:  []string{"systemd", "services", "prepare-kexec", "enable"},
		problem: "kexec is still possible",
		help:    `set boot.kernel.sysctl."kernel.kexec_load_disabled" = 1`,
		isSet: func(h *nixos.Host) eval.Truth {
			return optionIs(h, h.Option("boot", "kernel", "sysctl", "kernel.kexec_load_disabled"), eval.NewInt(1), eval.NewBool(true))
		},
	},
	{
		option:  []string{"systemd", "services", "systemd-hibernate-clear", "enable"},
		problem: "hibernation is still possible",
		help:    `add "hibernate=no" to boot.kernelParams`,
		isSet:   func(h *nixos.Host) eval.Truth { return kernelParam(h, "hibernate=no", "nohibernate") },
	},
	{
		option:  []string{"systemd", "enableEmergencyMode"},
		problem: "a failed boot hangs, because nothing reboots it",
		help:    `add "boot.panic_on_fail" to boot.kernelParams; the failure then ends in a panic, and "panic=1" makes it a reboot`,
		isSet:   func(h *nixos.Host) eval.Truth { return kernelParam(h, panicOnFail...) },
	},
}

// optionIs reports whether an option has one of the values.
func optionIs(h *nixos.Host, o *nixos.Option, values ...*eval.Thunk) eval.Truth {
	if !o.IsSet() {
		if len(o.Unseen) > 0 {
			return eval.Maybe
		}
		return eval.No
	}
	best := eval.No
	for _, d := range o.Defs {
		for _, v := range values {
			if t := h.Evaluator().Equal(d.Value, v); t == eval.Yes || t == eval.Maybe && best == eval.No {
				best = t
			}
		}
	}
	return best
}
