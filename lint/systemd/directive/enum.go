package directive

// Enum is the set of values of an enum directive.
type Enum struct {
	Values []EnumValue
	// True and False are what the boolean words mean, empty when they are not
	// accepted.
	True, False string

	Weaker [][2]string // pairs of neighbors, the weaker first
}

// EnumValue is one value of an enum.
type EnumValue struct {
	Name string
	// Since and Until are the first and last version that accept it, 0 when
	// Oldest or Newest do.
	Since, Until Version
}

// Names returns the values that version v accepts, in the order of the table.
func (e *Enum) Names(v Version) []string {
	var out []string
	for _, value := range e.Values {
		if v >= value.Since && (value.Until == 0 || v <= value.Until) {
			out = append(out, value.Name)
		}
	}
	return out
}
