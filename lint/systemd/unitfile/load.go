package unitfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// maxProblems bounds a report: a unit with more mistakes than this gets no more
// of them reported.
const maxProblems = 1000

// Report is what systemd says of a unit while loading it.
type Report struct {
	Problems []Problem // no more than a thousand
	// Refused reports that the unit does not load.
	Refused bool
}

// Check reads the whole unit as version v does: sections, keys, values, and
// directives that do not go together. Nothing is said of values that are not
// known, nor of what may be in an open section.
func (u *Unit) Check(v directive.Version) Report {
	r := Report{Refused: u.Broken}
	l := loader{unit: u, Expander: u.Expander(v)}
	stops := map[string]int{} // the line at which the reading of a drop-in ended
	for i := range u.Assignments {
		a := &u.Assignments[i]
		if stops[a.File] > 0 && a.Dropin {
			continue
		}
		problem, ok := l.line(a)
		if ok {
			continue
		}
		if problem.Kind == RefusedValue && a.Dropin {
			problem.Kind, stops[a.File] = StoppedDropin, max(a.Line, 1)
		}
		if d, found := directive.Lookup(a.Section, a.Key, v); found && problem.Verdict.Status != value.Valid && len(r.Problems) < maxProblems {
			problem.Verdict.Nearest = value.Nearest(d, a.Value, v)
		}
		r.add(problem)
	}
	u.checkSyntax(&r, stops)
	for _, p := range l.verify() {
		r.add(p)
	}
	return r
}

// checkSyntax reports the lines that were ignored while reading, and the
// sections that units of this type do not have.
func (u *Unit) checkSyntax(r *Report, stops map[string]int) {
	read := func(file string, line int) bool { return stops[file] == 0 || line <= stops[file] }
	for _, p := range u.Problems {
		// Nothing is read in sections that are not known.
		if read(p.File, p.Line) && (p.Kind != MissingEquals || u.hasSection(p.Section)) {
			r.add(p)
		}
	}
	for _, h := range u.Headers {
		if !read(h.File, h.Line) || u.hasSection(h.Name) || directive.Silent(h.Name) {
			continue
		}
		r.add(Problem{Kind: UnknownSection, File: h.File, Line: h.Line, Section: h.Name,
			Message: fmt.Sprintf("unknown section %q, ignored", value.Clip(h.Name))})
	}
}

func (r *Report) add(p Problem) {
	r.Refused = r.Refused || p.Kind == RefusedValue || p.Kind == RefusedUnit
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, p)
	}
}

// Refusal returns the first reason for which the unit does not load.
func (u *Unit) Refusal(v directive.Version) (string, bool) { return u.Load(v).Refusal() }

// A Loading is a unit whose lines were read.
type Loading struct {
	loader
	refused bool
	why     string
}

// Load reads the lines of the unit as version v does.
func (u *Unit) Load(v directive.Version) *Loading {
	l := &Loading{loader: loader{unit: u, Expander: u.Expander(v)}}
	if u.Broken {
		l.refused, l.why = true, u.Problems[len(u.Problems)-1].Message
		return l
	}
	l.read(u.InForce(v))
	return l
}

// With reads further lines, which the unit has after its own.
func (l *Loading) With(lines []Assignment) *Loading {
	more := *l
	more.fields = maps.Clone(l.fields)
	more.read(lines)
	return &more
}

func (l *Loading) read(lines []Assignment) {
	for i := 0; i < len(lines) && !l.refused; i++ {
		if p, ok := l.line(&lines[i]); !ok && p.Kind == RefusedValue {
			l.refused, l.why = true, p.Message
		}
	}
}

// Refusal returns the first reason for which the unit does not load.
func (l *Loading) Refusal() (string, bool) {
	if l.refused {
		return l.why, true
	}
	for _, p := range l.verify() {
		if p.Kind == RefusedUnit {
			return p.Message, true
		}
	}
	return "", false
}

// hasSection reports whether a unit of this type reads a section.
func (u *Unit) hasSection(section string) bool {
	if section == "Unit" || section == "Install" {
		return true
	}
	kind := u.Type()
	return kind != "" && kind != "target" && kind != "device" && value.EqualFold(section, kind) && directive.IsSection(section)
}

// loader follows the loading of a unit.
type loader struct {
	unit *Unit
	value.Expander

	count     [tallyCount]int
	uncertain bool // some line that decides over loading is not known
	fields    map[string]string
}

