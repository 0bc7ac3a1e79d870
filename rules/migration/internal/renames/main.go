// Command renames collects the options of systemd and its neighbors that releases of
// NixOS renamed or removed, from checkouts of nixpkgs:
//
//	go run ./rules/migration/internal/renames NIXPKGS-20.09 NIXPKGS-26.11 > rules/migration/options.tsv
//
// A row is what a module calls to say so ("Renamed", "Removed", "Changed", "Merged"), the
// old option, the new ones, the release that has the change, and what NixOS prints for an
// option that is removed. The release is that of the notes which say so; without any, it
// is the newest of the trees, since an older one need not have the change.
package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: renames NIXPKGS..., checkouts of nixpkgs, the oldest release first")
		os.Exit(2)
	}
	if err := write(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "renames:", err)
		os.Exit(1)
	}
}

// subjects are where the options are that wardnix is about.
var subjects = []string{
	"boot.", "jobs.", "security.", "systemd.", "services.cloudflared.", "services.homed.", "services.journald.",
	"services.logind.", "services.resolved.", "services.timesyncd.", "services.userdbd.",
}

// A change is a call that says that an option has changed.
type change struct {
	kind, old, new, since, message string
}

// write writes the table of the trees, the oldest of which comes first.
func write(w io.Writer, trees []string) error {
	since := map[string]string{} // by the old option, the first release that says so
	var last map[string]change
	for _, tree := range trees {
		version, err := os.ReadFile(filepath.Join(tree, ".version"))
		if err != nil {
			return err
		}
		if last, err = changesOf(tree); err != nil {
			return err
		}
		for old := range last {
			since[old] = cmp.Or(since[old], strings.TrimSpace(string(version)))
		}
	}
	notes, err := notesOf(trees[len(trees)-1])
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "# kind\told option\tnew options\tsince\tmessage (made by rules/migration/internal/renames)")
	for _, old := range slices.Sorted(maps.Keys(last)) {
		c := last[old]
		c.since = cmp.Or(c.since, since[old])
		if noted := notes.since(c); c.since == notes.newest && noted != "" {
			c.since = noted
		}
		fmt.Fprintln(out, strings.Join([]string{c.kind, c.old, c.new, c.since, c.message}, "\t"))
	}
	return out.Flush()
}

