package nixos

import (
	"strings"
	"testing"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

func TestRender(t *testing.T) {
	for value, want := range map[string]string{
		`null`:                      "K=",
		`true`:                      "K=true",
		`false`:                     "K=false",
		`77`:                        "K=77",
		`-1`:                        "K=-1",
		`9223372036854775807`:       "K=9223372036854775807",
		`1.5`:                       "K=1.500000",
		`0.1`:                       "K=0.100000",
		`1.0e10`:                    "K=10000000000.000000",
		`""`:                        "K=",
		`"abc "`:                    "K=abc ",
		`"a\nb"`:                    "K=a\nb",
		`[ ]`:                       "",
		`[ "" ]`:                    "K=",
		`[ "a" "a" ]`:               "K=a|K=a",
		`[ [ "a" "b" ] "c" ]`:       "K=a b|K=c",
		`[ [ ] ]`:                   "K=",
		`[ true false null 3 ]`:     "K=true|K=false|K=|K=3",
		`[ [ true false null 3 ] ]`: "K=1   3",
		`x`:                         "K=?",
		`[ "a" x ]`:                 "K=a|K=?",
		`[ [ "a" x ] ]`:             "K=?",
	} {
		ev := eval.New(eval.Options{})
		f := nixast.Parse("x.nix", "x: "+value, nixast.Options{})
		var out []string
		for _, line := range Render(ev, "K", ev.Call(ev.File(f), eval.Known(&eval.Unknown{}))) {
			out = append(out, line.String())
		}
		if got := strings.Join(out, "|"); got != want {
			t.Errorf("%s renders %q, want %q", value, got, want)
		}
	}
}
