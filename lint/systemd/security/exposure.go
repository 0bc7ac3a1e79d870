package security

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// check is a row of the assessment.
type check struct {
	id, field     string
	weight, rang  int
	good, bad, na string
	normalBoot    bool   // does not apply with DefaultDependencies=no
	of            string // the field that judges it
	mask          uint64 // capabilities, namespace types or address families
	group         string // system calls
}

// Exposure is the overall exposure of a unit in tenths: 0 to 100, where more is
// worse.
type Exposure int

// String prints the exposure as systemd does: "9.6".
func (e Exposure) String() string { return tenths(int(e)) }

// tenths prints a number of tenths; those of the rows are below 100.
func tenths(n int) string {
	if n >= 100 {
		return "10." + string(rune('0'+n%10))
	}
	return string([]byte{byte('0' + n/10), '.', byte('0' + n%10)})
}

// Predicate returns systemd's word for it: PERFECT, SAFE, OK, MEDIUM, EXPOSED,
// UNSAFE or DANGEROUS.
func (e Exposure) Predicate() string {
	switch {
	case e >= 100:
		return "DANGEROUS"
	case e >= 90:
		return "UNSAFE"
	case e >= 75:
		return "EXPOSED"
	case e >= 50:
		return "MEDIUM"
	case e >= 10:
		return "OK"
	case e >= 1:
		return "SAFE"
	}
	return "PERFECT"
}

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
	Exposure    *string `json:"exposure"` // nil when the row adds nothing

	Weight  int  `json:"-"`
	Badness int  `json:"-"` // 0 to Range
	Range   int  `json:"-"`
	Unknown bool `json:"-"` // the unit can be better than this row says
}

// verdictOn is how one check came out.
type verdictOn struct {
	badness int
	na      bool
	text    string // empty for the text of the table
	null    bool   // no description at all

	// list is "allow" or "deny" if a filter of system calls is judged, included reports
	// whether it has the group, and call is one of the group that it allows.
	list     string
	included bool
	call     string
}

// Assess computes the exposure of a unit as systemd-analyze security
// --offline=true of version v does on x86-64, with a libseccomp that knows the
// system calls of the kernel. The error says why the unit does not load; such a
// unit has no exposure.
func Assess(u *unitfile.Unit, v directive.Version) (*Assessment, error) {
	r := Read(u, v)
	low, high, err := r.ScoreWith(nil)
	if err != nil {
		return nil, err
	}
	worst, best := r.at(weakest).judge(), r.at(r.best(nil)).judge()
	return &Assessment{Low: low, High: high, Rows: rows(worst[:], best[:], v)}, nil
}

// Score returns the least and the greatest exposure of a unit, as Assess does,
// without the rows.
func Score(u *unitfile.Unit, v directive.Version) (low, high Exposure, err error) {
	return Read(u, v).ScoreWith(nil)
}

// ScoreWith returns the exposures of [Score] with further lines, which the unit has after
// its own.
func (r *Reading) ScoreWith(lines []unitfile.Assignment) (low, high Exposure, err error) {
	if r.loading == nil {
		r.loading = r.unit.Load(r.version)
	}
	loading := r.loading
	if len(lines) > 0 {
		loading = loading.With(lines)
	}
	if why, refused := loading.Refusal(); refused {
		return 0, 0, fmt.Errorf("%s does not load: %s", r.unit.Name, why)
	}
	low, high = r.exposures(weakest, lines)
	if best := r.best(lines); best != weakest {
		low, _ = r.exposures(best, lines)
	}
	return low, high, nil
}

// best is the bound at which the unit with further lines is at its best. If everything is
// known, both are the same.
func (r *Reading) best(lines []unitfile.Assignment) bound {
	if r.uncertain || slices.ContainsFunc(lines, func(a unitfile.Assignment) bool { return a.Unknown }) {
		return strictest
	}
	return weakest
}

