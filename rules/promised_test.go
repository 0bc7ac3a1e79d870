package rules_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
	"wardnix/nixast/testtool"
)

// TestComparisonNotices changes what Nix says after the fixes, and requires that the
// comparison reports it.
func TestComparisonNotices(t *testing.T) {
	testtool.Need(t, "nix-instantiate")
	e := newEvaluation(t, copyTree(t, "testdata/tree"), nixos.Release{Year: 26, Month: 11})
	before := e.load()
	fixed := repair{"", lint.Unsafe}.do(t, before)
	s := &evaluated{how: "instances", on: []place{{On: []string{"services", "web"}}, {On: []string{"services", "tunnels"}}}}
	was, err := e.units(s)
	if err != nil {
		t.Fatal(err)
	}
	e.write(before, fixed)
	now, err := e.units(s)
	if err != nil {
		t.Fatal(err)
	}
	text := func(old, new string) func(string) *string {
		return func(s string) *string {
			if !strings.Contains(s, old) {
				t.Errorf("%q is not in %s", old, s)
			}
			s = strings.Replace(s, old, new, 1)
			return &s
		}
	}
	for _, tt := range []struct {
		what, unit string
		becomes    func(string) *string
		want       string
	}{
		{"nothing", "web.service", text("", ""), ""},
		{"another line", "web.service", text("User=", "Nice=5\nUser="), "web.service: Nice=5 is new, which is not promised"},
		{"a lost line", "web.service", text("User=web\n", ""), "web.service: User=web is lost, which is not promised"},
		{"a promised line", "web.service", text("ProtectClock=true\n", ""), "web.service: ProtectClock=true is promised, and not there"},
		{"what goes", "web.service", text("ProtectSystem=", "ProtectSytem=strict\nProtectSystem="), "web.service: ProtectSytem=strict is promised to go, and still there"},
		{"the section", "web.service", text("[Service]", "[Socket]"), "is new, which is not promised"},
		{"where nothing is promised", "tunnel-one.service", text("[Service]", "[Service]\nNice=5"), "tunnel-one.service: Nice=5 is new, which is not promised"},
		{"no unit", "clock.service", func(string) *string { return nil }, "clock.service fails before or after only"},
		{"a mask", "clock.service", func(string) *string { s := masked; return &s }, "clock.service is masked before or after only"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			system := maps.Clone(now["system"])
			system[tt.unit] = tt.becomes(*system[tt.unit])
			c := newComparison(before, fixed.Project)
			c.system(was, map[string]texts{"system": system, "user": now["user"]})
			if got := strings.Join(c.problems, "\n"); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("want %q, got %q", tt.want, got)
			}
		})
	}
}

// unitKey is a unit of the systems.
type unitKey struct{ scope, name string }

// promise is a unit as wardnix understands it before and after the fixes.
type promise struct {
	before, after *nixos.Unit // either may be nil
	gained, lost  []nixos.Line
}

// promises are the units that the fixes change, by scope and name: one promise for
// each host that has it. A unit whose name is known in part is one with a name that
// Nix gives to none.
func promises(before, after *nixos.Project) map[unitKey][]*promise {
	type hostUnit struct {
		host string
		unitKey
	}
	all := map[hostUnit]*promise{}
	of := func(h *nixos.Host, u *nixos.Unit) *promise {
		key := hostUnit{h.Name, unitKey{u.Scope.String(), u.Name}}
		if all[key] == nil {
			all[key] = &promise{}
		}
		return all[key]
	}
	for _, h := range before.Hosts() {
		for _, u := range h.Units {
			of(h, u).before = u
		}
	}
	for _, h := range after.Hosts() {
		for _, u := range h.Units {
			of(h, u).after = u
		}
	}
	out := map[unitKey][]*promise{}
	for key, p := range all {
		was, is := linesOf(p.before), linesOf(p.after)
		p.lost, p.gained = without(was, is, same), without(is, was, same)
		moved := !slices.EqualFunc(was, is, same)
		if moved || len(p.lost)+len(p.gained) > 0 || p.switches() {
			out[key.unitKey] = append(out[key.unitKey], p)
		}
	}
	return out
}

