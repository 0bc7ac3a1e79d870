package migration

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// RemovedHardening reports uses of the hardened profile and kernel, which NixOS 26.05
// dropped.
var RemovedHardening = &lint.Rule{Page: lint.ReadPage(pages, "removed-hardening"), Check: checkHardening}

func checkHardening(p *lint.Pass) {
	older := func(h *nixos.Host) bool { return !reached(h, nixos2605) }
	if slices.ContainsFunc(p.Project.Hosts(), older) {
		return
	}
	for _, f := range p.Project.Files() {
		if f.Reported && f.Tree != nil && strings.Contains(f.Tree.Src, "hardened") {
			checkHardened(p, f.Tree)
		}
	}
}

func checkHardened(p *lint.Pass, file *nixast.File) {
	for n := range file.Root().Descendants() {
		switch n.Kind() {
		case nixast.String, nixast.SearchPath:
			if ofNixpkgs(n) {
				p.AtNode(n).Reportf("profiles/hardened.nix: empty since NixOS 26.05, so the import has no effect")
			}
		case nixast.Select:
			s, _ := n.AsSelect()
			for a := range s.Path().Attrs() {
				if name, ok := a.AttrName(); ok && (name == "linuxPackages_hardened" || name == "linux_hardened") && s.Expr().Text() == "pkgs" {
					p.AtNode(a).Reportf("pkgs.%s: removed in NixOS 26.05, so evaluation fails", name)
				}
			}
		}
	}
}

// ofNixpkgs reports whether a string or search path is that of the hardened
// profile in nixpkgs.
func ofNixpkgs(n nixast.Node) bool {
	text := n.Text()
	if !strings.Contains(text, "/profiles/hardened.nix") && !strings.HasSuffix(text, `/profiles/hardened"`) && !strings.HasSuffix(text, "/profiles/hardened>") {
		return false
	}
	if strings.Contains(text, "modulesPath") || strings.Contains(text, "nixos/modules") {
		return true
	}
	b, ok := n.Parent().AsBinary()
	return ok && b.Op() == nixast.Plus && b.Left().Unparen().Text() == "modulesPath"
}