// exposures are the least and the greatest exposure at a bound of the unit. They
// differ when DefaultDependencies= is not known: without the rows of the normal
// boot phase a unit may be better or worse.
func (r *Reading) exposures(b bound, lines []unitfile.Assignment) (least, greatest Exposure) {
	s := r.with(b, lines)
	least = s.exposure()
	greatest = least
	if r.uncertain && bootUnknown(r.unit) {
		s.flags[flagDefaultDependencies] = !s.flags[flagDefaultDependencies]
		other := s.exposure()
		least, greatest = min(least, other), max(greatest, other)
	}
	return least, greatest
}

// bootUnknown reports whether DefaultDependencies= is not known.
func bootUnknown(u *unitfile.Unit) bool {
	lines := u.Values("Unit", "DefaultDependencies")
	if len(lines) == 0 {
		return u.IsOpen("Unit")
	}
	return slices.ContainsFunc(lines, func(a unitfile.Assignment) bool { return a.Unknown })
}

// exposure is the sum of all rows: each contribution and the whole are rounded up.
func (s *state) exposure() Exposure {
	bad, weight := 0, 0
	for i := range checks {
		r, c := s.judgeBy(i), &checks[i]
		if r.na {
			continue
		}
		weight += c.weight
		bad += divUp(r.badness*c.weight, c.rang)
	}
	return Exposure(divUp(bad*100, weight))
}

func divUp(a, b int) int { return (a + b - 1) / b }

// judge runs all checks.
func (s *state) judge() (results [len(checks)]verdictOn) {
	for i := range checks {
		results[i] = s.judgeBy(i)
	}
	return results
}

// judgeBy runs a check, by its index.
func (s *state) judgeBy(i int) verdictOn {
	c := &checks[i]
	if c.normalBoot && !s.flags[flagDefaultDependencies] {
		return verdictOn{na: true, text: "Service runs in special boot phase, option is not appropriate"}
	}
	return judges[i].check(s, c)
}

// judges are the fields that judge the checks.
var judges = func() (judges [len(checks)]*field) {
	for i := range checks {
		judges[i] = fieldsByName[checks[i].of]
	}
	return judges
}()

// badIf makes the verdict of a check that is good or bad.
func badIf(bad bool, c *check) verdictOn {
	if bad {
		return verdictOn{badness: c.rang}
	}
	return verdictOn{}
}

func (s *state) checkRoot(c *check) verdictOn {
	return badIf(strings.Trim(s.root, "/") == "" && strings.Trim(s.image, "/") == "", c)
}

func (s *state) checkProc(*check) verdictOn {
	switch s.proc {
	case "default":
		return verdictOn{badness: 3}
	case "noaccess":
		return verdictOn{badness: 1, null: true}
	}
	return verdictOn{}
}

func (s *state) checkArchitectures(*check) verdictOn {
	switch {
	case len(s.architectures) == 0:
		return verdictOn{badness: 10, text: "Service may execute system calls with all ABIs"}
	case len(s.architectures) == 1 && s.architectures[0] == "native" && !s.otherArchitecture:
		return verdictOn{text: "Service may execute system calls only with native ABI"}
	}
	return verdictOn{badness: 8, text: "Service may execute system calls with multiple ABIs"}
}

func (s *state) checkUser(*check) verdictOn {
	switch {
	case s.user == "nobody":
		return verdictOn{badness: 9, text: "Service runs under as 'nobody' user, which should not be used for services"}
	case s.flags[flagDynamicUser] && s.user != "0" && s.user != "root":
		return verdictOn{text: "Service runs under a transient non-root user identity"}
	case s.user != "" && s.user != "0" && s.user != "root":
		return verdictOn{text: "Service runs under a static non-root user identity"}
	}
	return verdictOn{badness: 10}
}

func (s *state) checkHome(*check) verdictOn {
	switch s.home {
	case "yes":
		return verdictOn{text: "Service has no access to home directories"}
	case "tmpfs":
		return verdictOn{badness: 1, text: "Service has access to fake empty home directories"}
	case "read-only":
		return verdictOn{badness: 5, text: "Service has read-only access to home directories"}
	}
	return verdictOn{badness: 10, text: "Service has full access to home directories"}
}