// hole is what is not known of a text, once quoted for a regular expression.
var hole = regexp.MustCompile(`\\\$\\\{.*\\\}`)

// switches reports whether the fixes enable the unit or mask it.
func (p *promise) switches() bool { return enabled(p.before) != enabled(p.after) }

func enabled(u *nixos.Unit) eval.Truth {
	if u == nil {
		return eval.No
	}
	return u.Enabled()
}

func linesOf(u *nixos.Unit) []nixos.Line {
	if u == nil {
		return nil
	}
	return u.Lines()
}

func same(a, b nixos.Line) bool {
	return a.Section == b.Section && a.Key == b.Key && a.Shown == b.Shown && a.Unseen == b.Unseen && fmt.Sprint(a.When) == fmt.Sprint(b.When)
}

// without are the elements of all that have no equal in others.
func without[A, B any](all []A, others []B, equal func(A, B) bool) []A {
	var out []A
	others = slices.Clone(others)
	for _, a := range all {
		if i := slices.IndexFunc(others, func(b B) bool { return equal(a, b) }); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			out = append(out, a)
		}
	}
	return out
}

// realLine is a line of a unit as Nix has it.
type realLine struct{ section, key, value string }

func (l realLine) String() string { return l.key + "=" + l.value }

func realLines(text string) []realLine {
	var out []realLine
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		key, value, ok := strings.Cut(line, "=")
		switch {
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case ok:
			out = append(out, realLine{section, key, value})
		case line != "" && len(out) > 0: // a value with a line feed in it
			out[len(out)-1].value += "\n" + line
		}
	}
	return out
}

// valuesOf are the values that wardnix sees for the directive of a line, in order.
func valuesOf(u *nixos.Unit, r realLine) string {
	var out strings.Builder
	for _, l := range linesOf(u) {
		if l.Section == r.section && l.Key == r.key {
			out.WriteString(l.Shown + "\n")
		}
	}
	return out.String()
}

// fitsAny reports whether a line can be one of those that wardnix speaks of.
func fitsAny(r realLine, ls []nixos.Line) bool {
	return slices.ContainsFunc(ls, func(l nixos.Line) bool { return fits(r, l) })
}

// fits reports whether a line can be the one that wardnix speaks of.
func fits(r realLine, l nixos.Line) bool {
	if r.section != l.Section || r.key != l.Key {
		return false
	}
	if l.Known {
		return r.value == l.Text
	}
	return regexp.MustCompile("(?s)^" + hole.ReplaceAllString(regexp.QuoteMeta(l.Shown), ".*") + "$").MatchString(r.value)
}

// comparison compares what became of units with what was promised.
type comparison struct {
	promises map[unitKey][]*promise
	// parts reports that systems have parts of hosts only, so that what one of them
	// promises need not come.
	parts    bool
	problems []string
	// What was seen: units, and their lines.
	compared, changed, failing, seen map[unitKey]bool
	gained, lost                     map[string]bool
}

func newComparison(before, after *nixos.Project) *comparison {
	return &comparison{
		promises: promises(before, after),
		compared: map[unitKey]bool{}, changed: map[unitKey]bool{}, failing: map[unitKey]bool{},
		gained: map[string]bool{}, lost: map[string]bool{}, seen: map[unitKey]bool{},
	}
}

func (c *comparison) errorf(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(c.problems, text) {
		c.problems = append(c.problems, text)
	}
}

// system compares all units of a system, by scope and name.
func (c *comparison) system(before, after map[string]texts) {
	for scope, units := range before {
		for name := range after[scope] {
			if _, ok := units[name]; !ok {
				c.errorf("%s is new", name)
			}
		}
		for name, was := range units {
			is, ok := after[scope][name]
			key := unitKey{scope, name}
			switch {
			case !ok:
				c.errorf("%s is gone", name)
			case (was == nil) != (is == nil):
				c.errorf("%s fails before or after only", name)
			case was == nil:
				c.failing[key] = true
			default:
				c.compared[key] = true
				c.unit(key, *was, *is)
			}
		}
	}
}

