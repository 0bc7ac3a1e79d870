package systemd

// check is a row of the assessment.
type check struct {
	id, field     string
	weight, rang  int
	good, bad, na string
	normalBoot    bool // not applicable with DefaultDependencies=no
}

// Exposure is the overall exposure of a unit in tenths: 0 to 100, where more is
// worse.
type Exposure int

// String prints the exposure as systemd does: "9.6".
func (e Exposure) String() string { return string([]byte{byte('0' + e/100), byte('0' + e/10%10), '.', byte('0' + e%10)}) }

// Predicate returns systemd's word for it: "PERFECT", "SAFE", "OK", "MEDIUM",
// "EXPOSED", "UNSAFE" or "DANGEROUS".
func (e Exposure) Predicate() string { return "" }

// Assessment is what systemd-analyze security says of a unit.
type Assessment struct {
	// Rows are the checks in the order systemd prints them, for the highest
	// exposure the unit can have.
	Rows []Row
	// Low and High are the least and the greatest exposure the unit can have;
	// they are equal when everything that counts is known.
	Low, High Exposure
}

// Row is one check. Its JSON form is that of systemd-analyze security
// --json=short.
type Row struct {
	Set         *bool   `json:"set"` // true good, false bad, nil when it does not apply
	Name        string  `json:"name"`
	Field       string  `json:"json_field"`
	Description *string `json:"description"`
	Exposure    *string `json:"exposure"`

	Weight  int  `json:"-"` // 0 when the check does not apply
	Badness int  `json:"-"` // 0 to Range
	Range   int  `json:"-"`
	Unknown bool `json:"-"` // the unit can be better than this
}

// Assess computes the exposure of a unit as systemd-analyze security
// --offline=true of version v does on x86-64. The error says why the unit does
// not load; such a unit has no exposure.
func Assess(u *Unit, v Version) (*Assessment, error) { return nil, nil }

// Report is what systemd says of a unit while loading it.
type Report struct {
	Problems []Problem
	// Refused tells that the unit does not load.
	Refused bool
}

// Check reads the whole unit as version v does: sections, keys, values, and
// directives that do not go together.
func (u *Unit) Check(v Version) Report { return Report{Problems: u.Problems, Refused: u.Broken} }
