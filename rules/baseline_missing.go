package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// baselineMissing reports, once a unit, what a baseline asks for and nothing
// sets.
func baselineMissing(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "B001", Name: "baseline-missing", Since: "0.1.0", Severity: lint.Warning,
		Title: "a unit does not set what its baseline asks for",
		Text: `A service runs with every right of its user until a directive takes one away. A
baseline is a NixOS module that says which directives a unit should set; this rule lists the ones
that nothing in the project sets. A directive that another one implies counts as set
(` + "`DynamicUser = true`" + ` implies ` + "`ProtectSystem = \"strict\"`" + `), and so does what systemd's own unit
sets where NixOS only overrides it.

Nothing is said of a directive that may be set where the source does not show it, nor of one that
the target systemd does not have. The baselines that are for any service do not ask for what the unit's own
text shows that it needs: a script that runs ` + "`modprobe`" + ` is not asked for ` + "`ProtectKernelModules`" + `, ` + "`CPUSchedulingPolicy = \"fifo\"`" + ` not
for ` + "`RestrictRealtime`" + `, a container runtime for nothing. Where the unit acts as root within its sandbox (` + "`PermissionsStartOnly`" + `,
the prefix ` + "`!`, `sudo`" + `), no fix is safe.`,
		WhenNot: "Where the service needs what the directive takes away; `wardnix explain DIRECTIVE` tells the cost.",
		Before: `{ pkgs, ... }:
{
  systemd.services.cloudflared-tunnel = {
    after = [ "network-online.target" ];
    wants = [ "network-online.target" ];
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      ExecStart = "${pkgs.cloudflared}/bin/cloudflared tunnel run --token-file /run/keys/tunnel";
      DynamicUser = true;
      LoadCredential = "token:/run/keys/tunnel";
    };
  };
}
`,
		References: []string{"systemd.exec(5)", "systemd-analyze(1), security"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				for _, b := range baselines {
					reportMissing(p, u, b)
				}
			})
		},
	}
}

// eachUnit calls do for the units of all hosts.
func eachUnit(p *lint.Pass, do func(*unitView)) {
	for _, u := range viewsOf(p) {
		do(u)
	}
}

// eachFile calls do for every unit, and for every configuration file of systemd.
func eachFile(p *lint.Pass, do func(*unitView)) {
	eachUnit(p, do)
	for _, u := range confViewsOf(p) {
		do(u)
	}
}

func reportMissing(p *lint.Pass, u *unitView, b *Baseline) {
	var rs []row
	standings := u.standings(b)
	for i, r := range u.asked(b) {
		if standings[i] == missing && !u.misspelt(&r) {
			rs = append(rs, r)
		}
	}
	if len(rs) == 0 {
		return
	}
	section := rs[0].section
	for _, r := range rs {
		if r.section != "" {
			section = r.section
		}
	}
	file, span := u.anchor(u.Site(section))
	f := lint.Finding{
		Message: missingMessage(u.Name, b, rs, func(r *row) string { return r.text(u.Unit) }),
		File:    file, Span: span, Unit: u.Name, Directives: names(rs),
	}
	f.Notes = explainRows("missing", rs, func(r *row) string { return r.name() + " = " + r.text(u.Unit) + ";" })
	if e := u.exposure(rs); e != "" {
		f.Notes = append(f.Notes, lint.Note{Label: "exposure", Text: e})
	}
	if others := sharers(p)[spotOf(u.Site(section))]; len(others) > 1 {
		f.Notes = append(f.Notes, lint.Note{Label: "note",
			Text: "not fixed automatically: the same text defines " + strings.Join(others, " and ")})
	} else {
		f.Fixes, f.Notes = missingFixes(u, rs, f.Notes)
	}
	p.Report(f)
}

// spot is where a [nixos.Site] is.
type spot struct {
	set    nixast.Node
	prefix string
}

func spotOf(s nixos.Site) spot { return spot{s.Set, s.Prefix} }

type sharersKey struct{}

// sharers are the services that one text defines, where a module is imported
// with several arguments: what is added there is added to all of them.
func sharers(p *lint.Pass) map[spot][]string {
	return p.Once(sharersKey{}, func() any {
		found := map[spot][]string{}
		for _, u := range viewsOf(p) {
			if site := u.Site("Service"); site.OK() && !slices.Contains(found[spotOf(site)], u.Name) {
				found[spotOf(site)] = append(found[spotOf(site)], u.Name)
			}
		}
		return found
	}).(map[spot][]string)
}

func names(rs []row) []string {
	out := make([]string, len(rs))
	for i := range rs {
		out[i] = rs[i].name()
	}
	return out
}

func missingMessage(subject string, b *Baseline, rs []row, text func(*row) string) string {
	if len(rs) == 1 {
		return fmt.Sprintf("%s does not set %s; the %s baseline asks for %s", subject, rs[0].name(), b.Name, text(&rs[0]))
	}
	return fmt.Sprintf("%s does not set %d things that the %s baseline asks for: %s",
		subject, len(rs), b.Name, strings.Join(names(rs), ", "))
}

// missingFixes are a fix for the rows that are safe to add and one for those
// that are not. A row that cannot be written becomes a note.
func missingFixes(u *unitView, rs []row, notes []lint.Note) ([]lint.Fix, []lint.Note) {
	if len(u.Partial) > 0 && rs[0].baseline.applies != nil {
		return nil, append(notes, lint.Note{Label: "note",
			Text: "not fixed automatically: a part of the unit cannot be seen: " + u.Partial[0].Text})
	}
	var fixes []lint.Fix
	for _, a := range []lint.Applicability{lint.Safe, lint.Unsafe} {
		group := slices.DeleteFunc(slices.Clone(rs), func(r row) bool { return u.riskOf(&r).applicability != a })
		if len(group) == 0 {
			continue
		}
		fix, problem := addRows(u, group, a)
		if problem != "" {
			notes = append(notes, lint.Note{Label: "note", Text: "not fixed automatically: " + problem})
		}
		if len(fix.Edits) > 0 {
			fixes = append(fixes, fix)
		}
	}
	return fixes, notes
}

