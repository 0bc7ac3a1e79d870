package session

import (
	"context"
	"slices"

	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
	"wardnix/nixast"
)

type (
	unitAnswer struct {
		Name    string   `json:"name"`
		Host    string   `json:"host"`
		Scope   string   `json:"scope"`
		Masked  bool     `json:"masked"`
		NotSeen []string `json:"notSeen"`
		Lines   []line   `json:"lines"`
		// Now, Safe and All are exposures as people read them; "" without one.
		Now     string  `json:"now"`
		Safe    string  `json:"safe"`
		All     string  `json:"all"`
		High    int     `json:"high"` // of Now, in tenths
		Word    string  `json:"word"`
		Problem string  `json:"problem"`
		Checks  []check `json:"checks"`
	}
	line struct {
		Section string `json:"section"`
		Key     string `json:"key"`
		Text    string `json:"text"`
		Known   bool   `json:"known"`
		When    bool   `json:"when"` // under a condition
		Unseen  string `json:"unseen"`
		Origin  *place `json:"origin"`
	}
	// check is a row of an exposure, with what the fixes leave of it.
	check struct {
		Name  string `json:"name"`
		About string `json:"about"`
		Maybe bool   `json:"maybe"` // the source does not determine it
		Now   string `json:"now"`
		Safe  string `json:"safe"`
		All   string `json:"all"`
	}
)

// units are the units with their text and their exposures.
func units(r *request) (any, error) {
	w, err := r.open()
	if err != nil {
		return nil, err
	}
	scores, err := w.Score(context.Background(), true)
	if err != nil {
		return nil, err
	}
	out := []unitAnswer{}
	scales := scales{}
	for _, u := range w.Units() {
		one := unitAnswer{Name: u.Name, Host: u.Host.Name, Scope: u.Scope.String(), Masked: u.Enabled() < 0, NotSeen: []string{}, Checks: []check{}, Lines: scales.lines(u)}
		for _, reason := range u.Partial {
			one.NotSeen = append(one.NotSeen, reason.Text)
		}
		if s := scoreOf(scores.Hosts, u); s != nil {
			one.score(s)
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b unitAnswer) int { return b.High - a.High })
	return map[string]any{"units": out}, nil
}

func (s scales) lines(u *nixos.Unit) []line {
	out := []line{}
	for _, l := range u.Lines() {
		one := line{Section: l.Section, Key: l.Key, Text: l.Shown, Known: l.Known, When: l.When != nil, Unseen: l.Unseen}
		if l.Origin != (nixast.Node{}) {
			at := s.place(l.Origin.File(), l.Origin.Span())
			one.Origin = &at
		}
		out = append(out, one)
	}
	return out
}

// scoreOf is the score of a unit; nil if it has none.
func scoreOf(hosts []report.Host, u *nixos.Unit) *report.Unit {
	for _, h := range hosts {
		for i := range h.Units {
			if s := &h.Units[i]; h.Name == u.Host.Name && s.Name == u.Name && s.Scope == u.Scope.String() {
				return s
			}
		}
	}
	return nil
}

func (a *unitAnswer) score(s *report.Unit) {
	a.Problem = s.Problem
	if s.Now == nil {
		return
	}
	a.Now, a.High, a.Word = interval(s.Now), int(s.Now.High), s.Now.High.Predicate()
	a.Safe, a.All = interval(s.Safe), interval(s.All)
	safe, all := costs(s.Safe), costs(s.All)
	for _, row := range s.Now.Rows {
		if row.Exposure == nil {
			continue
		}
		one := check{Name: row.Name, Maybe: row.Unknown, Now: *row.Exposure, Safe: safe[row.Field], All: all[row.Field]}
		if row.Description != nil {
			one.About = *row.Description
		}
		a.Checks = append(a.Checks, one)
	}
}

// interval is an exposure, or what it is between.
func interval(a *security.Assessment) string {
	switch {
	case a == nil:
		return ""
	case a.Low == a.High:
		return a.High.String()
	}
	return a.Low.String() + "–" + a.High.String()
}

// costs are what the checks add to an exposure, by field.
func costs(a *security.Assessment) map[string]string {
	out := map[string]string{}
	if a == nil {
		return out
	}
	for _, row := range a.Rows {
		if row.Exposure != nil {
			out[row.Field] = *row.Exposure
		}
	}
	return out
}
