package emit

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wardnix/nixast"
)

// TestRandomTrees runs every exercise on files made up at random: nested and
// dotted sets, lists, lets and calls, on one line or several, with comments in
// every place, blank lines, CRLF and tabs. A failure names the seed that makes
// the file.
func TestRandomTrees(t *testing.T) {
	t.Parallel()
	seeds := uint64(600)
	if testing.Short() {
		seeds = 100
	}
	done := map[string]int{}
	for seed := range seeds {
		src := randomSource(seed)
		f := nixast.Parse("random.nix", src, nixast.Options{})
		if err := syntaxError(f); err != nil {
			t.Fatalf("the file of seed %d has a %v:\n%s", seed, err, src)
		}
		if slices.ContainsFunc(f.Diagnostics, isDuplicate) {
			continue
		}
		f.Name = fmt.Sprint("seed ", seed)
		for _, name := range slices.Sorted(maps.Keys(exercises)) {
			for _, r := range exerciseFile(f, name, 2) {
				if errors.Is(r.err, errDefect) {
					t.Fatalf("seed %d, %s at byte %d: %v\n%s", seed, name, r.at, r.err, src)
				}
				if r.err == nil {
					done[name]++
				}
			}
		}
	}
	for name := range exercises {
		if done[name] < int(seeds)/20 {
			t.Errorf("%s was done only %d times", name, done[name])
		}
	}
}

// FuzzEdits does the same with files that fuzzing makes up.
func FuzzEdits(f *testing.F) {
	for seed := range uint64(30) {
		f.Add(randomSource(seed), seed)
	}
	f.Add("{ a = ''\r\n  x\r\n''; }", uint64(1))
	f.Add("[ a.b or c (x: x) ''${y}'' ]", uint64(2))
	f.Fuzz(func(t *testing.T, src string, seed uint64) {
		file := nixast.Parse("fuzz.nix", src, nixast.Options{PipeOperators: true})
		if syntaxError(file) != nil || slices.ContainsFunc(file.Diagnostics, isDuplicate) {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 3))
		for _, name := range slices.Sorted(maps.Keys(exercises)) {
			var nodes []nixast.Node
			for n := range file.Root().Descendants() {
				if suits(name, n) {
					nodes = append(nodes, n)
				}
			}
			if len(nodes) == 0 {
				continue
			}
			n := nodes[rng.IntN(len(nodes))]
			if err := runExercise(file, name, n, rng); errors.Is(err, errDefect) {
				t.Fatalf("%s at byte %d: %v", name, n.Span().Start, err)
			}
		}
	})
}

// writer of random files.
type randomWriter struct {
	*rand.Rand
	names int // names so far; each is used once
}

func randomSource(seed uint64) string {
	w := &randomWriter{Rand: rand.New(rand.NewPCG(seed, 11))}
	src := w.set("", 0)
	if w.chance(3) {
		src = "{ lib, ... }:\n" + src
	}
	src = w.choose("", "# head\n") + src + w.choose("", "\n", "\n# foot\n")
	if w.chance(6) {
		src = strings.ReplaceAll(src, "  ", "\t")
	}
	if w.chance(6) {
		src = strings.ReplaceAll(src, "\n", "\r\n")
	}
	return src
}

func (w *randomWriter) chance(n int) bool             { return w.IntN(n) == 0 }
func (w *randomWriter) choose(texts ...string) string { return texts[w.IntN(len(texts))] }

func (w *randomWriter) name() string {
	w.names++
	return fmt.Sprintf("%s%d", w.choose("a", "b", "Zed", "m"), w.names)
}

// comment is a comment that can be in a line, or nothing.
func (w *randomWriter) comment() string { return w.choose("", "", "", "", "", "", "", "/* c */ ") }

func (w *randomWriter) set(indent string, depth int) string {
	open := w.choose("{", "{", "{", "{", "rec {")
	if w.chance(6) {
		return w.choose("{ }", "{}", "{\n"+indent+"}", "{ /* none */ }", "{\n"+indent+"  # none\n"+indent+"}")
	}
	if depth > 2 || w.chance(6) {
		return open + " " + w.comment() + w.binding(indent, 9) + " " + w.comment() + w.choose("", w.binding(indent, 9)+" ") + "}"
	}
	var b strings.Builder
	b.WriteString(open + w.choose("", "", "", " # on brace") + "\n")
	w.entries(&b, indent+"  ", depth)
	b.WriteString(indent + "}")
	return b.String()
}

