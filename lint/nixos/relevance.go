package nixos

import (
	"iter"
	"slices"
	"strings"

	"wardnix/nixast"
)

// optionNames are the options that NixOS and home-manager have at their top, as far as
// units or what else rules look at may depend on them, and the names of the arguments and
// parts of modules.
var optionNames = []string{
	// parts and arguments of modules, and what carries them
	"config", "options", "imports", "require", "disabledModules", "modules", "nixosModules", "aspects", treeFunction,
	// options
	"boot", "console", "containers", "documentation", "environment", "fileSystems", "hardware", "home", "home-manager",
	"image", "microvm", "networking", "nix", "nixos", "nodes", "power", "powerManagement", "programs", "security",
	"services", "specialisation", "swapDevices", "system", "systemd", "users", "virtualisation", "xdg", "zramSwap",
}

// ruleNames are what rules look for in all files: the properties of modules, names of
// packages that are gone, and what concerns wardnix itself.
var ruleNames = []string{
	"mkIf", "mkMerge", "mkForce", "mkDefault", "mkOverride", "mkBefore", "mkAfter", "mkOrder",
	"hardened", "linux_hardened", "linuxPackages_hardened", "scopedImport", "system-manager", "wardnix",
}

// moduleWords are the words that a file has which concerns units, or what else rules
// look at. partWords are those of a file that does so although it is inert.
var (
	moduleWords = newWordSet(slices.Concat(optionNames, ruleNames)...)
	partWords   = newWordSet(append([]string{"systemd"}, ruleNames...)...)
)

// concernsModules reports whether a file may say something of modules, by its text and,
// if that is parsed, by its tree. One with mistakes may.
func concernsModules(text string, tree *nixast.File) bool {
	return moduleWords.in(text) && (tree == nil || len(tree.Diagnostics) > 0 || partWords.in(text) || !isInert(tree))
}

// isInert reports whether a file says nothing if it is read as a module: it is a set
// without names of options, or what a function makes that is given as an argument, as
// stdenv.mkDerivation is to most packages.
func isInert(f *nixast.File) bool {
	given := map[string]bool{} // what names mean: an argument that NixOS does not know, or something else
	n := f.Expr()
	for {
		switch n = n.Unparen(); n.Kind() {
		case nixast.LambdaNode:
			l, _ := n.AsLambda()
			for item := range l.Formals().Items() {
				name := item.Name().Text()
				given[name] = item.Default().IsZero() && !slices.Contains(knownArguments[:], name)
			}
			if !l.Param().IsZero() {
				given[l.Param().Text()] = false
			}
			n = l.Body()
		case nixast.Let:
			l, _ := n.AsLet()
			for name := range namesIn(n) {
				given[name] = false
			}
			n = l.Body()
		case nixast.With:
			w, _ := n.AsWith()
			n = w.Body()
		case nixast.Assert:
			a, _ := n.AsAssert()
			n = a.Body()
		case nixast.AttrSet:
			for name := range namesIn(n) {
				if isPartName(name) {
					return false
				}
			}
			return true
		default:
			return n.Kind() == nixast.Apply && given[calledName(n)]
		}
	}
}

// knownArguments are the arguments of modules of which something is known.
var knownArguments = [...]string{"config", "lib", "options", "pkgs"}

// isPartName reports whether an attribute of a module may be an option, or has a meaning
// of its own; so may one whose name is computed.
func isPartName(name string) bool {
	return name == "" || name[0] == '_' || name == "key" || name == "flake" || name == "den" || moduleWords.words[name]
}

// calledName is the variable whose value, or an attribute of which, an expression calls;
// "" if it calls something else, or what [world.tree] follows.
func calledName(n nixast.Node) string {
	for n = n.Unparen(); n.Kind() == nixast.Apply; n = n.Unparen() {
		call, _ := n.AsApply()
		n = call.Func()
	}
	if strings.HasSuffix(n.Text(), treeFunction) {
		return ""
	}
	if s, ok := n.AsSelect(); ok && s.Default().IsZero() {
		n = s.Expr().Unparen()
	}
	if n.Kind() != nixast.Ident {
		return ""
	}
	return n.Text()
}

// namesIn yields the names that a set or a let binds; "" for one that is computed.
func namesIn(set nixast.Node) iter.Seq[string] {
	return func(yield func(string) bool) {
		for entry := range set.Entries() {
			attrs := nixast.Inherit{Node: entry}.Attrs()
			if b, ok := entry.AsBinding(); ok {
				attrs = firstOf(b.Path().Attrs())
			}
			for attr := range attrs {
				if name, _ := attr.AttrName(); !yield(name) {
					return
				}
			}
		}
	}
}

// firstOf yields the first node only.
func firstOf(nodes iter.Seq[nixast.Node]) iter.Seq[nixast.Node] {
	return func(yield func(nixast.Node) bool) {
		for n := range nodes {
			yield(n)
			return
		}
	}
}

// A wordSet is a set of words that is quick to find none of in a text.
type wordSet struct {
	words   map[string]bool
	lengths [256]uint32 // those of the words that begin with a byte, a bit each
}

func newWordSet(words ...string) *wordSet {
	s := &wordSet{words: map[string]bool{}}
	for _, w := range words {
		s.words[w] = true
		s.lengths[w[0]] |= 1 << len(w)
	}
	return s
}

// in reports whether one of the words is in a text: letters, digits, "_" and "-" that
// no others are next to it.
func (s *wordSet) in(text string) bool {
	for i := 0; i < len(text); i++ {
		if !wordByte[text[i]] {
			continue
		}
		start := i
		for i < len(text) && wordByte[text[i]] {
			i++
		}
		if n := i - start; n < 32 && s.lengths[text[start]]&(1<<n) != 0 && s.words[text[start:i]] {
			return true
		}
	}
	return false
}

var wordByte = func() (is [256]bool) {
	for c := range is {
		is[c] = 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-'
	}
	return is
}()
