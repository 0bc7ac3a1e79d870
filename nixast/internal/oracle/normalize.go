package oracle

import (
	"slices"
	"strings"
)

// normalize sorts the bindings of every let and the formals of every function
// by name in a line that Nix 2.8's --parse printed. Nix 2.8 prints them in the
// order of addresses in memory.
func normalize(line string) string {
	n := normalizer{s: line}
	n.copyTo("")
	return n.out.String()
}

// normalizer copies canonical text and sorts on the way. The text is regular:
// operations, functions and lets are in parentheses, and a dollar sign in a
// string is escaped, so that `"${` always begins a dynamic name.
type normalizer struct {
	s   string
	i   int
	out strings.Builder
}

func (n *normalizer) at(prefix string) bool { return strings.HasPrefix(n.s[n.i:], prefix) }

func (n *normalizer) take(k int) {
	k = min(k, len(n.s)-n.i)
	n.out.WriteString(n.s[n.i : n.i+k])
	n.i += k
}

// copyTo copies up to one of the bytes of stop outside of brackets and strings.
func (n *normalizer) copyTo(stop string) {
	depth := 0
	for n.i < len(n.s) {
		c := n.s[n.i]
		if depth == 0 && strings.IndexByte(stop, c) >= 0 {
			return
		}
		switch c {
		case '(':
			n.group()
			continue
		case '"':
			n.quoted()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		n.take(1)
	}
}

// quoted copies a string or a dynamic name.
func (n *normalizer) quoted() {
	if n.at(`"${`) {
		n.take(3)
		n.copyTo("}")
		n.take(2)
		return
	}
	n.take(1)
	for n.i < len(n.s) && n.s[n.i] != '"' {
		if n.s[n.i] == '\\' {
			n.take(1)
		}
		n.take(1)
	}
	n.take(1)
}

// group copies what is in parentheses.
func (n *normalizer) group() {
	switch {
	case n.at("(let "):
		n.take(len("(let "))
		n.let()
	case n.at("({ ") && n.formalsFollow():
		n.take(len("({ "))
		n.formals()
	default:
		n.take(1)
	}
	n.copyTo(")")
	n.take(1)
}

// item is a binding or a formal.
type item struct{ name, text string }

func (n *normalizer) emit(items []item, separator string) {
	slices.SortStableFunc(items, func(a, b item) int { return strings.Compare(a.name, b.name) })
	for i, it := range items {
		if i > 0 {
			n.out.WriteString(separator)
		}
		n.out.WriteString(it.text)
	}
}

// capture runs f and returns what it wrote.
func (n *normalizer) capture(f func()) string {
	outer := n.out
	n.out = strings.Builder{}
	f()
	text := n.out.String()
	n.out = outer
	return text
}

// let copies bindings up to the "in" after them.
func (n *normalizer) let() {
	var items []item
	for n.i < len(n.s) && (!n.at("in ") || n.at("in = ")) {
		var it item
		it.text = n.capture(func() {
			if n.at("inherit ") && !n.at("inherit = ") {
				n.take(len("inherit "))
			}
			it.name = n.name()
			if n.at(" = ") {
				n.take(len(" = "))
				n.value()
			}
			n.take(len("; "))
		})
		items = append(items, it)
	}
	n.emit(items, "")
}

// value copies the value of a binding. An assert has no parentheses.
func (n *normalizer) value() {
	if n.at("assert ") {
		n.take(len("assert "))
		n.value()
		n.take(len("; "))
		n.value()
		return
	}
	n.copyTo(";")
}

// name copies a name and returns the name that it writes.
func (n *normalizer) name() string {
	start := n.i
	if n.at(`"`) {
		n.quoted()
		return unescape.Replace(n.s[start+1 : n.i-1])
	}
	for n.i < len(n.s) && !strings.ContainsRune(" ;,", rune(n.s[n.i])) {
		n.take(1)
	}
	return n.s[start:n.i]
}

var unescape = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, `\n`, "\n", `\r`, "\r", `\t`, "\t")

// formalsFollow reports whether "({ " opens formals and not a set.
func (n *normalizer) formalsFollow() bool {
	rest := n.s[n.i+len("({ "):]
	if strings.HasPrefix(rest, " }") || strings.HasPrefix(rest, "...") {
		return true
	}
	end := strings.IndexAny(rest, " ,;\"")
	if end <= 0 || rest[0] == '}' || rest[:end] == "inherit" {
		return false
	}
	rest = rest[end:]
	return rest[0] == ',' || strings.HasPrefix(rest, " ?") || strings.HasPrefix(rest, " }")
}

// formals copies formals and the "}" after them.
func (n *normalizer) formals() {
	var items []item
	for n.i < len(n.s) && !n.at(" }") && !n.at("...") {
		var it item
		it.text = n.capture(func() {
			it.name = n.name()
			if n.at(" ? ") {
				n.take(len(" ? "))
				n.def()
			}
		})
		items = append(items, it)
		if n.at(", ") {
			n.i += len(", ")
		}
	}
	n.emit(items, ", ")
	if n.at("...") && len(items) > 0 {
		n.out.WriteString(", ")
	}
	if n.at("...") {
		n.take(len("..."))
	}
	n.take(len(" }"))
}

// def copies the default of a formal, which ends with ", " or " }". Its own
// sets and lists are in brackets.
func (n *normalizer) def() {
	for n.i < len(n.s) && !n.at(", ") && !n.at(" }") {
		switch n.s[n.i] {
		case '{', '[':
			n.take(1)
			n.copyTo("}]")
			n.take(1)
		case '(':
			n.group()
		case '"':
			n.quoted()
		default:
			n.take(1)
		}
	}
}
