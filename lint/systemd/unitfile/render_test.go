package unitfile

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRender(t *testing.T) {
	for _, test := range []struct {
		value Value
		want  string
	}{
		{Null(), "K="},
		{Bool(true), "K=true"},
		{Bool(false), "K=false"},
		{Int(77), "K=77"},
		{Int(-1), "K=-1"},
		{Int(9223372036854775807), "K=9223372036854775807"},
		{Float(1.5), "K=1.500000"},
		{Float(0.1), "K=0.100000"},
		{Float(1e10), "K=10000000000.000000"},
		{String(""), "K="},
		{String("abc "), "K=abc "},
		{String("a\nb"), "K=a\nb"},
		{List(), ""},
		{List(String("")), "K="},
		{List(String("a"), String("a")), "K=a|K=a"},
		{List(List(String("a"), String("b")), String("c")), "K=a b|K=c"},
		{List(List()), "K="},
		{List(Bool(true), Bool(false), Null(), Int(3)), "K=true|K=false|K=|K=3"},
		{List(List(Bool(true), Bool(false), Null(), Int(3))), "K=1   3"},
		{Unknown(), "K=?"},
		{List(String("a"), Unknown()), "K=a|K=?"},
		{List(List(String("a"), Unknown())), "K=?"},
	} {
		var out []string
		for _, line := range Render("K", test.value) {
			out = append(out, line.String())
		}
		if got := strings.Join(out, "|"); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	var keys []string
	for _, line := range RenderSection(map[string]Value{"PrivateTmp": Bool(true), "PrivatePIDs": Bool(true), "PrivateMounts": Bool(true)}) {
		keys = append(keys, line.Key)
	}
	if want := []string{"PrivateMounts", "PrivatePIDs", "PrivateTmp"}; !slices.Equal(keys, want) {
		t.Errorf("order %v", keys)
	}
	injected := Assignments("Service", Render("X=1\nUser", String("root\nPrivateTmp=no")))
	want := []Assignment{{Section: "Service", Key: "X", Value: "1"}, {Section: "Service", Key: "User", Value: "root"}, {Section: "Service", Key: "PrivateTmp", Value: "no"}}
	if diff := cmp.Diff(want, injected); diff != "" {
		t.Error(diff)
	}
}