func (s *state) checkSystem(*check) verdictOn {
	switch s.system {
	case "strict":
		return verdictOn{text: "Service has strict read-only access to the OS file hierarchy"}
	case "full":
		return verdictOn{badness: 3, text: "Service has very limited write access to the OS file hierarchy"}
	case "yes":
		return verdictOn{badness: 5, text: "Service has limited write access to the OS file hierarchy"}
	}
	return verdictOn{badness: 10, text: "Service has full access to the OS file hierarchy"}
}

func (s *state) checkUMask(*check) verdictOn {
	switch {
	case s.umask&0o002 == 0:
		return verdictOn{badness: 10, text: "Files created by service are world-writable by default"}
	case s.umask&0o004 == 0:
		return verdictOn{badness: 5, text: "Files created by service are world-readable by default"}
	case s.umask&0o020 == 0:
		return verdictOn{badness: 2, text: "Files created by service are group-writable by default"}
	case s.umask&0o040 == 0:
		return verdictOn{badness: 1, text: "Files created by service are group-readable by default"}
	}
	return verdictOn{text: "Files created by service are accessible only by service's own user by default"}
}

func (s *state) checkAddresses(*check) verdictOn {
	switch {
	case s.ingress+s.egress > 0:
		return verdictOn{text: "Service defines custom ingress/egress IP filters with BPF programs"}
	case !s.deny.everything():
		return verdictOn{badness: 10, text: "Service does not define an IP address allow list"}
	case !s.allow.onlyLocal():
		return verdictOn{badness: 5, text: "Service defines IP address allow list with non-localhost entries"}
	case len(s.allow.prefixes) > 0:
		return verdictOn{badness: 2, text: "Service defines IP address allow list with only localhost entries"}
	}
	return verdictOn{text: "Service blocks all IP address ranges"}
}

func (s *state) checkDevices(*check) verdictOn {
	switch {
	case s.devicePolicy == "auto":
		return verdictOn{badness: 10, text: "Service has no device ACL"}
	case len(s.devices)+len(s.added) == 0:
		return verdictOn{text: "Service has a minimal device ACL"}
	}
	list := slices.Concat(s.devices, s.added)
	slices.Reverse(list)
	return verdictOn{badness: 5, text: "Service has a device ACL with some special devices: " + strings.Join(list, " ")}
}

// restricts reports whether the assessment finds a family restricted: a deny
// list does as soon as it names one of them, an allow list unless it does.
func (f *familySet) restricts(mask uint64, b bound) bool {
	if f.loose {
		return b == strictest
	}
	return (f.list&mask != 0) != f.allow
}

// checkedCalls are the members of a group that exist on x86-64, in order: systemd skips
// those that libseccomp does not resolve (syscall_names_in_filter in
// src/analyze/analyze-security.c). On arm64, three groups have none left.
type checkedCalls struct {
	calls []uint16
	set   directive.CallSet
}

var checkedTables = func() (tables [directive.Newest - directive.Oldest + 1]func() map[string]checkedCalls) {
	for i := range tables {
		tables[i] = sync.OnceValue(func() map[string]checkedCalls {
			native := directive.NativeCalls("x86-64")
			out := map[string]checkedCalls{}
			for name, g := range directive.GroupsOf(directive.Oldest + directive.Version(i)) {
				var c checkedCalls
				for _, call := range g.Flat {
					if native.Has(call) {
						c.calls = append(c.calls, call)
						c.set.Add(call)
					}
				}
				out[name] = c
			}
			return out
		})
	}
	return tables
}()

// checkCalls checks a group of system calls against the filter.
func (s *state) checkCalls(c *check) verdictOn {
	group := checkedTables[s.Version.Clamp()-directive.Oldest]()[c.group]
	f := &s.filter
	if !f.loose && !f.Active() {
		return verdictOn{badness: 10, text: "Service does not filter system calls"}
	}
	result := verdictOn{list: "deny", included: true}
	if f.Allow {
		result = verdictOn{list: "allow"}
	}
	allowed, _ := f.allowed()
	for _, call := range group.calls {
		if allowed.Has(call) {
			result.badness, result.included, result.call = 10, f.Allow, directive.SyscallNames()[call]
			if f.Allow {
				result.badness = 9
			}
			break
		}
	}
	return result
}

