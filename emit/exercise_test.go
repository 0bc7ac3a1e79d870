package emit

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"wardnix/nixast"
)

// An exercise runs one operation at one node of a file and checks everything
// that the operation promises. It is run over generated files, real files and
// whatever fuzzing makes up.
type exercise struct {
	rng  *rand.Rand
	file *nixast.File
	ed   *Editor
}

// errDefect marks a broken promise, as against an operation that is refused.
var errDefect = errors.New("defect")

func defect(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errDefect, fmt.Sprintf(format, args...))
}

// exercises are the operations by name. Each returns nil if it was done and
// found right, an error that wraps errDefect if it was found wrong, and another
// error if it was refused.
var exercises = map[string]func(*exercise, nixast.Node) error{
	"insert":        (*exercise).insert,
	"insertBeside":  (*exercise).insertBeside,
	"ensure":        (*exercise).ensure,
	"remove":        (*exercise).remove,
	"rename":        (*exercise).rename,
	"replace":       (*exercise).replace,
	"wrap":          (*exercise).wrap,
	"append":        (*exercise).append,
	"removeElement": (*exercise).removeElement,
}

// suits says which nodes an exercise is for.
func suits(name string, n nixast.Node) bool {
	switch name {
	case "insert":
		return n.Kind() == nixast.AttrSet || n.Kind() == nixast.Let
	case "ensure":
		return n.Kind() == nixast.AttrSet
	case "append":
		return n.Kind() == nixast.List
	case "removeElement":
		return n.Parent().Kind() == nixast.List
	case "replace", "wrap":
		return n.Parent().Kind() == nixast.BindingNode && n.Kind() != nixast.AttrPathNode
	}
	if b, ok := n.AsBinding(); ok && name == "insertBeside" {
		return size(b.Path().Attrs()) > 1
	}
	return n.Kind() == nixast.BindingNode
}

func (x *exercise) apply(edits []Edit) (*nixast.File, error) {
	text, err := Apply(x.file.Src, edits)
	if err != nil {
		return nil, defect("%v", err)
	}
	after := nixast.Parse("after.nix", text, nixast.Options{PipeOperators: true})
	if err := syntaxError(after); err != nil {
		return nil, defect("%v", err)
	}
	if err := CommentsKept(x.file, after); err != nil {
		return nil, defect("%v", err)
	}
	if back, err := Apply(text, invert(x.file.Src, edits)); err != nil || back != x.file.Src {
		return nil, defect("the edits cannot be taken back: %v", err)
	}
	return after, nil
}

// words are the tokens of a file that mean something. The indentation of
// indented strings is left out.
func words(f *nixast.File) []string {
	var all []string
	for t := range f.Tokens() {
		if k := t.Kind(); !k.IsTrivia() && k != nixast.EOF {
			all = append(all, t.Text())
		}
	}
	return all
}

// grown checks that after holds the tokens of before with new ones in one
// place, and gives those.
func grown(before, after []string) (string, error) {
	from := 0
	for from < len(before) && from < len(after) && before[from] == after[from] {
		from++
	}
	rest := len(before) - from
	if len(after) < len(before) || !slices.Equal(before[from:], after[len(after)-rest:]) {
		return "", defect("tokens outside the inserted ones have changed")
	}
	return strings.Join(after[from:len(after)-rest], " "), nil
}

// place is where a node is in its tree: child numbers from the root down.
func place(n nixast.Node) []int {
	var at []int
	for p := n.Parent(); !p.IsZero(); n, p = p, p.Parent() {
		i := 0
		for c := range p.Children() {
			if c == n {
				break
			}
			i++
		}
		at = append(at, i)
	}
	slices.Reverse(at)
	return at
}

func atPlace(f *nixast.File, at []int) nixast.Node {
	n := f.Root()
	for _, i := range at {
		n = n.Child(i)
	}
	return n
}

// names that nothing in the wild has.
const newName = "wardnixNew"

func (x *exercise) value() (any, string) {
	switch x.rng.IntN(4) {
	case 0:
		return true, "true"
	case 1:
		return "text", `" text "`
	case 2:
		return []any{"a", int64(-1)}, `[ " a " ( - 1 ) ]`
	}
	return Attrs{A("a", nil)}, "{ a = null ; }"
}

