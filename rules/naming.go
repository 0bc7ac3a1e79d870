package rules

import (
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// A naming is the name of a setting where it is written: by an option of its
// own, or in a line of a text.
type naming struct {
	*unitView
	section, name string
	option        *nixos.Option // nil for a line
	line          nixos.Line
}

// eachNaming calls do for all that units and configuration files set.
func eachNaming(p *lint.Pass, do func(naming)) {
	eachFile(p, func(u *unitView) {
		if u.Style == nixos.TextStyle {
			for _, l := range u.Lines() {
				if l.Key != "" && l.Def != nil && !l.Def.Binding.IsZero() {
					do(naming{unitView: u, section: l.Section, name: l.Key, line: l})
				}
			}
			return
		}
		for _, section := range u.Sections() {
			for _, o := range u.Directives(section) {
				if o.IsSet() && !o.IsPattern() && (u.Conf() == "" || hasLine(u, o.Name())) {
					do(naming{unitView: u, section: section, name: o.Name(), option: o})
				}
			}
		}
	})
}

// hasLine reports whether a file has a line of the setting: null and empty lists
// may give none.
func hasLine(u *unitView, name string) bool {
	return slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool { return l.Key == name })
}

// report reports the finding where the name stands.
func (n *naming) report(p *lint.Pass, f lint.Finding) {
	f.Unit = n.Name
	if n.option != nil {
		reportAt(p, n.option, f)
		return
	}
	f.File, f.Span = linePlace(n.unitView, n.line)
	if edit, ok := keyEdit(n.line, n.name); ok {
		f.Span.Start, f.Span.End = edit.Start, edit.End
	}
	p.Report(f)
}

// rename gives the setting another name. There is no fix where that name is
// taken.
func (n *naming) rename(name string, far bool) []lint.Fix {
	if n.option != nil {
		return renameFix(n.option, name, n.Directive(n.section, name).IsSet(), far)
	}
	taken := slices.ContainsFunc(n.Lines(), func(l nixos.Line) bool { return l.Section == n.section && l.Key == name })
	edit, ok := keyEdit(n.line, name)
	if !ok || taken {
		return nil
	}
	fix := textFix(n.line.Place.In, edit, "write "+name)
	if far {
		fix = asFar(fix)
	}
	return fix
}

// asFar marks fixes that write another word than what is there.
func asFar(fixes []lint.Fix) []lint.Fix {
	for i := range fixes {
		fixes[i].Applicability, fixes[i].Breaks = lint.Unsafe, "the names differ by more than a slip"
	}
	return fixes
}

// keyEdit writes another key into a line of a text; false where the key does not
// stand there as it is.
func keyEdit(l nixos.Line, key string) (emit.Edit, bool) {
	if l.Place.In.IsZero() {
		return emit.Edit{}, false
	}
	start := l.Place.Span.Start
	end := start + len(l.Key)
	return emit.Edit{Start: start, End: end, New: key}, l.Place.In.File().Src[start:end] == l.Key && nixast.IsIdentifier(key)
}

// valueEdit writes another value into a line of a text; false where the value
// does not stand there as it is.
func valueEdit(l nixos.Line, value string) (emit.Edit, bool) {
	if l.Place.In.IsZero() || !l.Known || l.Text == "" || !isPlain(value) {
		return emit.Edit{}, false
	}
	end := l.Place.Span.End
	start := end - len(l.Text)
	return emit.Edit{Start: start, End: end, New: value}, start > l.Place.Span.Start && l.Place.In.File().Src[start:end] == l.Text
}

// isPlain reports whether a text is the same inside every kind of quotes.
func isPlain(text string) bool {
	return !slices.ContainsFunc([]rune(text), func(r rune) bool {
		return r <= ' ' && r != ' ' || r == '\'' || r == '"' || r == '$' || r == '\\'
	})
}

// textFix changes a text where it stands. There is no fix where that would
// change other things, too.
func textFix(in nixast.Node, edit emit.Edit, title string) []lint.Fix {
	if emit.Shared(in) != nil {
		return nil
	}
	return []lint.Fix{{Title: title, Applicability: lint.Safe, Edits: lint.In(in.File(), []emit.Edit{edit})}}
}