// rows makes the rows of an assessment, in systemd's order. better has the
// checks at their best.
func rows(results, better []verdictOn, v directive.Version) []Row {
	weight := 0
	for i, r := range results {
		if !r.na {
			weight += checks[i].weight
		}
	}
	out := make([]Row, len(checks))
	texts := make([]struct{ description, exposure string }, len(checks))
	sets := [2]bool{false, true}
	for i, r := range results {
		c, row := &checks[i], &out[i]
		*row = Row{Name: c.id, Field: c.field, Weight: c.weight, Badness: r.badness, Range: c.rang}
		if better[i].badness < r.badness || better[i].na != r.na {
			row.Unknown = true
		}
		texts[i].description = describeRow(c, r)
		if !r.null && texts[i].description != "" {
			row.Description = &texts[i].description
		}
		switch {
		case r.na:
			row.Badness = 0
			continue
		case r.badness == 0:
			row.Set = &sets[1]
			continue
		}
		row.Set = &sets[0]
		texts[i].exposure = tenths(divUp(divUp(r.badness*c.weight*100, c.rang), weight))
		row.Exposure = &texts[i].exposure
	}
	return sortRows(out, v)
}

func describeRow(c *check, r verdictOn) string {
	switch {
	case r.list != "":
		return describeFilter(c, r)
	case r.text != "":
		return r.text
	case r.na:
		return c.na
	case r.badness == c.rang:
		return c.bad
	case r.badness == 0:
		return c.good
	}
	return ""
}

func describeFilter(c *check, r verdictOn) string {
	is, example := " is not", ""
	if r.included {
		is = " is"
	}
	if r.call != "" {
		example = " (e.g. " + r.call + " is allowed)"
	}
	return "System call " + r.list + " list defined for service, and " + c.group + is + " included" + example
}

// sortRows orders rows as systemd does: by description downwards, then by name.
// Up to 261 a row without a description (ProtectProc=noaccess) compares by its
// place, which does not order anything; the outcome is that of glibc's merge sort
// over the header and the rows.
func sortRows(in []Row, v directive.Version) []Row {
	index := make([]int, len(in)+1)
	for i := range index {
		index[i] = i - 1 // -1 is the header
	}
	less := func(a, b int) bool { // cmp(a, b) <= 0
		if a < 0 || b < 0 {
			return a <= b
		}
		x, y := &in[a], &in[b]
		switch {
		case x.Description == nil || y.Description == nil:
			if x.Description == nil && y.Description == nil {
				break
			}
			if v >= 262 {
				return x.Description == nil
			}
			return b <= a
		case *x.Description != *y.Description:
			return *x.Description > *y.Description
		}
		if x.Name != y.Name {
			return x.Name < y.Name
		}
		return a <= b
	}
	mergeSort(index, make([]int, len(index)), less)
	out := make([]Row, 0, len(in))
	for _, i := range index {
		if i >= 0 {
			out = append(out, in[i])
		}
	}
	return out
}

// mergeSort is glibc's: halves, the left one the smaller; the left element goes
// first unless it is greater.
func mergeSort(list, scratch []int, notGreater func(a, b int) bool) {
	if len(list) < 2 {
		return
	}
	half := len(list) / 2
	left, right := list[:half], list[half:]
	mergeSort(left, scratch, notGreater)
	mergeSort(right, scratch, notGreater)
	out := scratch[:0]
	for len(left) > 0 && len(right) > 0 {
		if notGreater(left[0], right[0]) {
			out, left = append(out, left[0]), left[1:]
		} else {
			out, right = append(out, right[0]), right[1:]
		}
	}
	out = append(append(out, left...), right...)
	copy(list, out)
}