func (w *randomWriter) entries(b *strings.Builder, indent string, depth int) {
	for i := range 1 + w.IntN(5) {
		if i > 0 && w.chance(4) {
			b.WriteString("\n")
		}
		if w.chance(5) {
			b.WriteString(indent + w.choose("# about", "/* about */", "/*\n"+indent+"  about\n"+indent+"*/") + "\n" + w.choose("", "", "\n"))
		}
		b.WriteString(indent + w.binding(indent, depth))
		if w.chance(10) {
			b.WriteString(" " + w.binding(indent, 9))
		}
		b.WriteString(w.choose("", "", "", "", " # behind", " /* behind */", "  ") + "\n")
	}
	if w.chance(8) {
		b.WriteString(indent + "# foot\n")
	}
}

func (w *randomWriter) binding(indent string, depth int) string {
	if w.chance(12) {
		return "inherit " + w.choose("", "(x) ") + w.name() + " " + w.name() + ";"
	}
	path := w.name()
	for w.chance(3) {
		path += "." + w.choose(w.name(), w.name(), `"`+w.name()+`/x"`, "${x}")
	}
	if w.chance(3) {
		path = w.choose("shared", "common.part") + "." + path
	}
	below := w.choose(" ", " ", " ", " ", "\n"+indent+"  ")
	return path + " =" + below + w.comment() + w.value(indent, depth+1) + w.choose("", "", "", " ") + ";"
}

func (w *randomWriter) value(indent string, depth int) string {
	if depth > 4 {
		return w.choose("1", `"s"`, "[ ]", "x.y", "{ }", "f x", "-1")
	}
	switch w.IntN(12) {
	case 0, 1:
		return w.set(indent, depth)
	case 2, 3:
		return w.list(indent, depth)
	case 4:
		if w.chance(3) {
			return "''\n  ragged\n" + indent + "  text\n" + w.choose("", indent) + "''"
		}
		return "''\n" + indent + "  text\n\n" + indent + "    more ${x}\n" + indent + "''"
	case 5:
		return w.choose("lib.mkIf x ", "f ") + w.set(indent, depth)
	case 6:
		return w.choose("a // ", "a.b ++ ") + w.set(indent, depth)
	case 7:
		return w.list(indent, depth) + " ++ x" + w.choose("", " ++ y")
	case 8:
		var b strings.Builder
		b.WriteString("let\n")
		w.entries(&b, indent+"  ", depth)
		return b.String() + indent + "in\n" + indent + w.value(indent, depth+1)
	case 9:
		return w.choose("x: ", "{ a, ... }: ") + w.set(indent, depth)
	case 10:
		return "if x then " + w.value(indent, 9) + " else " + w.value(indent, 9)
	}
	return w.choose("1", `"s"`, "x.y", "with x; [ y ]", "(x)", "!x", "x ? y", `"a\nb ${c}"`)
}

func (w *randomWriter) list(indent string, depth int) string {
	elem := func() string {
		return w.choose(`"a"`, "b", "(c d)", "1", "-1", w.set(indent+"  ", depth+1))
	}
	if w.chance(2) {
		elems := "[" + w.choose(" ", " ", " ", "")
		for range w.IntN(4) {
			elems += strings.Replace(elem(), "-1", "(-1)", 1) + " " + w.comment()
		}
		return elems + "]"
	}
	var b strings.Builder
	b.WriteString("[\n")
	for range w.IntN(4) {
		b.WriteString(w.choose("", "", "", indent+"  # about\n"))
		b.WriteString(indent + "  " + strings.Replace(elem(), "-1", "(-1)", 1))
		b.WriteString(w.choose("", "", "", " "+`"x"`, " # behind") + w.choose("\n", "\n", "\n\n"))
	}
	b.WriteString(indent + "]")
	return b.String()
}
