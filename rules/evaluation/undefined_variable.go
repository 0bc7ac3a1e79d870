package evaluation

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// UndefinedVariable reports variables that nothing binds.
var UndefinedVariable = &lint.Rule{Page: lint.ReadPage(pages, "undefined-variable"), Check: checkUndefinedVariable}

func checkUndefinedVariable(p *lint.Pass) {
	if slices.ContainsFunc(p.Project.Files(), importsInScope) {
		return
	}
	for _, f := range p.Project.Files() {
		if f.Tree == nil {
			continue
		}
		var seen []string
		for _, d := range f.Tree.Diagnostics {
			name := f.Tree.Src[d.Span.Start:d.Span.End]
			if d.Code != nixast.UndefinedVariable || boundByVersions(name) || slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			p.Report(lint.Finding{File: f.Tree, Span: d.Span, Message: fmt.Sprintf("undefined variable `%s`", name)})
		}
	}
}

// importsInScope reports whether a file may import others with further variables.
func importsInScope(f *nixos.File) bool {
	return f.Tree != nil && strings.Contains(f.Tree.Src, "scopedImport")
}

// boundByVersions reports whether some versions of Nix, or some of its experimental
// features, bind a name in every file (src/libexpr/primops.cc).
func boundByVersions(name string) bool {
	return strings.HasPrefix(name, "__") || name == "fetchTree" || name == "break"
}
