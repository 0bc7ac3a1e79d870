package secret

import (
	"regexp"
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// StorePathLiteral reports store paths that are written out.
var StorePathLiteral = &lint.Rule{Page: lint.ReadPage(pages, "store-path-literal"), Unit: checkStorePaths}

func checkStorePaths(p *lint.Pass, u *unit.Unit) {
	for t := range textsOf(u) {
		for _, path := range storePaths(t.String()) {
			t.at(p, nixast.Node{}).Note("nothing builds `%s`, and garbage collection removes it", path.Name).
				Help("write the package or the file that it comes from, such as `${pkgs.hello}`").
				Reportf("a store path is written out in `%s`", t.Key)
		}
	}
}

var storePathText = regexp.MustCompile(`/nix/store/([0-9a-z]{32}-[0-9a-zA-Z+\-._?=]+)`)

// storePaths are the paths of the Nix store in a text.
func storePaths(text string) []*storepath.StorePath {
	if !strings.Contains(text, "/nix/store/") {
		return nil
	}
	var out []*storepath.StorePath
	for _, m := range storePathText.FindAllStringSubmatch(text, -1) {
		if path, err := storepath.FromString(m[1]); err == nil {
			out = append(out, path)
		}
	}
	return out
}
