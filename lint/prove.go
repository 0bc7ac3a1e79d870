package lint

import (
	"context"

	"wardnix/lint/nixos"
)

// A Prover looks whether single fixes of a project's findings keep their promise, as
// [Linter.Repair] does with those that it applies.
type Prover struct{ before repair }

// NewProver looks at what the project means, of which a run may know a part already. The
// prover frees the hosts that it evaluates.
func NewProver(p *nixos.Project, known Cache) *Prover {
	l := &Linter{MaxHosts: 1}
	return &Prover{repair{
		Result: Result{Project: p}, ctx: context.Background(), linter: l, seen: &sightings{},
		known: Cache{meanings: meaningsOf(p, known.meanings, true)},
	}}
}

// Check is nil if the fix of a finding adds no syntax error, loses no comment, and changes
// nothing that the finding does not name; otherwise it says what the fix would do.
func (p *Prover) Check(f Finding, x Fix) error {
	_, err := p.before.apply([]chosen{{f, x}})
	return err
}
