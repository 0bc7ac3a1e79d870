package report

// text says how many services could be stricter, and which commands show and do it.
func (h *Hardening) text(s Style) Text {
	if h.Services == 0 {
		return Text{}
	}
	var p Printer
	p.Printf("%s could be hardened", plural(h.Services, "service"))
	if h.Known > 0 {
		p.Printf(" (mean exposure %s", h.Now)
		if h.Safe < h.Now {
			p.Printf(", with the safe fixes %s", h.Safe)
		}
		p.Printf(")")
	}
	sep := ":"
	for _, c := range []struct{ command, does string }{{h.Show, "shows how"}, {h.Apply, "does it"}} {
		if c.command != "" {
			p.Printf("%s `%s` %s", sep, c.command, c.does)
			sep = ","
		}
	}
	return Text{s.wrap(p.Text().s, 0).s + "\n"}
}
