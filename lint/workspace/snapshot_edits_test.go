package workspace

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/config"
)

var editCount = flag.Int("edits", 0, "how many random edits TestRandomEdits makes in each project; 0: few")

// ownProject has two hosts with a file in common, files of one of them, and one of none.
var ownProject = map[string]string{
	"flake.nix": `{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" ] (n:
  nixpkgs.lib.nixosSystem { modules = [ ./${n}.nix ./common.nix ]; }); }; }
`,
	"a.nix": `{ my.level = "full"; systemd.services.starter = { script = "x"; wants = [ "c.timer" "d.service" ]; }; }
`,
	"b.nix": `{ lib, ... }: {
  my.level = "ful";
  systemd.services.d = { script = lib.mkForce "y"; serviceConfig.PrivateTmp = "ye"; };
}
`,
	"common.nix": `{ config, lib, ... }: {
  options.my.level = lib.mkOption { type = lib.types.str; };
  config.systemd.services.c = { script = "x"; serviceConfig = { ProtectSystem = config.my.level; User = "c"; }; };
  config.systemd.timers.c.timerConfig.OnCalendar = "daily";
}
`,
	"loose.nix": `{
  systemd.services.e.serviceConfig = { ExecStart = "/bin/e"; DynamicUser = true; User = "root"; };
}
`,
	"wardnix.toml": "select = [\"all\"]\n",
}

// However the files of a project were edited, findings and fixes at rest are those of the
// project read anew. It runs on a project of its own, and on those in the directories of
// WARDNIX_PROJECTS.
func TestRandomEdits(t *testing.T) {
	dirs := filepath.SplitList(os.Getenv("WARDNIX_PROJECTS"))
	own := t.TempDir()
	for name, text := range ownProject {
		if err := os.WriteFile(filepath.Join(own, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range append(dirs, own) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			e := &typist{Rand: rand.New(rand.NewPCG(1, 2)), dir: dir, disk: modulesIn(t, dir), texts: map[string]string{}, since: map[string]string{}}
			e.names = slices.Sorted(maps.Keys(e.disk))
			e.open(e.name())
			edits := *editCount
			if edits == 0 {
				edits = 60
			}
			whole := e.fresh(t)
			seen := len(found(t, whole))
			for i := range edits {
				what := e.step()
				whole = e.pause(t, whole, i)
				if e.IntN(10) > 0 && i < edits-1 {
					continue
				}
				whole = e.rest(t, whole)
				kept := found(t, whole)
				if diff := cmp.Diff(found(t, e.fresh(t)), kept); diff != "" {
					t.Fatalf("edit %d, %s: findings (-read anew +kept):\n%s", i, what, diff)
				}
				seen += len(kept)
			}
			if seen == 0 {
				t.Error("nothing was ever found")
			}
		})
	}
}

// modulesIn are the texts of the modules of a project, by name.
func modulesIn(t *testing.T, dir string) map[string]string {
	texts := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(name) != ".nix" {
			return err
		}
		text, err := os.ReadFile(name)
		if rel, _ := filepath.Rel(dir, name); strings.Contains(string(text), "systemd") || strings.Contains(string(text), "my.") {
			texts[filepath.ToSlash(rel)] = string(text)
		}
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatal("no modules in", dir, err)
	}
	return texts
}

// A typist edits the files of a project at random, as the language server sees it.
type typist struct {
	*rand.Rand
	dir   string
	disk  map[string]string // the files as they are on the disk
	names []string          // of these
	texts map[string]string // the open documents
	since map[string]string // those that changed since the last state at rest
}

func (e *typist) name() string { return e.names[e.IntN(len(e.names))] }

func (e *typist) open(name string) {
	if _, ok := e.texts[name]; !ok {
		e.texts[name] = e.disk[name]
		e.since[name] = e.disk[name]
	}
}

// step is one edit of an open document. Some open another one, or restore one.
func (e *typist) step() string {
	if e.IntN(15) == 0 && len(e.texts) < 6 {
		e.open(e.name())
	}
	open := slices.Sorted(maps.Keys(e.texts))
	name := open[e.IntN(len(open))]
	what := "edit"
	if e.texts[name] != e.disk[name] && e.IntN(3) == 0 { // or no text would parse
		what, e.texts[name] = "restore", e.disk[name]
	} else {
		e.texts[name] = e.edited(e.texts[name])
	}
	e.since[name] = e.texts[name]
	return what + " " + name
}

// pieces are what is typed.
var pieces = [...]string{"x", "true", "\"", "{", "}", ";", "PrivateTmp = true; ", "lib.mkForce ", "\n", "#", "😀", "\"full\"", ".service"}

// edited is a text with a part of it gone, doubled, or replaced.
func (e *typist) edited(text string) string {
	from := e.IntN(len(text) + 1)
	to := min(from+e.IntN(12), len(text))
	with := ""
	switch e.IntN(4) {
	case 0:
		with = strings.Repeat(text[from:to], 2)
	case 1, 2:
		with, to = pieces[e.IntN(len(pieces))], min(from+e.IntN(2), len(text))
	}
	return strings.ToValidUTF8(text[:from]+with+text[to:], "?")
}

// pause is what the server does when typing pauses for a moment: it looks at some hosts,
// or begins with all of them and is interrupted.
func (e *typist) pause(t *testing.T, whole *Snapshot, i int) *Snapshot {
	s, ok := whole.Opening(e.since, nil)
	if !ok {
		t.Fatal("other settings apply to an open document")
	}
	if i%4 == 3 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.Supersede(whole)
		_, _ = s.Findings(ctx)
		return whole
	}
	if near, less := s.Near(whole, slices.Collect(maps.Keys(e.since))); less {
		found(t, near)
	}
	return whole
}

// rest is the state when typing ended.
func (e *typist) rest(t *testing.T, whole *Snapshot) *Snapshot {
	s, _ := whole.Opening(e.since, nil)
	s.Supersede(whole)
	e.since = map[string]string{}
	found(t, s)
	return s
}

// fresh is the project read anew.
func (e *typist) fresh(t *testing.T) *Snapshot {
	t.Helper()
	opts := Options{Dir: e.dir, Overlay: maps.Clone(e.texts), ForceExclude: true, Flags: config.Flags{Select: []string{"all"}}}
	for _, name := range slices.Sorted(maps.Keys(e.texts)) {
		opts.Paths = append(opts.Paths, filepath.FromSlash(name))
	}
	w, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// found are the findings of a snapshot with all that a user sees of them, a text each.
func found(t *testing.T, s *Snapshot) []string {
	t.Helper()
	all, err := s.Findings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range all {
		text := fmt.Sprintf("%s:%d-%d %s %s: %s suggestion=%v %v %v\n", f.File.Name, f.Span.Start, f.Span.End, f.Rule.ID, f.Severity, f.Message, f.Suggestion, f.Units, f.Notes)
		for _, r := range f.Related {
			text += fmt.Sprintf("  related %s:%d-%d %s\n", r.File.Name, r.Span.Start, r.Span.End, r.Message)
		}
		for _, x := range f.Fixes {
			text += fmt.Sprintf("  fix %s (%s) %s%s\n", x.Title, x.Applicability, x.Breaks, editsOf(x))
		}
		texts = append(texts, text)
	}
	return texts
}

func editsOf(x lint.Fix) string {
	text := ""
	for _, e := range x.Edits {
		text += fmt.Sprintf("\n    %s:%d-%d %q", e.File.Name, e.Start, e.End, e.New)
	}
	return text
}
