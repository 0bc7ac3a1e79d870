package profile_test

import (
	"slices"
	"testing"
	"unsafe"

	"wardnix/lint/systemd/directive"
	"wardnix/rules/profile"
)

func TestClassOf(t *testing.T) {
	for _, test := range []struct {
		program, class string // "none" shows a need only, "" nothing
	}{
		{"nginx", "web server"},
		{"nodejs_22", "just-in-time runtime"},
		{"temurin-jre-bin-17", "just-in-time runtime"},
		{"podman", "container runtime or build service"},
		{"sudo", "none"},
		{"modprobe", "hardware daemon"},
		{"cron.php", ""},
		{"server", ""},
	} {
		got := ""
		if i, ok := profile.ClassOf(test.program); ok {
			if got = "none"; i < len(profile.Classes()) {
				got = profile.Classes()[i].Name
			}
		}
		if got != test.class {
			t.Errorf("%s: class %q, want %q", test.program, got, test.class)
		}
	}
}

// TestClasses tries that every row has its evidence, and that it names directives of
// services.
func TestClasses(t *testing.T) {
	rows := append(slices.Clone(profile.Classes()), *profile.Client())
	for _, c := range rows {
		if c.Source == "" || len(c.Programs) == 0 || !c.All && len(c.Needs) == 0 {
			t.Errorf("%s: a class has programs, needs and a source", c.Name)
		}
		for name := range c.Needs {
			if _, ok := directive.Lookup("Service", name, directive.Newest); !ok {
				t.Errorf("%s: no directive %s", c.Name, name)
			}
		}
	}
	var names []string
	for _, k := range profile.Kinds() {
		if slices.Contains(names, k.Name) || k.About == "" {
			t.Errorf("kind %q twice, or without a description", k.Name)
		}
		names = append(names, k.Name)
	}
}

// Every need says what it takes away, why, and where that comes from. One with a text
// has marks, without which the text is not looked at.
func TestNeeds(t *testing.T) {
	if most := int(unsafe.Sizeof(profile.NeedSet(0))) * 8; len(profile.Needs()) > most {
		t.Errorf("%d needs, where a NeedSet has %d at most", len(profile.Needs()), most)
	}
	for _, n := range profile.Needs() {
		if len(n.Directives) == 0 || n.Why == "" || n.Source == "" {
			t.Errorf("%v: a need has directives, a reason and a source", n.Directives)
		}
		if (n.Text != nil || n.Line != nil) && len(n.Marks) == 0 {
			t.Errorf("%v: a text without marks is never looked for", n.Directives)
		}
		for _, name := range n.Directives {
			if _, ok := directive.Lookup("Service", name, directive.Newest); !ok {
				t.Errorf("%v: no directive %s", n.Directives, name)
			}
		}
	}
}
