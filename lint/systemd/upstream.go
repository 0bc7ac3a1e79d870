package systemd

// upstreamLine is one assignment of a unit that systemd itself brings, in the
// versions first to last.
type upstreamLine struct {
	unit                string
	first, last         Version
	section, key, value string
}