// deciding reports whether the last valid value of a directive has a say in
// verify.
func deciding(name string) bool {
	switch name {
	case "BusName", "DynamicUser", "ExitType", "Group", "KillMode", "PAMName", "PrivatePIDs", "PrivateUsers", "RemainAfterExit",
		"Restart", "RestartMaxDelaySec", "RestartSteps", "RuntimeMaxSec", "RuntimeRandomizedExtraSec", "SuccessAction", "Type",
		"User", "UserNamespacePath", "WorkingDirectory", "OnClockChange", "OnTimezoneChange", "Where", "What":
		return true
	}
	return false
}

// kept reports whether the last valid value of a directive is remembered.
func kept(name string) bool {
	return deciding(name) || name == "PrivateTmp" || slices.Contains(mounting, name)
}

// line judges one line and keeps what verify needs. It reports false when there
// is something to say.
func (l *loader) line(a *Assignment) (Problem, bool) {
	if directive.Silent(a.Section) || !l.unit.hasSection(a.Section) {
		return Problem{}, true // the header was the problem
	}
	d, known := directive.Lookup(a.Section, a.Key, l.Version)
	if !known {
		if directive.Silent(a.Key) {
			return Problem{}, true
		}
		return l.unknownKey(a), false
	}
	if a.Section == "Install" {
		return Problem{}, true // read when the unit is enabled, not when it loads
	}
	if a.Unknown {
		l.uncertain = l.uncertain || l.decides(d)
		delete(l.fields, d.Name)
		return Problem{}, true
	}
	verdict := value.CheckLine(d, a.Value, l.Expander)
	if verdict.Status == value.Valid || verdict.Status == value.Partly || d.Kind == directive.KindExec {
		l.keep(d, a.Value)
	}
	if verdict.Status == value.Valid && verdict.Reason == "" {
		return Problem{}, true
	}
	return l.badValue(a, d, verdict), false
}

func (l *loader) unknownKey(a *Assignment) Problem {
	p := Problem{Kind: UnknownKey, File: a.File, Line: a.Line, Section: a.Section, Key: a.Key}
	p.Message = fmt.Sprintf("unknown key %s= in section [%s], ignored", value.Clip(a.Key), a.Section)
	if d, ok := directive.LookupAny(a.Section, a.Key); ok && l.Version < d.Since {
		p.Message = fmt.Sprintf("%s= came with systemd %d, older ones ignore it", a.Key, d.Since)
	}
	return p
}

func (l *loader) badValue(a *Assignment, d *directive.Directive, verdict value.Verdict) Problem {
	p := Problem{Kind: BadValue, File: a.File, Line: a.Line, Section: a.Section, Key: a.Key, Verdict: verdict}
	switch {
	case d.KindIn(l.Version) == directive.KindIgnored:
		p.Kind = IgnoredKey
	case verdict.Status == value.Refused:
		p.Kind = RefusedValue
	case verdict.Status == value.Valid:
		p.Kind = Warned
	}
	p.Message = fmt.Sprintf("%s=: %s", a.Key, verdict.Reason)
	return p
}

// A tally counts the lines of some directives.
type tally uint8

const (
	uncounted   tally = iota
	starts            // commands of ExecStart=
	stops             // commands of ExecStop=
	triggers          // what sockets, timers and paths wait for
	paths             // lines that need a mount namespace
	credentials       // loaded or set
	statuses          // of RestartForceExitStatus=
	tallyCount
)

// talliesByName and talliesByKind say which lines count for what.
var (
	talliesByName = map[string]tally{"ExecStart": starts, "ExecStop": stops, "RestartForceExitStatus": statuses}
	talliesByKind = map[directive.Kind]tally{
		directive.KindListen: triggers, directive.KindListenPath: triggers, directive.KindListenSpecial: triggers,
		directive.KindListenNetlink: triggers, directive.KindTimer: triggers, directive.KindCalendar: triggers, directive.KindPathSpec: triggers,
		directive.KindPaths: paths, directive.KindBindPaths: paths, directive.KindTmpfs: paths,
		directive.KindLoadCredential: credentials, directive.KindSetCredential: credentials,
	}
)

func tallyOf(d *directive.Directive) tally {
	if t := talliesByName[d.Name]; t != uncounted {
		return t
	}
	return talliesByKind[d.Kind]
}

// decides reports whether a directive has a say in verify.
func (l *loader) decides(d *directive.Directive) bool {
	t := tallyOf(d)
	return t == starts || t == stops || t == triggers || deciding(d.Name)
}

