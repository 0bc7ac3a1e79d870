package handbook

import (
	"strings"
	"testing"
)

// What is not known names what may have been meant.
func TestLookup(t *testing.T) {
	if _, err := Lookup("ProtectSytem"); err == nil || !strings.Contains(err.Error(), "did you mean ProtectSystem") {
		t.Error(err)
	}
	for name, title := range map[string]string{"b001": "B001 baseline-missing", "protectsystem": "ProtectSystem", "light": "Baseline light", "nginx": "Baseline nginx"} {
		if topic, err := Lookup(name); err != nil || topic.Title() != title {
			t.Errorf("%s: %v %v", name, topic, err)
		}
	}
}

// Prose lets no HTML through.
func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"<b>a</b> `<i>`":    "<p>&lt;b&gt;a&lt;/b&gt; <code>&lt;i&gt;</code></p>\n",
		"a:\n- b\n  c\n- d": "<p>a:</p>\n<ul>\n<li>b\nc</li>\n<li>d</li>\n</ul>\n",
		"a\n\nb `c":         "<p>a</p>\n<p>b `c</p>\n",
	} {
		if got := Prose(text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}