// masked is what replaces the text of a unit that is not enabled.
const masked = "masked"

func (c *comparison) unit(key unitKey, was, is string) {
	about := c.promises[key]
	var mayGo, mayCome []nixos.Line
	for _, p := range about {
		mayGo, mayCome = append(mayGo, p.lost...), append(mayCome, p.gained...)
	}
	if was == masked || is == masked {
		if was != is && !slices.ContainsFunc(about, (*promise).switches) {
			c.errorf("%s is masked before or after only", key.name)
		}
		return
	}
	before, after := realLines(was), realLines(is)
	equal := func(a, b realLine) bool { return a == b }
	lost, gained := without(before, after, equal), without(after, before, equal)
	moves := func(r realLine) bool {
		return slices.ContainsFunc(about, func(p *promise) bool { return valuesOf(p.before, r) != valuesOf(p.after, r) })
	}
	if !slices.Equal(slices.DeleteFunc(without(before, lost, equal), moves), slices.DeleteFunc(without(after, gained, equal), moves)) {
		c.errorf("%s: lines changed places:\n%s\n%s", key.name, was, is)
	}
	if len(lost)+len(gained) > 0 {
		c.changed[key] = true
	}
	for _, l := range lost {
		c.lost[fmt.Sprint(key, l)] = true
		if !fitsAny(l, mayGo) {
			c.errorf("%s: %s is lost, which is not promised", key.name, l)
		}
	}
	for _, l := range gained {
		c.gained[fmt.Sprint(key, l)] = true
		if !fitsAny(l, mayCome) {
			c.errorf("%s: %s is new, which is not promised", key.name, l)
		}
	}
	c.seen[key] = true
	if len(about) == 1 && !c.parts {
		c.kept(key, about[0], before, after)
	}
}

// kept asks that what was promised without a condition came. A file whose lines
// were not there before is not part of the system: images of virtual machines are
// none of every system, for instance.
func (c *comparison) kept(key unitKey, p *promise, before, after []realLine) {
	if p.before == nil || p.after == nil {
		return
	}
	absent := map[string]bool{}
	for _, l := range p.before.Lines() {
		if certain(l) && l.Known && l.Def != nil && l.Def.File != nil && !slices.ContainsFunc(before, func(r realLine) bool { return fits(r, l) }) {
			absent[l.Def.File.Name] = true
		}
	}
	for _, l := range p.gained {
		if l.Def != nil && l.Def.File != nil && absent[l.Def.File.Name] {
			continue
		}
		if certain(l) && !slices.ContainsFunc(after, func(r realLine) bool { return fits(r, l) }) {
			c.errorf("%s: %s=%s is promised, and not there", key.name, l.Key, l.Shown)
		}
	}
	for _, r := range after {
		if fitsAny(r, slices.DeleteFunc(slices.Clone(p.lost), func(l nixos.Line) bool { return !certain(l) })) && !fitsAny(r, p.after.Lines()) {
			c.errorf("%s: %s is promised to go, and still there", key.name, r)
		}
	}
}

func certain(l nixos.Line) bool { return l.When == nil && l.Unseen == "" }

// String is what was promised and seen, in figures.
func (c *comparison) String() string {
	lines, seen := 0, 0
	var unseen []string
	for key, all := range c.promises {
		for _, p := range all {
			lines += len(p.gained) + len(p.lost)
		}
		if c.seen[key] {
			seen++
		} else {
			unseen = append(unseen, key.name)
		}
	}
	slices.Sort(unseen)
	return fmt.Sprintf("%d units compared, %d of them changed, with %d lines gained and %d lost; %d fail before and after;\n"+
		"%d lines of %d units were promised, and %d of these units seen; the others: %s",
		len(c.compared), len(c.changed), len(c.gained), len(c.lost), len(c.failing),
		lines, len(c.promises), seen, strings.Join(unseen, ", "))
}
