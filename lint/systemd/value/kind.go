package value

import (
	"wardnix/lint/systemd/directive"
)

// A kind is what there is to know of one kind of value. The rows are in kinds.
type kind struct {
	// words say which values there are, as in "not WORDS: VALUE".
	words string
	// offers lists words that the value may be, or that a list may hold; without it there
	// are none, or no end of them.
	offers func(d *directive.Directive, v directive.Version) []string
	// check judges a value that is not empty; without it every value is valid.
	check func(c *context, text string) Verdict
	// repair lists what a value that is not valid may have been meant to be, the
	// likeliest first. The candidates are checked by those who use them.
	repair func(c *context, text string) []string
	// order reports whether have is at least as strict as want; without it only
	// equal values are.
	order func(c *context, have, want string) Answer
	// split cuts a line of a list into its elements; without it words are.
	split func(text string) []string
	// covers reports whether the element outer holds inner; without it only an
	// equal one does.
	covers func(outer, inner string) bool
	// form is how the value is written in Nix.
	form Form
	// inverts reports that "~" before the first word inverts a line.
	inverts bool
	// firstDecides reports that the first line of a list decides whether it allows or
	// denies.
	firstDecides bool
}

// Form is how a value is written in Nix, where text is not the only way.
type Form uint8

// The forms.
const (
	Text    Form = iota
	Boolean      // true and false
	Switch       // true, false, and words
	Number       // an integer
	Octal        // a string of octal digits
	Span         // a time span; an integer counts seconds
)

// FormOf returns the form of a kind.
func FormOf(k directive.Kind) Form { return kinds[k].form }

// Inverts reports whether "~" before the first word of a line inverts it.
func Inverts(k directive.Kind) bool { return kinds[k].inverts }

// FirstDecides reports whether the first line of a list decides whether the list
// allows or denies.
func FirstDecides(k directive.Kind) bool { return kinds[k].firstDecides }

// OneALine reports whether a line of the kind is one element, blanks or not.
func OneALine(k directive.Kind) bool { return kinds[k].split != nil && len(kinds[k].split("a b")) == 1 }

// A context is what a value is judged in: a directive of a unit.
type context struct {
	*kind
	of *directive.Directive
	Expander
}

// newContext returns the context of a directive in the version of the expander.
func newContext(d *directive.Directive, e Expander) *context {
	return &context{kind: &kinds[d.KindIn(e.Version)], of: d, Expander: e}
}

// full expands all specifiers.
func (c *context) full(text string) (string, bool) { return c.Expand(text, FullSpecifiers) }

// not is the verdict on a value that is none of the kind.
func (c *context) not(text string) Verdict { return ignored("not %s: %s", c.words, Clip(text)) }

// test makes a check of a test.
func test(valid func(text string) bool) func(*context, string) Verdict {
	return func(c *context, text string) Verdict {
		if valid(text) {
			return Verdict{}
		}
		return c.not(text)
	}
}

// each makes a check of a test of every word.
func each(flags wordFlags, problem func(c *context, word string) string) func(*context, string) Verdict {
	return func(c *context, text string) Verdict {
		return c.each(text, flags, func(word string) string { return problem(c, word) })
	}
}

// each judges the words of a line. problem says what is wrong with one, "" when
// nothing is.
func (c *context) each(text string, flags wordFlags, problem func(word string) string) Verdict {
	var l collector
	complete := EachWord(text, flags, func(word string) bool {
		l.add(word, problem(word))
		return true
	})
	return l.verdict(complete, text)
}

// whole takes a line as one element.
func whole(text string) []string { return []string{text} }
