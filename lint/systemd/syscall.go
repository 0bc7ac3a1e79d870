package systemd

// callSet is a set of system calls, by index.
type callSet [(syscallCount + 63) / 64]uint64

// groupRow holds the members of a group from a version on.
type groupRow struct {
	name    string
	since   Version
	members string
}