// keep remembers a valid line for verify.
func (l *loader) keep(d *directive.Directive, text string) {
	switch t := tallyOf(d); {
	case t == uncounted:
	case text == "" && t != paths:
		l.count[t] = 0
	case t == starts || t == stops:
		commands, _ := value.ParseExec(text, l.Expander)
		l.count[t] += len(commands)
	default:
		l.count[t]++
	}
	if kept(d.Name) {
		if l.fields == nil {
			l.fields = map[string]string{}
		}
		l.fields[d.Name] = text
	}
}

// verify finds directives that do not go together (src/core/service.c,
// service_verify; src/core/unit.c, unit_verify_contexts). Only the first
// refusal is returned, as systemd stops there.
func (l *loader) verify() []Problem {
	if l.uncertain || len(l.unit.Open) > 0 {
		return nil
	}
	why := ""
	switch l.unit.Type() {
	case "service":
		why = l.verifyService()
	case "socket":
		why = l.verifyTriggers("Listen…= directive")
	case "timer":
		why = l.verifyTriggers("On…= directive")
	case "path":
		why = l.verifyTriggers("Path…= directive")
	case "mount", "automount":
		why = l.verifyPlace("Where")
	case "swap":
		why = l.verifyPlace("What")
	}
	if why == "" {
		why = l.verifyContext()
	}
	if why != "" {
		return []Problem{{Kind: RefusedUnit, Message: why}}
	}
	if l.unit.Type() == "service" {
		return l.unused()
	}
	return nil
}

func (l *loader) verifyTriggers(what string) string {
	if l.count[triggers] > 0 || l.isTrue("OnClockChange") || l.isTrue("OnTimezoneChange") {
		return ""
	}
	return "the unit has no " + what
}

// verifyPlace returns why the path that a unit is named after is not that of its name
// (src/core/mount.c, mount_verify; automount.c, automount_verify; swap.c, swap_verify).
func (l *loader) verifyPlace(key string) string {
	isKnown := !strings.ContainsAny(l.unit.Name, "${")
	if place := l.fields[key]; place != "" && isKnown && !strings.Contains(place, "%") && PathName(place)+"."+l.unit.Type() != l.unit.Name {
		return key + "= does not match the name of the unit"
	}
	if l.unit.Type() == "mount" && l.fields["What"] == "" {
		return "the unit has no What= directive"
	}
	return ""
}

// PathName is the name of the unit of a path, without its type, as systemd-escape --path
// writes it (src/basic/unit-name.c, unit_name_path_escape).
func PathName(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "." })
	if len(parts) == 0 {
		return "-"
	}
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteByte('-')
		}
		for j := range len(part) {
			switch c := part[j]; {
			case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == ':', c == '_', c == '.' && (i > 0 || j > 0):
				b.WriteByte(c)
			default:
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
	}
	return b.String()
}

func (l *loader) isTrue(name string) bool {
	b, _ := value.ParseBool(l.fields[name])
	return b
}

// serviceType returns Type=, or what systemd takes for it.
func (l *loader) serviceType() string {
	if t := l.fields["Type"]; t != "" {
		return t
	}
	switch {
	case l.fields["BusName"] != "":
		return "dbus"
	case l.count[credentials] > 0 && l.Version >= 257:
		return "exec"
	case l.count[starts] > 0:
		return "simple"
	}
	return "oneshot"
}

// verifyService returns why systemd does not load a service, or nothing.
func (l *loader) verifyService() string { //nolint:cyclop // mirrors service_verify in src/core/service.c of systemd
	kind, restart := l.serviceType(), l.fields["Restart"]
	success := l.fields["SuccessAction"] != "" && l.fields["SuccessAction"] != "none"
	switch {
	case l.count[starts] == 0 && l.count[stops] == 0 && !success:
		return "the service has no ExecStart=, ExecStop= or SuccessAction="
	case kind != "oneshot" && l.count[starts] == 0:
		return "a service without ExecStart= requires Type=oneshot"
	case l.count[starts] == 0 && !l.isTrue("RemainAfterExit") && !success:
		return "the service has no ExecStart=, SuccessAction= or RemainAfterExit=yes"
	case kind != "oneshot" && l.count[starts] > 1:
		return "more than one ExecStart= requires Type=oneshot"
	case kind == "oneshot" && (restart == "always" || restart == "on-success"):
		return "Type=oneshot excludes Restart=" + restart
	case kind == "oneshot" && l.count[statuses] > 0 && l.Version < 256:
		return "Type=oneshot excludes RestartForceExitStatus="
	case kind == "oneshot" && l.fields["ExitType"] == "cgroup":
		return "Type=oneshot excludes ExitType=cgroup"
	case kind == "dbus" && l.fields["BusName"] == "":
		return "Type=dbus requires BusName="
	case l.badPAM():
		return "PAMName= requires KillMode=control-group or mixed"
	case kind == "forking" && l.Version >= 257 && l.isTrue("PrivatePIDs"):
		return "Type=forking excludes PrivatePIDs=yes"
	}
	return ""
}

