package main

import (
	"wardnix/lint/report"
	"wardnix/lint/workspace"
)

func agreementText(agreements []workspace.Agreement) report.Text {
	var p report.Printer
	for _, g := range agreements {
		for _, d := range g.Disagreements {
			p.Printf("%s: %s%s\n", d.Unit, d.Text, at(d.At))
		}
		if len(agreements) > 1 {
			p.Printf("%s: ", g.Host)
		}
		p.Printf("%s and %s compared: %s; %s of these units come from elsewhere\n",
			plural(g.Units, "unit"), plural(g.Lines, "line"), disagreements(len(g.Disagreements)), plural(g.Unseen, "line"))
	}
	return p.Text()
}

func disagreements(n int) string {
	if n == 0 {
		return "all agree"
	}
	return plural(n, "disagreement")
}

func agreementJSON(c *Command, agreements []workspace.Agreement) error {
	type disagreement struct {
		Unit  string `json:"unit"`
		Scope string `json:"scope"`
		Text  string `json:"text"`
		At    string `json:"at"`
	}
	type host struct {
		Name          string         `json:"name"`
		Units         int            `json:"units"`
		Lines         int            `json:"lines"`
		Unseen        int            `json:"unseen"`
		Disagreements []disagreement `json:"disagreements"`
	}
	hosts := []host{}
	for _, g := range agreements {
		one := host{g.Host, g.Units, g.Lines, g.Unseen, []disagreement{}}
		for _, d := range g.Disagreements {
			one.Disagreements = append(one.Disagreements, disagreement{d.Unit, d.Scope, d.Text, where(d.At)})
		}
		hosts = append(hosts, one)
	}
	return c.json(struct {
		Hosts []host `json:"hosts"`
	}{hosts})
}
