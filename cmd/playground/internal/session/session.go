// Package session answers the requests of the playground: each is an object of
// JSON with the texts of all files, and so is each answer. It reads no file.
package session

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"wardnix/lint/config"
	"wardnix/lint/workspace"
)

// A request is what the page wants to know.
type request struct {
	// Do is the name of one of the handlers.
	Do string `json:"do"`
	// Files are the texts of the project by path, without "\r".
	Files map[string]string `json:"files"`
	// Baselines, Release and Systemd take the place of flags; "" lets wardnix decide.
	Baselines []string `json:"baselines"`
	Release   string   `json:"release"`
	Systemd   int      `json:"systemd"`
	// Unsafe also applies unsafe fixes, for "fix".
	Unsafe bool `json:"unsafe"`
	// Name is what to explain, for "explain".
	Name string `json:"name"`
	// What and Values are what to generate, and the fields of its form, for "gen".
	What   string            `json:"what"`
	Values map[string]string `json:"values"`
}

// handlers answer the requests of the page other than "lint".
var handlers = map[string]func(*request) (any, error){
	"about":   about,
	"fix":     fix,
	"units":   units,
	"words":   words,
	"explain": explain,
	"gen":     generate,
}

// A Session answers the requests of one page. It remembers the last project that was
// linted, so that after a keystroke only what the change concerns is looked at again. It
// is for one goroutine at a time.
type Session struct {
	linted   *request // nil before the first
	snapshot *workspace.Snapshot
}

// Answer answers a request. The answer to one that fails has an "error".
func (s *Session) Answer(text []byte) []byte {
	answer, err := s.handle(text)
	if err != nil {
		answer = map[string]string{"error": err.Error()}
	}
	out, err := json.Marshal(answer)
	if err != nil {
		return fmt.Appendf(nil, `{"error":%q}`, err)
	}
	return out
}

func (s *Session) handle(text []byte) (any, error) {
	var r request
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	if r.Do == "lint" {
		return s.lint(&r)
	}
	do := handlers[r.Do]
	if do == nil {
		return nil, fmt.Errorf("cannot do %q", r.Do)
	}
	return do(&r)
}

// open is the project of the request. Everything is read from the request alone.
func (r *request) open() (*workspace.Workspace, error) {
	opts := workspace.Options{
		Dir: "/", FS: embed.FS{}, Overlay: r.Files, Paths: r.modules(), NoConfig: true, NoKnown: true,
		Flags: config.Flags{Baseline: r.Baselines, NixOSRelease: r.Release, SystemdVersion: r.Systemd},
	}
	return workspace.Open(opts)
}

// project is the project of the request as it is now.
func (s *Session) project(r *request) (*workspace.Snapshot, error) {
	if s.linted != nil && s.linted.isLike(r) {
		changed := map[string]string{}
		for name, text := range r.Files {
			if s.linted.Files[name] != text {
				changed[name] = text
			}
		}
		s.snapshot = s.snapshot.With(changed)
		s.linted = r
		return s.snapshot, nil
	}
	w, err := r.open()
	if err != nil {
		return nil, err
	}
	s.snapshot, err = w.Snapshot(context.Background())
	if s.linted = r; err != nil {
		s.linted = nil
	}
	return s.snapshot, err
}

// isLike reports whether another request differs in the texts of its files at most.
func (r *request) isLike(other *request) bool {
	same := slices.Equal(r.Baselines, other.Baselines) && r.Release == other.Release && r.Systemd == other.Systemd
	return same && slices.Equal(slices.Sorted(maps.Keys(r.Files)), slices.Sorted(maps.Keys(other.Files)))
}

// modules are the paths of the Nix files, in order.
func (r *request) modules() []string {
	return slices.DeleteFunc(slices.SortedFunc(maps.Keys(r.Files), byDirectory), func(name string) bool { return path.Ext(name) != ".nix" })
}

// byDirectory orders paths as a tree is listed.
func byDirectory(a, b string) int {
	return cmp.Or(cmp.Compare(path.Dir(a), path.Dir(b)), strings.Compare(a, b))
}
