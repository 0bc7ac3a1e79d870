package gen

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/nixast"
)

// Target is what a module is for.
type Target struct {
	// Release is the release of NixOS; the zero Release is the newest.
	Release nixos.Release
	// Systemd is the version of systemd; 0 is that of the release.
	Systemd directive.Version
}

// version is the systemd that the module will run on.
func (t Target) version() directive.Version {
	if t.Systemd != 0 {
		return t.Systemd
	}
	if t.Release.IsZero() {
		return directive.Version(newest.Systemd())
	}
	return max(directive.Oldest, directive.Version(t.Release.Systemd()))
}

// release is the release that the module is written for.
func (t Target) release() nixos.Release {
	if t.Release.IsZero() {
		return newest
	}
	return t.Release
}

// newest is the release that is assumed where none is named.
var newest = nixos.Release{Year: 26, Month: 11}

// Module is a NixOS module to be written.
type Module struct {
	// Unit is the unit that the module is about, "web.service"; "" if it is
	// about the host.
	Unit string
	// Head is the comment at the top.
	Head string
	// Body are the options.
	Body emit.Attrs
	// Notes are what whoever requested the module should know, a line each.
	Notes []string
}

// moduleArguments are what NixOS passes to every module.
var moduleArguments = [...]string{"config", "lib", "modulesPath", "options", "pkgs", "utils"}

// Text is the module as source, in the layout of RFC 166, with those arguments
// that it uses. The error reports a value that Nix cannot express.
func (m *Module) Text() (string, error) {
	body, err := emit.Nix(m.Body)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if m.Head != "" {
		for line := range strings.SplitSeq(m.Head, "\n") {
			b.WriteString(strings.TrimRight("# "+line, " \t\r") + "\n")
		}
	}
	if args := freeVariables(body); len(args) > 0 {
		b.WriteString("{ " + strings.Join(args, ", ") + ", ... }:\n\n")
	}
	return b.String() + body + "\n", nil
}

// freeVariables are the names that an expression takes from around it, those
// that NixOS passes first.
func freeVariables(expr string) []string {
	names := nixast.Parse("", expr, nixast.Options{}).FreeVariables()
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(foreign(a), foreign(b)), strings.Compare(a, b))
	})
	return names
}

// foreign is 1 for an argument that NixOS does not pass of itself.
func foreign(name string) int {
	if slices.Contains(moduleArguments[:], name) {
		return 0
	}
	return 1
}

// WithoutComments is the module without its comments.
func (m *Module) WithoutComments() *Module {
	out := *m
	out.Head, out.Body = "", bare(m.Body)
	return &out
}

func bare(attrs emit.Attrs) emit.Attrs {
	out := slices.Clone(attrs)
	// Where each binding is apart, its comment is the reason.
	each := !slices.ContainsFunc(out, func(a emit.Attr) bool {
		_, isSet := a.Value.(emit.Attrs)
		return isSet || a.Comment == "" || !a.Blank
	})
	for i := range out {
		out[i].Comment = ""
		out[i].Blank = out[i].Blank && !each
		switch v := out[i].Value.(type) {
		case emit.Attrs:
			out[i].Value = bare(v)
		case []any: // systemd.mounts is a list of sets
			out[i].Value = slices.Clone(v)
			for j, elem := range v {
				if set, ok := elem.(emit.Attrs); ok {
					out[i].Value.([]any)[j] = bare(set)
				}
			}
		}
	}
	return out
}

// Assess is the exposure of the module's unit. It is nil, without an error,
// where the module has no unit that has one.
func (m *Module) Assess(t Target) (*security.Assessment, error) {
	if !strings.HasSuffix(m.Unit, ".service") {
		return nil, nil
	}
	u, err := m.unit(t)
	if err != nil {
		return nil, err
	}
	return security.Assess(u.Whole(), t.version())
}

// unit is the module's unit as wardnix reads it.
func (m *Module) unit(t Target) (*nixos.Unit, error) {
	text, err := m.Text()
	if err != nil {
		return nil, err
	}
	project, err := nixos.Load(context.Background(), nixos.Options{
		FS: embed.FS{}, Overlay: map[string]string{"module.nix": text}, Release: t.release(), Systemd: int(t.version()),
	}, "module.nix")
	if err != nil {
		return nil, err
	}
	for _, h := range project.Hosts() {
		for _, u := range h.Units {
			if u.Name == m.Unit {
				return u, nil
			}
		}
	}
	return nil, fmt.Errorf("the module has no unit %s", m.Unit)
}

// a is a binding with a comment.
func a(name string, value any, comment string) emit.Attr {
	return emit.Attr{Path: []string{name}, Value: value, Comment: comment}
}

// at is a binding at a path.
func at(value any, path ...string) emit.Attr { return emit.Attr{Path: path, Value: value} }

// apart requires a blank line above.
func apart(b emit.Attr) emit.Attr {
	b.Blank = true
	return b
}
