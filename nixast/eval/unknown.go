package eval

import (
	"slices"
	"strconv"

	"wardnix/nixast"
)

// unknown makes a value that is not known for a reason that lies at node.
func (ev *Evaluator) unknown(node nixast.Node, reason string) *Unknown {
	return ev.identify(&Unknown{origin: origin{node}, Reason: reason, At: node})
}

// fail makes a value that certainly cannot be computed.
func (ev *Evaluator) fail(node nixast.Node, reason string) *Unknown {
	u := ev.unknown(node, reason)
	u.Failure = Fails
	return u
}

// identify gives u an identity: that of its key, or else one of its own.
func (ev *Evaluator) identify(u *Unknown) *Unknown {
	u.ev = ev
	return u
}

// id names u so that equal names mean equal values. Few need it, so that it is made only
// then.
func (u *Unknown) id() string {
	switch {
	case u.key != "" || u.ev == nil:
		return u.key
	case u.cond != nil:
		u.key = joinKey("cond", itoa(int(u.cond.id)))
	case u.Of != nil:
		u.key = joinKey(".", u.Of.id(), strconv.Quote(u.Name))
	}
	if u.key == "" {
		u.ev.serial++
		u.key = "#" + itoa(u.ev.serial)
	}
	return u.key
}

// given is the attribute of that name that is known although u is not; nil for others.
func (u *Unknown) given(name string) *Thunk {
	if u.attr == nil {
		return nil
	}
	return u.attr(name)
}

// derived is what an operation on u and on others makes: unknown for u's
// reason. The key names the operation with its operands; it may be empty.
func (ev *Evaluator) derived(node nixast.Node, u *Unknown, key string) *Unknown {
	d := &Unknown{origin: origin{node}, Reason: u.Reason, At: u.At, Failure: u.Failure, key: key}
	if u.Sort == FileContent || u.Sort == DirEntries {
		d.Sort, d.File = u.Sort, u.File
	}
	return ev.identify(d)
}

// because is what cannot be known for u's reason. It need not fail where u
// does, since u may not be needed.
func (ev *Evaluator) because(node nixast.Node, u *Unknown) *Unknown {
	d := ev.derived(node, u, "")
	d.Failure = NoFailure
	return d
}

// selected is the attribute of an unknown set.
func (ev *Evaluator) selected(node nixast.Node, u *Unknown, name string) *Thunk {
	if t := u.given(name); t != nil {
		return t
	}
	return ev.attrOf(node, u, name)
}

// attrOf is an attribute of an unknown set that is not given.
func (ev *Evaluator) attrOf(node nixast.Node, u *Unknown, name string) *Thunk {
	if name == "lib" && (u.Sort == Packages || u.Sort == Nixpkgs) {
		return ev.libThunk()
	}
	d := ev.derived(node, u, "")
	d.Of, d.Name = u, name
	if u.Label != "" {
		d.Label = u.Label + "." + nixast.QuoteAttr(name)
	}
	switch u.Sort {
	case Packages:
		d.Sort = Package
	case Nixpkgs:
		if name == "legacyPackages" {
			d.attr = func(string) *Thunk { return Known(ev.packages(node, d.Label)) }
		}
	case OptionType:
		d.Sort = OptionType
	}
	return Known(d)
}

// called is the result of an unknown function.
func (ev *Evaluator) called(node nixast.Node, u *Unknown, arg *Thunk) *Unknown {
	key := ""
	if k, ok := ev.keyOf(arg); ok {
		key = joinKey("call", u.id(), k)
	}
	d := ev.derived(node, u, key)
	d.Func, d.Args = u.Func, append(slices.Clip(u.Args), arg)
	if u.Func == "" {
		d.Func = u.Label
	}
	if text := node.Kind(); text != nixast.None {
		d.Label = shorten(node.Text())
	} else if d.Func != "" {
		d.Label = d.Func + " …"
	}
	switch u.Sort {
	case Package, OptionType:
		d.Sort = u.Sort
	case Nixpkgs:
		return ev.packages(node, d.Label)
	}
	return d
}

// packages is a package set of which nothing is known.
func (ev *Evaluator) packages(node nixast.Node, label string) *Unknown {
	return ev.identify(&Unknown{
		origin: origin{node}, At: node, Label: label, Sort: Packages, key: "packages " + label,
		Reason: "packages are not evaluated",
	})
}

// maxKey bounds the length of a key.
const maxKey = 512

// joinKey names an operation on what its operands' keys name; it is empty
// where that gets too long.
func joinKey(op string, keys ...string) string {
	size := len(op) + len("()") + len(keys) - 1
	for _, key := range keys {
		size += len(key)
	}
	if size > maxKey {
		return ""
	}
	var few [maxKey]byte
	key := append(append(few[:0], op...), '(')
	for i, k := range keys {
		if i > 0 {
			key = append(key, ',')
		}
		key = append(key, k...)
	}
	return string(append(key, ')'))
}

// keyOf names a value so that equal names mean equal values. It forces no
// more than t itself.
func (ev *Evaluator) keyOf(t *Thunk) (string, bool) { return keyOf(ev.force(t)) }

func keyOf(v Value) (string, bool) {
	switch v := v.(type) {
	case *Null:
		return "null", true
	case *Bool:
		return strconv.FormatBool(v.V), true
	case *Int:
		return strconv.FormatInt(v.V, 10), true
	case *Float:
		return "f" + strconv.FormatFloat(v.V, 'x', -1, 64), true
	case *String:
		s, ok := v.Text()
		if !ok || len(s) > maxKey {
			return "", false
		}
		return strconv.Quote(s), true
	case *Unknown:
		return v.id(), true
	}
	return "", false
}
