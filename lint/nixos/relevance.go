package nixos

// moduleWords are the words that a file has which concerns units, or what else rules
// look at: the options that NixOS and home-manager have at their top, the names of
// modules' arguments and parts, those of their properties, and of wardnix itself.
var moduleWords = newWordSet(
	// parts and arguments of modules, and what carries them
	"config", "options", "imports", "require", "disabledModules", "modules", "nixosModules", "aspects", "import-tree",
	// properties
	"mkIf", "mkMerge", "mkForce", "mkDefault", "mkOverride", "mkBefore", "mkAfter", "mkOrder",
	// options
	"boot", "console", "containers", "documentation", "environment", "fileSystems", "hardware", "home", "home-manager",
	"image", "microvm", "networking", "nix", "nixos", "nodes", "power", "powerManagement", "programs", "security",
	"services", "specialisation", "swapDevices", "system", "systemd", "users", "virtualisation", "xdg", "zramSwap",
	// other
	"hardened", "wardnix",
)

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
// no others are beside.
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
