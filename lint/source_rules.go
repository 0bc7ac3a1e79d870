package lint

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast"
)

//go:embed syntax-error.md unreadable-file.md
var sourcePages embed.FS

// syntaxError is the rule of files that Nix does not accept.
var syntaxError = &Rule{Page: ReadPage(sourcePages, "syntax-error")}

// unreadableFile is the rule of what was to be read and could not be.
var unreadableFile = &Rule{Page: ReadPage(sourcePages, "unreadable-file")}

// SourceRules are the rules whose findings come from reading a project and not
// from looking at its units: they have no checks, see [SourceFindings].
func SourceRules() []*Rule { return []*Rule{syntaxError, unreadableFile} }

// LeavesUnchecked reports whether findings say that something was not checked.
func LeavesUnchecked(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Rule.IsSource() && f.Severity == Error })
}

// IsSource reports whether a rule is one of [SourceRules].
func (r *Rule) IsSource() bool { return r == syntaxError || r == unreadableFile }

// maxSyntaxErrors is the number of mistakes that are reported of one file.
const maxSyntaxErrors = 20

// SourceFindings are what kept the files that were requested, and the hosts, from being
// checked.
func SourceFindings(p *nixos.Project) []Finding {
	var out []Finding
	for _, x := range p.Problems() {
		out = append(out, unreadable(x))
	}
	for _, f := range p.Files() {
		switch {
		case !f.Reported || f.Tree == nil: // what cannot be read is a problem of the project
		case HasSyntaxError(f.Tree):
			out = append(out, SyntaxErrors(f.Tree)...)
		}
	}
	out = append(out, unfinished(p.Hosts())...)
	sortFindings(out)
	return slices.CompactFunc(out, func(a, b Finding) bool {
		return a.File.Name == b.File.Name && a.Span == b.Span && a.Message == b.Message
	})
}

func unreadable(x nixos.Problem) Finding {
	if errors.Is(x.Err, nixos.ErrEncrypted) {
		return unread(x.Name, Info, "the file is encrypted and was not checked")
	}
	return UnreadableFile(x.Name, x.Err.Error())
}

// UnreadableFile is the finding of a file, a directory or a system that cannot be read, for a
// reason. Lines after the first become a note.
func UnreadableFile(name, why string) Finding {
	why, rest, _ := strings.Cut(why, "\n")
	f := unread(name, Error, "cannot be read: "+why)
	if rest != "" {
		f.Notes = []Note{{LabelNote, rest}}
	}
	return f
}

// unfinished says of hosts that they were not evaluated as a whole, at the first of
// their files that were requested, and once for a reason.
func unfinished(hosts []*nixos.Host) []Finding {
	type key struct{ file, reason string }
	var keys []key
	names := map[key][]string{}
	for _, h := range hosts {
		reason := h.Unfinished()
		at := slices.IndexFunc(h.Files, func(f *nixos.File) bool { return f.Reported })
		if reason == nil || at < 0 && len(h.Files) > 0 {
			continue
		}
		k := key{".", reason.Text}
		if at >= 0 {
			k.file = h.Files[at].Name
		}
		if names[k] == nil {
			keys = append(keys, k)
		}
		names[k] = append(names[k], h.Name)
	}
	var out []Finding
	for _, k := range keys {
		what := "host " + names[k][0] + " is"
		switch {
		case len(names[k]) > 1:
			what = "hosts " + firstOf(names[k]) + " are"
		case names[k][0] == "":
			what = "the project is"
		}
		out = append(out, unread(k.file, Error, what+" not checked as a whole: "+k.reason))
	}
	return out
}

func unread(name string, s Severity, message string) Finding {
	return Finding{Rule: unreadableFile, Severity: s, Message: message, File: nixast.Parse(name, "", nixast.Options{})}
}

// SyntaxErrors are the findings of a file that Nix does not accept. One that is empty is not a
// mistake.
func SyntaxErrors(f *nixast.File) []Finding {
	if strings.TrimSpace(f.Src) == "" {
		return []Finding{unread(f.Name, Info, "the file is empty, so there is nothing to check")}
	}
	var out []Finding
	for i, d := range f.Diagnostics {
		if i == maxSyntaxErrors {
			last := &out[i-1]
			last.Notes = append(last.Notes, Note{LabelNote, fmt.Sprintf("the file has %d more", len(f.Diagnostics)-i)})
			break
		}
		one := Finding{Rule: syntaxError, Severity: Error, Message: d.Message, File: f, Span: d.Span}
		for _, r := range d.Related {
			one.Related = append(one.Related, Related{f, r.Span, r.Message})
		}
		if d.Hint != "" {
			one.Notes = []Note{{"help", d.Hint}}
		}
		out = append(out, one)
	}
	return out
}

// HasSyntaxError reports whether f has a mistake that leaves its meaning in doubt.
// Undefined variables do not. It does not if f is nil, for a file that says nothing.
func HasSyntaxError(f *nixast.File) bool {
	return f != nil && slices.ContainsFunc(f.Diagnostics, func(d nixast.Diagnostic) bool {
		return d.Code != nixast.UndefinedVariable
	})
}
