package nixos

import "wardnix/nixast/eval"

type world struct {
	ev *eval.Evaluator
}

type node struct{}

func (w *world) option(path []string) *Option { panic("being written") }

func findHosts(p *Project) []*Host { panic("being written") }
