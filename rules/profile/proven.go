package profile

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// ProvenName is the name of the baseline that requires of the daemons in [Daemons]
// what each was seen to work under, and of any other service what light requires.
const ProvenName = "proven"

//go:embed proven/*.nix proven/index.tsv
var proven embed.FS

// A Daemon has a baseline that it was seen to work under: it was run under the
// settings of rules/profile/proven, with the evidence in rules/profile/evidence.
type Daemon struct {
	// Name is that of the module: "nginx".
	Name string
	// Programs are the commands that run it, each a program and perhaps an argument:
	// "git daemon".
	Programs []string
	// Root reports that it was run as root, and not as a user.
	Root bool
	// Files reports that it kept files, in directories that the unit gave it.
	Files bool
}

// Baseline is the name of the daemon's baseline: "proven/nginx".
func (d *Daemon) Baseline() string { return ProvenName + "/" + d.Name }

// Daemons are those with a proven baseline, by name. The caller must not change them.
var Daemons = sync.OnceValue(func() []Daemon {
	index, err := fs.ReadFile(proven, "proven/index.tsv")
	if err != nil {
		panic(err) // it is embedded
	}
	var all []Daemon
	for line := range strings.Lines(string(index)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) == 4 && f[0] != "baseline" {
			all = append(all, Daemon{Name: f[0], Programs: strings.Split(f[1], ", "), Root: f[2] == "root", Files: f[3] == "kept"})
		}
	}
	return all
})

// DaemonNamed is the daemon whose module or program has the name, with or without
// "proven/" in front; nil if there is none.
func DaemonNamed(name string) *Daemon {
	name = strings.TrimPrefix(name, ProvenName+"/")
	return findDaemon(func(d *Daemon) bool { return d.Name == name || slices.Contains(d.Programs, name) })
}

// DaemonOf is the daemon that a program is, run with arguments of which has says
// whether they are given; nil if it is none.
func DaemonOf(program string, has func(argument ...string) bool) *Daemon {
	return findDaemon(func(d *Daemon) bool {
		return slices.ContainsFunc(d.Programs, func(command string) bool {
			name, argument, needed := strings.Cut(command, " ")
			return name == program && (!needed || has(argument))
		})
	})
}

func findDaemon(is func(*Daemon) bool) *Daemon {
	all := Daemons()
	for i := range all {
		if is(&all[i]) {
			return &all[i]
		}
	}
	return nil
}

// Text is the module of the daemon's baseline.
func (d *Daemon) Text() string {
	text, err := fs.ReadFile(proven, "proven/"+d.Name+".nix")
	if err != nil {
		panic(err) // a test compares the index with the files
	}
	return string(text)
}

// For is the baseline in place of b if a unit runs the daemon, which may be
// nil: that of the daemon for the proven one, and b itself for the others.
func (b *Baseline) For(d *Daemon) *Baseline {
	if d == nil || b.Name != ProvenName {
		return b
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.daemons[d.Name]
	if one == nil {
		one = &Baseline{Name: d.Baseline(), text: d.Text()}
		if b.daemons == nil {
			b.daemons = map[string]*Baseline{}
		}
		b.daemons[d.Name] = one
	}
	return one
}
