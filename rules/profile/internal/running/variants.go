package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A variant is a unit with some of wardnix's fixes.
type variant struct {
	name string
	// flags are those of wardnix lint; there are none for the unit as it is.
	flags []string
}

var variants = []variant{
	{"plain", nil},
	{"safe", []string{"--baseline", "light", "--write"}},
	{"unsafe", []string{"--baseline", "light", "--write", "--unsafe"}},
	{"strict-safe", []string{"--baseline", "strict", "--select", "all", "--write"}},
	{"strict", []string{"--baseline", "strict", "--select", "all", "--write", "--unsafe"}},
}

func variantNames() []string {
	var names []string
	for _, v := range variants {
		names = append(names, v.name)
	}
	return names
}

// fixes tries every service in the variants named.
func (s *session) fixes(ctx context.Context, names []string) error {
	return s.each(ctx, s.jobs, func(ctx context.Context, v *service) error {
		seen := map[string]outcome{} // by the unit's text: variants are often the same
		for _, variant := range variants {
			if !slices.Contains(names, variant.name) || s.resume && len(s.evidence.of(v.name, variant.name)) > 0 {
				continue
			}
			unit, err := s.variant(ctx, v, variant)
			if err != nil {
				return err
			}
			o, ok := seen[unit]
			if variant.name == "plain" {
				s.evidence.set(v.name, "plain", nil) // it is not compared with what it was
			}
			if !ok {
				o = s.works(ctx, v, unit, v.limit(), tries)
				if variant.name == "plain" && strings.HasPrefix(o.seen, "does not stop") {
					o.ok = true // it never stops in time: that says nothing of the fixes
				}
				seen[unit] = o
			}
			fmt.Printf("%-18s %-12s %s\n", v.name, variant.name, o.word())
			r := row{result: o.word(), exposure: s.exposure(ctx, unit), seen: cause(o.seen)}
			if variant.name == "plain" {
				r.setting = o.users
			}
			if err := s.evidence.save(v.name, variant.name, []row{r}); err != nil {
				return err
			}
			if variant.name == "plain" && !o.ok {
				fmt.Println("  ", strings.ReplaceAll(o.seen, "\n", "\n   "))
				break
			}
		}
		return nil
	})
}

// word is the outcome in the evidence.
func (o outcome) word() string {
	if o.ok {
		return "ok"
	}
	return "breaks"
}

// variant is the text of the service's unit after wardnix's fixes.
func (s *session) variant(ctx context.Context, v *service, kind variant) (string, error) {
	dir := filepath.Join(s.dir, "modules-"+s.Version, kind.name, v.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "default.nix")
	if err := os.WriteFile(file, []byte(v.module()), 0o644); err != nil {
		return "", err
	}
	if kind.flags != nil {
		args := append([]string{"lint", "--no-config", "--no-known", "--systemd-version", s.Version}, kind.flags...)
		out, err := exec.CommandContext(ctx, s.wardnix, append(args, file)...).CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
			return "", fmt.Errorf("wardnix lint: %w\n%s", err, out)
		}
	}
	return s.render(ctx, file)
}

// render is the text of the unit that a module makes.
func (s *session) render(ctx context.Context, file string) (string, error) {
	out, err := exec.CommandContext(ctx, s.wardnix, "units", "--render", "--no-config", "--systemd-version", s.Version, file).Output()
	if err != nil {
		return "", fmt.Errorf("wardnix units: %w", err)
	}
	return withoutOrigins(string(out)), nil
}

// origin is the comment with which wardnix units says where a line comes from.
var origin = regexp.MustCompile(`(?m)(^#.*\n|  # \S+\.nix(:\d+)*.*$)`)

func withoutOrigins(text string) string {
	return strings.TrimSpace(origin.ReplaceAllString(text, "")) + "\n"
}