func (l *loader) badPAM() bool {
	kill := l.fields["KillMode"]
	return l.fields["PAMName"] != "" && (kill == "process" || kill == "none")
}

// verifyContext checks what came with 256 and later.
func (l *loader) verifyContext() string { //nolint:cyclop // mirrors unit_verify_contexts in src/core/unit.c of systemd
	dynamic, directory := l.isTrue("DynamicUser"), strings.TrimPrefix(l.fields["WorkingDirectory"], "-")
	managed := l.fields["PrivateUsers"] == "managed" && l.Version >= 260
	switch {
	case l.Version < 256:
	case l.Version >= 260 && l.fields["UserNamespacePath"] != "" && l.isSet("PrivateUsers"):
		return "UserNamespacePath= excludes PrivateUsers="
	case dynamic && directory == "~":
		return "DynamicUser=yes excludes WorkingDirectory=~"
	case l.apiDirectory(directory):
		return "WorkingDirectory= may not be below /proc, /sys or /dev with a mount namespace"
	case managed && (dynamic || l.fields["User"] != "" || l.fields["Group"] != "" || l.fields["PAMName"] != ""):
		return "PrivateUsers=managed excludes User=, DynamicUser=, Group= or PAMName="
	case l.Version >= 257 && l.isTrue("PrivatePIDs") && l.unit.Type() != "service":
		return "PrivatePIDs= is for services only"
	case l.Version >= 257 && l.badPAM():
		return "PAMName= requires KillMode=control-group or mixed"
	case l.Version >= 261 && l.isTrue("PrivatePIDs") && l.fields["PAMName"] != "":
		return "PAMName= excludes PrivatePIDs="
	}
	return ""
}

// apiDirectory reports whether a working directory lies where a mount namespace
// of the unit puts other file systems.
func (l *loader) apiDirectory(directory string) bool {
	if !strings.HasPrefix(directory, "/") || !value.Below(directory, "/proc") && !value.Below(directory, "/sys") && !value.Below(directory, "/dev") {
		return false
	}
	return l.count[paths] > 0 || l.isTrue("DynamicUser") || slices.ContainsFunc(mounting, l.isSet) ||
		l.fields["PrivateTmp"] == "disconnected" || l.Version >= 262 && l.isSet("PrivateTmp")
}

// mounting are the directives that give a unit a mount namespace
// (src/core/execute.c, exec_needs_mount_namespace).
var mounting = []string{"RootImage", "MountImages", "LogNamespace", "PrivateIPC", "PrivateMounts", "PrivateNetwork", "ProtectHome", "ProtectSystem", "ProtectProc", "ProcSubset", "PrivateDevices",
	"ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups"}

// isSet reports whether a directive is known to be set to more than its least.
func (l *loader) isSet(name string) bool {
	switch text := l.fields[name]; text {
	case "", "default", "all":
		return false
	default:
		on, isBool := value.ParseBool(text)
		return on || !isBool
	}
}

// unused reports directives that another one makes useless.
func (l *loader) unused() []Problem {
	var out []Problem
	add := func(key, message string) {
		out = append(out, Problem{Kind: UnusedDirective, Section: "Service", Key: key, Message: message})
	}
	limited := l.finite("RuntimeMaxSec")
	if limited && l.serviceType() == "oneshot" {
		add("RuntimeMaxSec", "RuntimeMaxSec= has no effect with Type=oneshot")
	}
	if extra, _ := value.SpanIn(l.fields["RuntimeRandomizedExtraSec"], 1e6); extra > 0 && !limited {
		add("RuntimeRandomizedExtraSec", "RuntimeRandomizedExtraSec= has no effect without RuntimeMaxSec=")
	}
	if l.Version >= 254 {
		steps, _ := value.ParseUint(l.fields["RestartSteps"], 0, 1<<32-1)
		switch {
		case steps > 0 && !l.finite("RestartMaxDelaySec"):
			add("RestartSteps", "RestartSteps= has no effect without RestartMaxDelaySec=")
		case steps == 0 && l.finite("RestartMaxDelaySec"):
			add("RestartMaxDelaySec", "RestartMaxDelaySec= has no effect without RestartSteps=")
		}
	}
	return out
}

// finite reports whether a time span is set and not infinite.
func (l *loader) finite(name string) bool {
	span, ok := value.SpanIn(l.fields[name], 1e6)
	return ok && span != value.UsecInfinity
}
