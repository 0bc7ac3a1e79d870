package report

import "wardnix/lint"

// mostAlike is how many findings of a rule in a file are printed with their source lines.
const mostAlike = 20

// A kind is what findings of a rule in a file have in common.
type kind struct{ file, rule string }

func kindOf(f lint.Finding) kind { return kind{f.File.Name, f.Rule.ID} }

// findings writes findings, of each kind the first ones and how many there are besides.
func (s Style) findings(p *Printer, all []lint.Finding) {
	count, printed := map[kind]int{}, map[kind]int{}
	for _, f := range all {
		count[kindOf(f)]++
	}
	for _, f := range all {
		k := kindOf(f)
		switch printed[k]++; {
		case printed[k] <= mostAlike:
			s.finding(p, f)
			p.Printf("\n")
		case printed[k] == mostAlike+1:
			p.Printf("%s[%s]: %s in %s (`--format concise` prints all)\n\n", f.Severity, f.Rule.ID,
				plural(count[k]-mostAlike, "more finding"), Name(f.File.Name))
		}
	}
}