func (x *exercise) insert(n nixast.Node) error {
	value, text := x.value()
	where := Where{}
	if keys := entryKeys(n); len(keys) > 0 && x.rng.IntN(2) == 0 {
		at := x.rng.IntN(len(keys))
		where.Families = [][]string{slices.Insert(slices.Clone(keys), at, newName)}
	}
	edits, err := x.ed.Insert(n, where, A(newName, value))
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	added, err := grown(words(x.file), words(after))
	if err != nil {
		return err
	}
	if want := newName + " = " + text + " ;"; !rotated(added, want) {
		return defect("inserted %q, not %q", added, want)
	}
	set := atPlace(after, place(n))
	if got, want := size(set.Entries()), size(n.Entries())+1; got != want {
		return defect("the set has %d entries, not %d", got, want)
	}
	if b, err := newBox(n); err != nil || b.flat || len(b.slots) == 0 {
		return err
	}
	for b := range set.Bindings() {
		if strings.Trim(b.Path().Text(), `"`) == newName {
			edits, err := sharing(after).Remove(b.Node)
			return undoExact(x.file, after, edits, err)
		}
	}
	return defect("the set has no new binding")
}

// rotated, quotes aside, reports whether got is want, or want with tokens from its end at its
// front: where the token after the place is the first of want, the place can
// be given in two ways.
func rotated(got, want string) bool {
	bare := strings.NewReplacer(`" `, "", ` "`, "")
	got, want = bare.Replace(got), bare.Replace(want)
	return len(got) == len(want) && strings.Contains(want+" "+want, got)
}

// entryKeys are the last names of the bindings of a set.
func entryKeys(set nixast.Node) []string {
	var keys []string
	for b := range set.Bindings() {
		if path := pathKeys(b.Node); len(path) == 1 {
			keys = append(keys, path[0])
		}
	}
	return keys
}

// sharing is an editor that does not ask who else uses a text.
func sharing(f *nixast.File) *Editor {
	e := New(f)
	e.allowShared = true
	return e
}

// undoExact checks that edits, which are to take back what made after of
// before, do so to the last byte.
func undoExact(before, after *nixast.File, edits []Edit, err error) error {
	if err != nil {
		return defect("what was inserted cannot be removed: %v", err)
	}
	back, err := Apply(after.Src, edits)
	if err != nil {
		return defect("%v", err)
	}
	if back != before.Src {
		return defect("removing what was inserted leaves a difference:\n%s", Diff("x", before.Src, back))
	}
	return nil
}

func (x *exercise) insertBeside(n nixast.Node) error {
	b, _ := n.AsBinding()
	depth := size(b.Path().Attrs()) - 1
	if depth == 0 {
		return errors.New("the path has one name")
	}
	edits, err := x.ed.InsertBeside(b, depth, Where{}, A(newName, "x"))
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	if _, err := grown(words(x.file), words(after)); err != nil {
		return err
	}
	set := atPlace(after, place(n.Parent()))
	for e := range set.Bindings() {
		if strings.HasSuffix(e.Path().Text(), "."+newName) && strings.HasPrefix(e.Path().Text(), pathPrefix(b, depth)) {
			return nil
		}
	}
	return defect("the set has no new binding")
}

// leaves are the attributes that a set literal defines, by path, with the
// tokens of their values. Literals inside that are not recursive are followed.
func leaves(set nixast.Node, prefix string, into map[string]string) {
	for e := range set.Entries() {
		b, ok := e.AsBinding()
		if !ok {
			into[prefix+"inherit "+strings.Join(wordsOf(e), " ")] += "x"
			continue
		}
		path := prefix + strings.Join(strings.Fields(strings.Join(pathKeys(e), "\x01")), " ") + "\x01"
		if s, ok := b.Value().AsAttrSet(); ok && !s.Rec() {
			if size(s.Entries()) == 0 {
				into[path] += "{}"
			}
			leaves(b.Value(), path, into)
			continue
		}
		into[path] += dump(b.Value())
	}
}

// dump is an expression without its trivia, its strings by their value.
func dump(n nixast.Node) string {
	if v, ok := n.StringValue(); ok {
		return fmt.Sprintf("%q", v)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "(%d", n.Kind())
	if n.Kind() == nixast.IndString || n.Kind() == nixast.String {
		for p := range n.Parts() {
			if p.Node.IsZero() {
				fmt.Fprintf(&b, " %q", p.Text)
			} else {
				b.WriteString(" " + dump(p.Node))
			}
		}
		return b.String() + ")"
	}
	for t := range n.OwnTokens() {
		if !t.Kind().IsTrivia() {
			b.WriteString(" " + t.Text())
		}
	}
	for c := range n.Children() {
		b.WriteString(" " + dump(c))
	}
	return b.String() + ")"
}

func leavesOf(set nixast.Node) map[string]string {
	m := map[string]string{}
	leaves(set, "", m)
	return m
}

func sameLeaves(before, after map[string]string) error {
	if maps.Equal(before, after) {
		return nil
	}
	for k, v := range before {
		if after[k] != v {
			return defect("%q was %s and is %s", k, v, after[k])
		}
	}
	return defect("there are attributes more than before")
}

