package unitfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	text := "\uFEFFOrphan=1\n[Unit]\n# note\nDescription = a b \r\n[Service]\nExecStart=/bin/x \\\n; inside\n  y\nEnvironment=A=1\nbroken\n=x\n[X-Own]\nY=1\nTail=\\"
	f := Parse("f", []byte(text))
	want := &File{
		Name: "f",
		Assignments: []Assignment{
			{Section: "Unit", Key: "Description", Value: "a b", File: "f", Line: 4},
			{Section: "Service", Key: "ExecStart", Value: "/bin/x    y", File: "f", Line: 8},
			{Section: "Service", Key: "Environment", Value: "A=1", File: "f", Line: 9},
			{Section: "X-Own", Key: "Y", Value: "1", File: "f", Line: 13},
			{Section: "X-Own", Key: "Tail", Value: "", File: "f", Line: 14},
		},
		Headers:  []Header{{"Unit", "f", 2}, {"Service", "f", 5}, {"X-Own", "f", 12}},
		Comments: []Comment{{"# note", 3}, {"; inside", 7}},
		Problems: []Problem{
			{Kind: OutsideSection, Message: "assignment outside of a section, ignored", File: "f", Line: 1},
			{Kind: MissingEquals, Message: "no '=' in the line, ignored", File: "f", Line: 10, Section: "Service"},
			{Kind: MissingEquals, Message: "no key before '=', ignored", File: "f", Line: 11, Section: "Service"},
		},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	for text, kind := range map[string]ProblemKind{"[Service\nUser=a": BadHeader, "[Service] # why\n": BadHeader, "[Service]\nUser=\xff\n": InvalidUTF8, "[Ser'vice]": BadHeader} {
		f := Parse("f", []byte(text))
		if !f.Broken || f.Problems[len(f.Problems)-1].Kind != kind {
			t.Errorf("%q: %+v", text, f)
		}
	}
}
