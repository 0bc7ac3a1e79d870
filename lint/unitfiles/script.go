package unitfiles

import (
	"slices"
	"strings"
)

// unitScript is what the script that puts a set of units together says: the words
// that NixOS wrote into generateUnits of nixos/lib/systemd-lib.nix, which are
// alike in NixOS 20.09 and 26.11.
type unitScript struct {
	systemd  string      // the output of systemd
	upstream []string    // the units that systemd brings
	packages []string    // outputs
	dropins  []string    // outputs of units that are drop-ins come what may
	aliases  [][2]string // the unit and its other name
	wanted   [][2]string // a unit and what wants it
}

// parseScript reads a script. Lines that it does not know say nothing.
func parseScript(script string) unitScript {
	var s unitScript
	lines := strings.Split(script, "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "for i in ") && strings.HasSuffix(line, "; do"):
			s.loop(strings.Fields(line[len("for i in "):len(line)-len("; do")]), lines[i+1:])
		case strings.HasPrefix(line, `packages="`) && strings.HasSuffix(line, `"`) && len(line) > len(`packages="`):
			s.packages = strings.Fields(line[len(`packages="`) : len(line)-1])
			slices.Sort(s.packages)
			s.packages = slices.Compact(s.packages)
		case strings.HasPrefix(line, "ln -sfn '../"):
			s.want(line)
		case strings.HasPrefix(line, "ln -sfn '"):
			s.alias(line)
		}
	}
	return s
}

// loop reads the words of a loop by what its body does with them.
func (s *unitScript) loop(words, body []string) {
	if len(body) < 2 {
		return
	}
	first, second := strings.TrimSpace(body[0]), strings.TrimSpace(body[1])
	const upstream = "/example/systemd/"
	switch dir, rest, ok := strings.Cut(strings.TrimPrefix(first, "fn="), upstream); {
	case ok && strings.HasSuffix(rest, "/$i"):
		s.systemd = dir
		if !slices.ContainsFunc(words, func(w string) bool { return !ValidUnit(w) }) {
			s.upstream = append(s.upstream, words...)
		}
	case strings.HasPrefix(first, "fn=$(basename") && strings.HasPrefix(second, "mkdir -p $out/$fn.d"):
		s.dropins = append(s.dropins, words...)
	}
}

// want reads the line "ln -sfn '../unit' $out/'target.wants'/".
func (s *unitScript) want(line string) {
	unit, dir, ok := strings.Cut(strings.TrimPrefix(line, "ln -sfn '../"), "' $out/'")
	dir, quoted := strings.CutSuffix(dir, "'/")
	if by := wantingUnit(dir); ok && quoted && by != "" && !strings.ContainsAny(unit, "'/") {
		s.wanted = append(s.wanted, [2]string{unit, by})
	}
}

// alias reads the line "ln -sfn 'unit' $out/'alias'".
func (s *unitScript) alias(line string) {
	unit, alias, ok := strings.Cut(strings.TrimPrefix(line, "ln -sfn '"), "' $out/'")
	alias, quoted := strings.CutSuffix(alias, "'")
	if ok && quoted && !strings.ContainsAny(unit+alias, "'/") {
		s.aliases = append(s.aliases, [2]string{unit, alias})
	}
}