func (x *exercise) ensure(n nixast.Node) error {
	path := []string{}
	for set := n; ; {
		var keys []string
		for e := range set.Entries() {
			if k := pathKeys(e); len(k) > 0 && !strings.Contains(dotted(k), "\x00") && literalPlain(e.Child(1)) && x.rng.IntN(3) > 0 {
				keys = k
				set = e.Child(1)
				break
			}
		}
		path = append(path, keys...)
		if keys == nil || x.rng.IntN(3) == 0 {
			break
		}
	}
	path = append(path, newName, newName)
	edits, err := x.ed.Ensure(n, Where{}, Attr{Path: path, Value: 1}, Attr{Path: append(slices.Clone(path[:len(path)-1]), "b"), Value: 2})
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	if _, err := grown(words(x.file), words(after)); err != nil && !strings.Contains(fmt.Sprint(edits), "b = 2") {
		return err
	}
	set := atPlace(after, place(n))
	got := leavesOf(set)
	for k := range got {
		if strings.Contains(k, newName) {
			delete(got, k)
		}
	}
	want := leavesOf(n)
	for k, v := range want {
		if v == "{}" && got[k] == "" { // an empty set that is no longer
			delete(want, k)
		}
	}
	return sameLeaves(want, got)
}

func literalPlain(n nixast.Node) bool {
	s, ok := n.AsAttrSet()
	return ok && !s.Rec()
}

func (x *exercise) remove(n nixast.Node) error {
	edits, err := x.ed.Remove(n)
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	removed, err := grown(words(after), words(x.file))
	if err != nil {
		return err
	}
	if want := strings.Join(wordsOf(n), " "); !rotated(removed, want) {
		return defect("removed %q, not %q", removed, want)
	}
	return blankLines(x.file.Src, after.Src)
}

// blankLines checks that an edit left no two blank lines where there were none.
func blankLines(before, after string) error {
	count := func(s string) int {
		return strings.Count(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n\n")
	}
	if count(after) > count(before) {
		return defect("blank lines meet")
	}
	return nil
}

func wordsOf(n nixast.Node) []string {
	var all []string
	for t := n.First(); t != n.Last().Next(); t = t.Next() {
		if !t.Kind().IsTrivia() {
			all = append(all, t.Text())
		}
	}
	return all
}

func (x *exercise) rename(n nixast.Node) error {
	b, _ := n.AsBinding()
	attrs := slices.Collect(b.Path().Attrs())
	edits, err := x.ed.Rename(attrs[len(attrs)-1], newName)
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	keys := pathKeys(atPlace(after, place(n)))
	if keys[len(keys)-1] != newName {
		return defect("the name is %v", keys)
	}
	return sameShape(x.file, after, len(attrs[len(attrs)-1].Text()))
}

// sameShape checks that the edits kept the number of meaningful tokens, give or
// take those of one name.
func sameShape(before, after *nixast.File, slack int) error {
	if d := len(words(before)) - len(words(after)); d < 0 || d > slack {
		return defect("%d tokens are gone", d)
	}
	return nil
}

func (x *exercise) replace(n nixast.Node) error {
	value, text := x.value()
	edits, err := x.ed.Replace(n, value)
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	if got := strings.Join(wordsOf(atPlace(after, place(n))), " "); got != text {
		return defect("the value is %s, not %s", got, text)
	}
	return nil
}

func (x *exercise) wrap(n nixast.Node) error {
	edits, err := x.ed.Wrap(n, "lib.mkForce ", "")
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	call, ok := atPlace(after, place(n)).AsApply()
	if !ok || call.Func().Text() != "lib.mkForce" || dump(call.Arg().Unparen()) != dump(n.Unparen()) {
		return defect("the value is %s", call.Text())
	}
	return nil
}

func (x *exercise) append(n nixast.Node) error {
	value, text := x.value()
	edits, err := x.ed.Append(n, value)
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	added, err := grown(words(x.file), words(after))
	if err != nil {
		return err
	}
	if !rotated(added, text) {
		return defect("appended %q, not %q", added, text)
	}
	list := atPlace(after, place(n))
	if got, want := size(list.Children()), size(n.Children())+1; got != want {
		return defect("the list has %d elements, not %d", got, want)
	}
	if b, err := newBox(n); err != nil || b.flat || len(b.slots) == 0 {
		return err
	}
	edits, err = sharing(after).RemoveElement(list.Child(size(n.Children())))
	return undoExact(x.file, after, edits, err)
}

func (x *exercise) removeElement(n nixast.Node) error {
	edits, err := x.ed.RemoveElement(n)
	if err != nil {
		return err
	}
	after, err := x.apply(edits)
	if err != nil {
		return err
	}
	list := atPlace(after, place(n.Parent()))
	if got, want := size(list.Children()), size(n.Parent().Children())-1; got != want {
		return defect("the list has %d elements, not %d", got, want)
	}
	return nil
}
