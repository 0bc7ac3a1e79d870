package activation

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// relations are the options that say when a unit starts or stops, not that it does
// (systemd.unit(5)).
var relations = []string{"after", "before", "partOf", "conflicts", "requisite"}

// mentioned reports whether a string of the project names a unit where that may start it:
// anywhere but in the lists of relations.
func mentioned(p *lint.Pass, name string) bool {
	kind := name[strings.LastIndexByte(name, '.'):]
	texts := p.Once(mentionsKey{kind}, func() any { return findMentions(p, kind) }).([]string)
	return slices.ContainsFunc(texts, func(text string) bool { return names(text, name, kind) })
}

// mentionsKey is the key of the strings that may name units of a kind: ".timer".
type mentionsKey struct{ kind string }

// findMentions are the strings of the project that may name units of a kind, but for those
// in the lists of relations.
func findMentions(p *lint.Pass, kind string) []string {
	var texts []string
	for _, f := range p.Project.Files() {
		if f.Tree == nil || !strings.Contains(f.Tree.Src, kind) {
			continue
		}
		for n := range f.Tree.Root().Descendants() {
			if k := n.Kind(); (k == nixast.String || k == nixast.IndString) && strings.Contains(n.Text(), kind) && !inRelation(n) {
				texts = append(texts, n.Text())
			}
		}
	}
	return texts
}

// names reports whether a word of a text is the name of a unit, may be, or is an instance
// of the template.
func names(text, name, kind string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n\"';=,", r) })
	return slices.ContainsFunc(words, func(word string) bool {
		template, _ := unit.TemplateOf(word)
		return word == name || template == name || strings.Contains(word, "${") && strings.Contains(word, kind) && unit.NameMayMatch(word, name)
	})
}

// inRelation reports whether an expression is in the value of an option that lists
// relations.
func inRelation(n nixast.Node) bool {
	for a := range n.Ancestors() {
		if b, ok := a.AsBinding(); ok {
			last := ""
			for attr := range b.Path().Attrs() {
				last, _ = attr.AttrName()
			}
			return slices.Contains(relations, spell.Uncapitalised(last))
		}
	}
	return false
}
