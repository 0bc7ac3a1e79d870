package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"wardnix/lint/systemd/security"
)

// Past is what an HTML report says of its run, for comparison with a later one. The
// page has it as a data block, which runs nothing.
type Past struct {
	Date   string `json:"date"`
	Commit string `json:"commit,omitempty"`
	// Errors, Warnings and Infos count the findings.
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	// Exposures are those of the services that are known exactly, in tenths, by host,
	// scope and name.
	Exposures map[string]security.Exposure `json:"exposures"`
}

const (
	pastStart = `<script type="application/json" id="past">`
	pastEnd   = `</script>`
)

// pastOf is what the page of the report holds.
func pastOf(r *Report) Past {
	c := count(r)
	p := Past{Date: r.Date, Commit: r.Commit, Errors: c.Errors, Warnings: c.Warnings, Infos: c.Infos, Exposures: map[string]security.Exposure{}}
	for _, u := range exposedUnits(r) {
		if u.Now.Low == u.Now.High {
			p.Exposures[u.key()] = u.Now.Low
		}
	}
	return p
}

// key identifies a service among those of a report.
func (u *exposed) key() string { return strings.Join([]string{u.host, u.Scope, u.Name}, "\n") }

// ReadPast reads what an earlier HTML report holds. The error is that of a page which
// wardnix did not write, or a version of it that had no such data.
func ReadPast(page string) (*Past, error) {
	_, rest, ok := strings.Cut(page, pastStart)
	text, _, closed := strings.Cut(rest, pastEnd)
	if !ok || !closed {
		return nil, errors.New("not an HTML report that holds its figures")
	}
	var p Past
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, fmt.Errorf("the figures of the report cannot be read: %w", err)
	}
	return &p, nil
}

// trendView is how a report differs from an earlier one.
type trendView struct {
	Since   string
	Changes []changeView
	// Better and Worse count the services whose exposure fell and rose, Added and
	// Removed those that are in one report only.
	Better, Worse, Added, Removed int
}

// changeView is a figure then and now; Word is "better", "worse" or "".
type changeView struct{ Name, Then, Now, Word string }

// trendOf compares a report with an earlier one; nil if there is none.
func trendOf(now Past, past *Past) *trendView {
	if past == nil {
		return nil
	}
	v := &trendView{Since: escape(past.Date, false)}
	if past.Commit != "" {
		v.Since += " (" + escape(past.Commit, false) + ")"
	}
	for _, n := range []struct {
		name      string
		then, now int
	}{{"errors", past.Errors, now.Errors}, {"warnings", past.Warnings, now.Warnings}, {"infos", past.Infos, now.Infos}} {
		v.Changes = append(v.Changes, changeView{n.name, fmt.Sprint(n.then), fmt.Sprint(n.now), judged(n.then, n.now)})
	}
	var then, after []security.Exposure
	for key, is := range now.Exposures {
		was, there := past.Exposures[key]
		switch {
		case !there:
			v.Added++
			continue
		case is < was:
			v.Better++
		case is > was:
			v.Worse++
		}
		then, after = append(then, was), append(after, is)
	}
	v.Removed = len(past.Exposures) - len(then)
	if len(then) > 0 {
		was, is := mean(then), mean(after)
		v.Changes = append(v.Changes, changeView{"mean exposure of services in both", was.String(), is.String(), judged(was, is)})
	}
	return v
}

// judged says whether a figure that should be low got better or worse.
func judged[T int | security.Exposure](then, now T) string {
	switch {
	case now < then:
		return "better"
	case now > then:
		return "worse"
	}
	return ""
}

// mean is the mean of exposures, rounded to a tenth.
func mean(all []security.Exposure) security.Exposure {
	sum := 0
	for _, e := range all {
		sum += int(e)
	}
	return security.Exposure((2*sum + len(all)) / (2 * len(all)))
}
