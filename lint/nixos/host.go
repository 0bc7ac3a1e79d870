package nixos

import "wardnix/nixast/eval"

// A Host is a system that a project describes: an output nixosConfigurations.X
// of a flake, or a configuration.nix. The files that no such system leads to
// are a Host of their own, without a name, in which equal unit names meet and
// of whose options only what is set is known.
type Host struct {
	// Name is the host's name; empty for the rest of the project.
	Name string
	// Release is the NixOS release of the host.
	Release Release
	// Systemd is its systemd version.
	Systemd int
	// ReleaseKnown tells that the project, or an option, said so; otherwise
	// the newest release is assumed.
	ReleaseKnown bool
	// Files are the files that the host is made of, as far as they are in
	// the project, in the order of the module system.
	Files []*File
	// Unseen are the modules that cannot be read: of inputs, of computed
	// imports.
	Unseen []Reason
	// Units are the units that the host defines or changes, by scope and name.
	Units []*Unit

	project *Project
	world   *world
}

// Option is an option of the host by its path. It is never nil.
func (h *Host) Option(path ...string) *Option { return h.world.option(path) }

// Attrs are the options set below one, by name.
func (o *Option) Attrs() []*Option { panic("being written") }

// Attr is the option below o of that name. It is never nil.
func (o *Option) Attr(path ...string) *Option { panic("being written") }

// Value is what the option is set to if it is set to one thing under all
// conditions: the definitions that count agree, and none may be unseen.
func (o *Option) Value() (*eval.Thunk, bool) { panic("being written") }

// Evaluator is the evaluator that the values of the host belong to.
func (h *Host) Evaluator() *eval.Evaluator { return h.world.ev }
