package host

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// panicOnFail are the kernel parameters that let a failed stage 1 end in a panic.
var panicOnFail = []string{"boot.panic_on_fail", "stage1panic"}

// kernelParam reports whether a kernel parameter is given that begins with one of
// the texts.
func kernelParam(h *nixos.Host, params ...string) eval.Truth {
	o := h.Option("boot", "kernelParams")
	answer := eval.No
	if len(o.Unseen) > 0 {
		answer = eval.Maybe
	}
	for _, d := range o.Defs {
		items, complete := h.Evaluator().KnownStrings(d.Value)
		if slices.ContainsFunc(items, func(s string) bool {
			return slices.ContainsFunc(params, func(p string) bool { return strings.HasPrefix(s, p) })
		}) {
			return eval.Yes
		}
		if !complete || d.When != nil || d.Maybe != nil {
			answer = eval.Maybe
		}
	}
	return answer
}