// addRows makes one fix that adds the rows, each to its section. The problem
// tells what of them could not be added.
func addRows(u *unitView, rs []row, a lint.Applicability) (fix lint.Fix, problem string) {
	fix = lint.Fix{Applicability: a}
	var added []row
	for _, group := range bySite(u, rs) {
		var attrs []emit.Attr
		for _, r := range group.rows {
			v, ok := r.value(u.Unit)
			if !ok {
				problem = "the value of " + r.name() + " cannot be written here"
				continue
			}
			attrs = append(attrs, emit.A(r.name(), v))
			added = append(added, r)
		}
		if len(attrs) == 0 {
			continue
		}
		edits, err := u.editors.addAttrs(group.site, u.where(&rs[0]), attrs)
		if err != nil {
			problem, added = err.Error(), added[:len(added)-len(attrs)]
			continue
		}
		fix.Edits = append(fix.Edits, edits...)
	}
	fix.Title = "add " + strings.Join(names(added), ", ")
	fix.Breaks = breaks(added, u)
	return fix, problem
}

// breaks is what the rows may break, each thing told once with the rows that
// may break it, or alone where all may.
func breaks(rs []row, u *unitView) string {
	var whats []string
	by := map[string][]string{}
	n := 0
	for _, r := range rs {
		what := u.riskOf(&r).breaks
		if what == "" {
			continue
		}
		if by[what] == nil {
			whats = append(whats, what)
		}
		by[what] = append(by[what], r.name())
		n++
	}
	if len(whats) == 1 && n == len(rs) && n > 1 {
		return whats[0]
	}
	for i, what := range whats {
		whats[i] = strings.Join(by[what], ", ") + ": " + what
	}
	return strings.Join(whats, "; ")
}

// siteRows are rows that go to one place.
type siteRows struct {
	site nixos.Site
	rows []row
}

// bySite sorts the rows by the place that takes them.
func bySite(u *unitView, rs []row) []siteRows {
	var out []siteRows
	sites := map[string]nixos.Site{}
	for _, r := range rs {
		site, ok := sites[r.section]
		if !ok {
			site = u.Site(r.section)
			sites[r.section] = site
		}
		if r.isToken() {
			if beside := tokenSite(u.Unit); beside.Set != site.Set {
				site = beside
			}
		}
		i := slices.IndexFunc(out, func(g siteRows) bool {
			return g.site.Set == site.Set && g.site.Prefix == site.Prefix && g.rows[0].section == r.section
		})
		if i < 0 {
			out = append(out, siteRows{site: site})
			i = len(out) - 1
		}
		out[i].rows = append(out[i].rows, r)
	}
	return out
}

// where is where a row of the unit's baseline goes.
func (u *unitView) where(r *row) emit.Where {
	all := r.baseline.rows(u.Host.Release)
	return r.baseline.where(slices.Concat(all.units[u.Name], all.generic))
}

// addAttrs adds bindings at a site.
func addAttrs(site nixos.Site, where emit.Where, attrs []emit.Attr) ([]lint.FileEdit, error) {
	return editors{}.addAttrs(site, where, attrs)
}

// editors are the editors of files: to learn the style of a file takes time.
type editors map[*nixast.File]*emit.Editor

func (es editors) of(f *nixast.File) *emit.Editor {
	e, ok := es[f]
	if !ok {
		e = emit.New(f)
		es[f] = e
	}
	return e
}

func (es editors) addAttrs(site nixos.Site, where emit.Where, attrs []emit.Attr) ([]lint.FileEdit, error) {
	if !site.OK() {
		return nil, errors.New(site.Reason)
	}
	e := es.of(site.Set.File())
	var edits []emit.Edit
	var err error
	n := len(site.Siblings)
	switch {
	case site.Prefix == "":
		edits, err = e.Ensure(site.Set, where, attrs...)
	case n > 0:
		sibling, _ := site.Siblings[n-1].AsBinding()
		edits, err = e.InsertBeside(sibling, depthOf(sibling, site.Prefix), where, attrs...)
	case len(attrs) == 1:
		edits, err = e.Ensure(site.Set, where, emit.Attr{Path: append(namesIn(site.Prefix), attrs[0].Path...), Value: attrs[0].Value})
	default:
		edits, err = e.Ensure(site.Set, where, emit.Attr{Path: namesIn(site.Prefix), Value: emit.Attrs(attrs)})
	}
	if err != nil {
		return nil, err
	}
	return lint.In(site.Set.File(), edits), nil
}

// depthOf is the number of names of b's path that make up prefix; all but the
// last if none do.
func depthOf(b nixast.Binding, prefix string) int {
	path := b.Path()
	src, start, n := b.File().Src, path.Span().Start, 0
	for a := range path.Attrs() {
		n++
		if src[start:a.Span().End] == prefix {
			return n
		}
	}
	return n - 1
}

// namesIn are the names of an attribute path in Nix text.
func namesIn(path string) []string {
	f := nixast.Parse("", "{ "+path+" = 1; }", nixast.Options{})
	var names []string
	for b := range f.Expr().Bindings() {
		for a := range b.Path().Attrs() {
			name, _ := a.AttrName()
			names = append(names, name)
		}
	}
	return names
}
