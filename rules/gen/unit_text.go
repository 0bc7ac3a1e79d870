package gen

import (
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/systemd/unitfile"
)

// port is one thing that a socket listens on.
type port struct{ key, value string }

// ports are what a socket listens on, in order, which is the order in which its
// service gets them. An empty line of any kind clears all before it
// (src/core/load-fragment.c, config_parse_socket_listen, systemd 262), and is kept
// as the first.
func ports(lines []port) []port {
	var out []port
	for _, p := range lines {
		if p.value == "" {
			out = []port{{}}
			continue
		}
		out = append(out, p)
	}
	return out
}

// listening orders what a socket listens on. NixOS writes the lines of
// socketConfig first, by name, then listenStreams, then listenDatagrams; those
// kinds that only come in order without an option are noted in c.plain. It
// reports false where there is no such way.
func (c *conversion) listening() bool {
	var lines []port
	var entries []*entry
	for _, e := range c.entries {
		if e.section == "Socket" && isListen(e.key) {
			entries = append(entries, e)
		}
	}
	for _, a := range c.all {
		if a.Section == "Socket" && isListen(a.Key) {
			lines = append(lines, port{a.Key, a.Value})
		}
	}
	slices.SortFunc(entries, func(a, b *entry) int { return strings.Compare(a.key, b.key) })
	for _, plain := range [][]string{nil, {"ListenDatagram"}, {"ListenStream"}, {"ListenDatagram", "ListenStream"}} {
		var config, streams, datagrams []port
		for _, e := range entries {
			to := &config
			switch {
			case slices.Contains(plain, e.key) || e.resets():
			case e.key == "ListenStream":
				to = &streams
			case e.key == "ListenDatagram":
				to = &datagrams
			}
			for _, v := range e.values {
				*to = append(*to, port{e.key, v.Value})
			}
		}
		if slices.Equal(ports(lines), ports(slices.Concat(config, streams, datagrams))) {
			c.plain = plain
			return true
		}
	}
	return false
}

func isListen(key string) bool { return strings.HasPrefix(key, "Listen") }

// resets reports whether a line of the entry is empty.
func (e *entry) resets() bool {
	return slices.ContainsFunc(e.values, func(a unitfile.Assignment) bool { return a.Value == "" })
}

// asText is the unit as systemd.units has it: its own text, but for [Install],
// which NixOS takes as options.
func (c *conversion) asText() *Module {
	c.head = nil // it is in the text
	var install emit.Attrs
	for _, e := range c.entries {
		if e.section != "Install" {
			continue
		}
		if attrs, ok := c.options(e); ok {
			install = append(install, attrs...)
		} else {
			c.note("%s: NixOS has no place for %s= in [Install]; it is left out", e.where(0), e.key)
		}
	}
	var text strings.Builder
	var comments []string
	for _, s := range c.sources {
		rest, taken := withoutInstall(s)
		text.WriteString(rest)
		comments = append(comments, taken...)
	}
	unit := emit.Attrs{emit.A("text", text.String())}
	if c.dropin {
		unit = append(emit.Attrs{emit.A("overrideStrategy", "asDropin")}, unit...)
	}
	if len(install) > 0 {
		install[0].Comment = comment(comments)
	} else {
		c.head = comments
	}
	c.storePaths()
	return &Module{Unit: c.name, Head: comment(c.head), Notes: c.notes,
		Body: emit.Attrs{flat(at(append(unit, install...), "systemd", "units", c.name))}}
}

// withoutInstall is the text of a unit without its sections [Install], and the
// comments in those.
func withoutInstall(s Source) (text string, comments []string) {
	f := unitfile.Parse(s.Name, s.Text)
	lines := strings.SplitAfter(strings.TrimSuffix(string(s.Text), "\n")+"\n", "\n")
	var b strings.Builder
	headers, said := f.Headers, f.Comments
	inside := false
	for i, line := range lines {
		if len(headers) > 0 && headers[0].Line == i+1 {
			inside = headers[0].Name == "Install"
			headers = headers[1:]
		}
		if !inside {
			b.WriteString(line)
		}
		for ; len(said) > 0 && said[0].Line == i+1; said = said[1:] {
			if inside {
				comments = append(comments, commentText(said[0].Text))
			}
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n", comments
}
