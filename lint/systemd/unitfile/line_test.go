package unitfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A newline in a key or a value makes lines of its own.
func TestAssignments(t *testing.T) {
	got := Assignments("Service", []Line{{Key: "X=1\nUser", Text: "root\nPrivateTmp=no"}, {Key: "Y", Unknown: true}, {Key: "Z", Text: " z "}})
	want := []Assignment{
		{Section: "Service", Key: "X", Value: "1"}, {Section: "Service", Key: "User", Value: "root"},
		{Section: "Service", Key: "PrivateTmp", Value: "no"}, {Section: "Service", Key: "Y", Unknown: true},
		{Section: "Service", Key: "Z", Value: "z"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// FuzzAssignments reads any line back.
func FuzzAssignments(f *testing.F) {
	f.Add("PrivateTmp", "yes")
	f.Add("X", "a\nb\\")
	f.Fuzz(func(_ *testing.T, key, text string) {
		Assignments("Service", []Line{{Key: key, Text: text}})
	})
}