// changesOf are the changes that the modules of a tree import, by the old option.
func changesOf(tree string) (map[string]change, error) {
	found := map[string]change{}
	err := filepath.WalkDir(filepath.Join(tree, "nixos", "modules"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".nix" {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.Contains(string(src), "OptionModule") {
			for _, c := range changesIn(nixast.Parse(name, string(src), nixast.Options{})) {
				if slices.ContainsFunc(subjects, func(s string) bool { return strings.HasPrefix(c.old+".", s) }) {
					found[c.old] = c
				}
			}
		}
		return nil
	})
	if err == nil && len(found) == 0 {
		err = errors.New("no option is renamed or removed in " + tree)
	}
	return found, err
}

// changesIn are the changes that a module imports.
func changesIn(f *nixast.File) []change {
	ev := eval.New(eval.Options{})
	module := ev.File(f)
	if _, ok := ev.Force(module).(*eval.Function); ok {
		args := map[string]*eval.Thunk{"lib": ev.Lib(), "pkgs": ev.Pkgs()}
		module = ev.Call(module, ev.NewOpenAttrs(args, ev.Opaque(eval.Opaque{Label: "args", Reason: "not known"})))
	}
	list := ev.List(ev.Select(module, "imports"))
	if list == nil {
		return nil
	}
	var found []change
	for _, item := range list.Items {
		u, ok := ev.Force(item.Value).(*eval.Unknown)
		if !ok || item.Many || len(u.Args) == 0 {
			continue
		}
		name := u.Func[strings.LastIndexByte(u.Func, '.')+1:]
		kind := strings.Replace(strings.TrimPrefix(name, "mk"), "OptionModule", "", 1)
		if c, ok := changeOf(ev, kind, u.Args); ok {
			found = append(found, c...)
		}
	}
	return found
}

// changeOf reads the arguments of a call; false for one that renames or removes nothing.
func changeOf(ev *eval.Evaluator, kind string, args []*eval.Thunk) ([]change, bool) {
	arity := map[string]int{"Renamed": 2, "Changed": 3, "Removed": 2, "Merged": 3, "RenamedWith": 1}
	if len(args) != arity[kind] {
		return nil, false
	}
	switch kind {
	case "RenamedWith":
		c := change{kind: "Renamed", old: pathOf(ev, ev.Select(args[0], "from")), new: pathOf(ev, ev.Select(args[0], "to"))}
		if n, ok := ev.Force(ev.Select(args[0], "sinceRelease")).(*eval.Int); ok {
			c.since = fmt.Sprintf("%02d.%02d", n.V/100, n.V%100)
		}
		return []change{c}, true
	case "Renamed", "Changed":
		return []change{{kind: kind, old: pathOf(ev, args[0]), new: pathOf(ev, args[1])}}, true
	case "Removed":
		message := ""
		if s := ev.String(args[1]); s != nil {
			message, _ = s.Text()
		}
		return []change{{kind: kind, old: pathOf(ev, args[0]), message: firstSentence(message)}}, true
	case "Merged":
		var found []change
		if list := ev.List(args[0]); list != nil {
			for _, item := range list.Items {
				found = append(found, change{kind: kind, old: pathOf(ev, item.Value), new: pathOf(ev, args[1])})
			}
		}
		return found, true
	}
	return nil, false
}

// firstSentence is the beginning of a text, on one line and without the stop.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(strings.Join(strings.Fields(text), " ")+" ", ". ")
	return strings.TrimSpace(text)
}

// pathOf is a list of names as a path; empty if one is not known.
func pathOf(ev *eval.Evaluator, t *eval.Thunk) string {
	var names []string
	list := ev.List(t)
	if list == nil {
		return ""
	}
	for _, item := range list.Items {
		s := ev.String(item.Value)
		if s == nil {
			return ""
		}
		name, ok := s.Text()
		if !ok {
			return ""
		}
		names = append(names, name)
	}
	return nixast.QuoteAttrPath(names...)
}

// releaseNotes are the items of the release notes, by release.
type releaseNotes struct {
	items  map[string][]string
	newest string
}

// notesOf reads the release notes of a tree.
func notesOf(tree string) (releaseNotes, error) {
	n := releaseNotes{items: map[string][]string{}}
	files, err := filepath.Glob(filepath.Join(tree, "nixos/doc/manual/release-notes/rl-*.section.md"))
	for _, file := range files {
		digits := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "rl-"), ".section.md")
		text, err := os.ReadFile(file)
		if err != nil || len(digits) != 4 {
			return n, cmp.Or(err, errors.New(file+" has no release in its name"))
		}
		release := digits[:2] + "." + digits[2:]
		n.items[release] = strings.Split("\n"+string(text), "\n- ")
		n.newest = max(n.newest, release)
	}
	return n, err
}

// words are what release notes call a change.
var words = map[string][]string{
	"Removed": {"removed", "no longer"},
	"Renamed": {"renamed", "moved", "replaced"},
	"Changed": {"renamed", "moved", "replaced", "changed"},
	"Merged":  {"renamed", "moved", "replaced", "merged"},
}

// since is the last release whose notes name the old option and what became of it.
func (n releaseNotes) since(c change) string {
	for _, release := range slices.Backward(slices.Sorted(maps.Keys(n.items))) {
		for _, item := range n.items[release] {
			named := strings.Contains(item, "`"+c.old+"`") || strings.Contains(item, "#opt-"+c.old+")")
			if named && slices.ContainsFunc(words[c.kind], func(w string) bool { return strings.Contains(item, w) }) {
				return release
			}
		}
	}
	return ""
}
