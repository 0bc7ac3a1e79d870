package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A provenBaseline is the strictest set that a daemon was seen to work under,
// in every version of systemd that has evidence for it.
type provenBaseline struct {
	*service
	settings []setting
	// broken are the settings left out, with what broke; one a key.
	broken []row
	// seen are the versions of systemd, and versions the packages' ones.
	seen, versions []string
}

// provenOf puts together what was seen of a service. It is nil for a service
// that no evidence is there for, and for one that is not a daemon.
func provenOf(v *service, all []setting, versions []string, evidences map[string]*evidence) *provenBaseline {
	if v.trap != "" || v.kind == "small program" {
		return nil
	}
	p := &provenBaseline{service: v}
	var kept [][]setting
	for _, version := range versions {
		e := evidences[version]
		rows := e.of(v.name, "best")
		if len(rows) == 0 || rows[0].result != "ok" {
			continue
		}
		p.seen = append(p.seen, version)
		for _, r := range e.of(v.name, "version") {
			p.versions = append(p.versions, r.seen)
		}
		kept = append(kept, parseSettings(rows[0].setting))
		for _, r := range e.of(v.name, "drops") {
			if !slices.ContainsFunc(p.broken, func(b row) bool { return b.setting == r.setting }) {
				p.broken = append(p.broken, r)
			}
		}
	}
	if len(p.seen) == 0 {
		return nil
	}
	p.settings = shared(all, p.seen, kept)
	return p
}

// shared are the settings that every version bears, in the order of the
// baseline: of two values the weaker one.
func shared(all []setting, versions []string, kept [][]setting) []setting {
	var out []setting
	for _, s := range all {
		if s.key == "SystemCallFilter" {
			continue // each of its groups counts by itself, below
		}
		if value, ok := sharedValue(s, versions, kept); ok {
			out = append(out, setting{s.key, value})
		}
	}
	for _, s := range all {
		if s.key == "SystemCallFilter" && !slices.ContainsFunc(kept, func(k []setting) bool { return !slices.Contains(k, s) }) {
			out = append(out, s)
		}
	}
	refuse := setting{"SystemCallErrorNumber", "EPERM"}
	if slices.ContainsFunc(kept, func(k []setting) bool { return slices.Contains(k, refuse) }) {
		out = append(out, refuse)
	}
	return out
}

// sharedValue is the weakest value that a version bears, if each bears one.
func sharedValue(s setting, versions []string, kept [][]setting) (string, bool) {
	scale := append([]string{s.value}, weaker[s.key]...)
	level, capabilities, found := 0, []string(nil), false
	for i, k := range kept {
		if since[s.key] > versions[i] {
			continue
		}
		j := slices.IndexFunc(k, func(x setting) bool { return x.key == s.key })
		if j < 0 {
			return "", false
		}
		found = true
		level = max(level, slices.Index(scale, k[j].value))
		capabilities = append(capabilities, strings.Fields(k[j].value)...)
	}
	if s.key == "CapabilityBoundingSet" {
		slices.Sort(capabilities)
		return strings.Join(slices.Compact(capabilities), " "), found
	}
	return scale[level], found
}

// known are the commands by which units run the daemon.
func (s *service) known() []string {
	if len(s.programs) > 0 {
		return s.programs
	}
	_, command, _ := strings.Cut(s.config, `ExecStart = "`)
	words := strings.FieldsFunc(command, func(r rune) bool { return r == ' ' || r == '"' })
	return []string{filepath.Base(words[0])}
}

// program is what the daemon is called.
func (s *service) program() string { return strings.TrimPrefix(s.known()[0], "java ") }

// keeps matches the directories that a daemon keeps files in.
var keeps = regexp.MustCompile(`\b(State|Cache|Logs)Directory = `)

// provens are the proven baselines of all services, by name.
func (o *options) provens() ([]*provenBaseline, error) {
	services, err := readServices()
	if err != nil {
		return nil, err
	}
	versions, evidences, err := o.evidences()
	if err != nil {
		return nil, err
	}
	all, err := o.strict("999")
	if err != nil {
		return nil, err
	}
	var out []*provenBaseline
	for _, v := range services {
		if p := provenOf(v, all, versions, evidences); p != nil && !p.refuted(evidences) {
			out = append(out, p)
		}
	}
	return out, nil
}

// refuted reports that the daemon broke under just this baseline: what works in
// one version need not work in another one.
func (p *provenBaseline) refuted(evidences map[string]*evidence) bool {
	for _, e := range evidences {
		for _, r := range e.of(p.name, "proven") {
			if r.result != "ok" && r.setting == joined(p.settings) {
				return true
			}
		}
	}
	return false
}

// evidences are what was seen, by version of systemd.
func (o *options) evidences() ([]string, map[string]*evidence, error) {
	files, err := filepath.Glob(o.evidenceFile("*"))
	if err != nil {
		return nil, nil, err
	}
	var versions []string
	all := map[string]*evidence{}
	for _, f := range files {
		version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "systemd-"), ".tsv")
		versions = append(versions, version)
		if all[version], err = readEvidence(f); err != nil {
			return nil, nil, err
		}
	}
	return versions, all, nil
}

// proven tries every service under its proven baseline.
func (s *session) proven(ctx context.Context) error {
	all, err := s.provens()
	if err != nil {
		return err
	}
	return s.each(ctx, s.jobs, func(ctx context.Context, v *service) error {
		i := slices.IndexFunc(all, func(p *provenBaseline) bool { return p.name == v.name })
		plain, ok := s.plain(ctx, v)
		if i < 0 || !ok {
			return nil
		}
		unit := withSettings(plain, all[i].in(s.Version))
		o := s.works(ctx, v, unit, v.limit(), tries)
		fmt.Printf("%-18s proven %s %s\n", v.name, o.word(), cause(o.seen))
		r := row{setting: joined(all[i].settings), result: o.word(), exposure: s.exposure(ctx, unit), seen: cause(o.seen)}
		return s.evidence.save(v.name, "proven", []row{r})
	})
}

// in are the settings that a version of systemd has.
func (p *provenBaseline) in(version string) []setting {
	return slices.DeleteFunc(slices.Clone(p.settings), func(s setting) bool { return since[s.key] > version })
}

// writeProven writes the modules and their index.
func (o *options) writeProven() error {
	all, err := o.provens()
	if err != nil {
		return err
	}
	rows, err := o.readBaseline("strict")
	if err != nil {
		return err
	}
	dir := filepath.Join(o.checkout, "rules/profile/proven")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.nix"))
	if err != nil {
		return err
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	index := "# The daemons that have a proven baseline: the commands that run them, whether that was as root, and whether they\n" +
		"# had directories of their own to write to.\nbaseline\tprograms\truns as\tfiles\n"
	for _, p := range all {
		runsAs, files := "user", "none"
		if p.user == "" {
			runsAs = "root"
		}
		if keeps.MatchString(p.config) {
			files = "kept"
		}
		index += p.name + "\t" + strings.Join(p.known(), ", ") + "\t" + runsAs + "\t" + files + "\n"
		if err := os.WriteFile(filepath.Join(dir, p.name+".nix"), []byte(p.module(rows)), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "index.tsv"), []byte(index), 0o644)
}
