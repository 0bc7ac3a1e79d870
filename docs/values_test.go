package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/systemd/directive"
)

// TestValuesPage compares the keys that the page lists as not judged with the tables.
func TestValuesPage(t *testing.T) {
	page, err := pages.ReadFile("values.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(page), "## Not judged")
	var listed []string
	for line := range strings.Lines(list) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[2], -1) {
				listed = append(listed, m[1])
			}
		}
	}
	slices.Sort(listed)
	var want []string
	for i := range directive.All() {
		if d := &directive.All()[i]; d.Kind == directive.KindOther {
			want = append(want, d.Name)
		}
	}
	if diff := cmp.Diff(slices.Compact(want), listed); diff != "" {
		t.Errorf("keys whose values are not judged (-tables +page):\n%s", diff)
	}
}
