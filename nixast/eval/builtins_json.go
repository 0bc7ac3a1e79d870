package eval

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonBuiltins are fromJSON, toJSON and similar ones.
func jsonBuiltins() family {
	return family{
		parses("fromJSON", readJSON, "the JSON text"),
		parses("fromTOML", readTOML, "the TOML text"),
		{"toXML", 1, func(c call, _ []*Thunk) Value { return c.cannot("XML is not written") }},
		{"toJSON", 1, func(c call, a []*Thunk) Value {
			ps, u := c.toJSON(a[0])
			return c.stringOf(c.site, ps, u)
		}},
	}
}

var errJSON = errors.New("not JSON that is followed")

// readJSON is the value of a text of JSON.
func readJSON(c call, text string) (Value, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := c.fromJSON(d, 0)
	if err != nil || d.More() || !utf8.ValidString(text) {
		return nil, errJSON
	}
	return v, nil
}

// fromJSON reads one value.
func (c call) fromJSON(d *json.Decoder, depth int) (Value, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if u := c.step(c.site, 1); u != nil || depth > c.limits.Depth-c.depth {
		return nil, errJSON
	}
	switch t := t.(type) {
	case nil:
		return c.null(), nil
	case bool:
		return c.bool(t), nil
	case string:
		return c.text(t), nil
	case json.Number:
		return c.jsonNumber(t)
	case json.Delim:
		if t == '[' {
			return c.jsonArray(d, depth)
		}
		return c.jsonObject(d, depth)
	}
	return nil, errJSON
}

func (c call) jsonNumber(n json.Number) (Value, error) {
	if !strings.ContainsAny(n.String(), ".eE") {
		i, err := n.Int64()
		if err != nil || n.String() == "-0" {
			return nil, errJSON
		}
		return &Int{origin{c.site}, i}, nil
	}
	f, err := n.Float64()
	return &Float{origin{c.site}, f}, err
}

func (c call) jsonArray(d *json.Decoder, depth int) (Value, error) {
	var ts []*Thunk
	for d.More() {
		v, err := c.fromJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		ts = append(ts, Known(v))
	}
	_, err := d.Token()
	return c.list(ts...), err
}

func (c call) jsonObject(d *json.Decoder, depth int) (Value, error) {
	seen := map[string]bool{}
	var attrs []member
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok || seen[name] {
			return nil, errJSON
		}
		seen[name] = true
		v, err := c.fromJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		attrs = append(attrs, member{name, Known(v)})
	}
	_, err := d.Token()
	return c.set(attrs...), err
}

// toJSON writes a value; parts of strings that are not known stay so.
func (c call) toJSON(t *Thunk) ([]Piece, *Unknown) {
	v := c.force(t)
	if u := c.enter(c.site); u != nil {
		return nil, u
	}
	defer c.leave()
	switch v := v.(type) {
	case *Null:
		return []Piece{{Text: "null"}}, nil
	case *Bool:
		return []Piece{{Text: strconv.FormatBool(v.V)}}, nil
	case *Int:
		return []Piece{{Text: strconv.FormatInt(v.V, 10)}}, nil
	case *Float:
		// Nix 2.8 writes six digits, later ones as many as it takes.
		if s := strconv.FormatFloat(v.V, 'g', 6, 64); s == strconv.FormatFloat(v.V, 'g', -1, 64) && !strings.Contains(s, "e") && strings.Contains(s, ".") {
			return []Piece{{Text: s}}, nil
		}
		return []Piece{{Unknown: c.unknown(c.site, "how Nix writes the number depends on its version")}}, nil
	case *String:
		return c.jsonString(v.Pieces)
	case *Path:
		return c.jsonString(c.coercePath(v, interpolation))
	case *List:
		return c.jsonList(v)
	case *Attrs:
		return c.jsonAttrs(v)
	case *Unknown:
		if v.Failure != NoFailure {
			return nil, v
		}
		return []Piece{{Unknown: v}}, nil
	case *Choice:
		return []Piece{{Unknown: c.because(c.site, v.Cases[0].When.reason())}}, nil
	}
	return nil, c.fail(c.site, article(typeOf(v))+" cannot be written as JSON")
}

func (c call) jsonString(ps []Piece) ([]Piece, *Unknown) {
	parts := [][]Piece{{{Text: `"`}}}
	for _, p := range ps {
		switch {
		case p.Unknown != nil:
		case !utf8.ValidString(p.Text) || strings.ContainsAny(p.Text, "\b\f\x7f"):
			p.Unknown = c.unknown(c.site, "how Nix writes the text depends on its version")
		default:
			p.Text = jsonEscape(p.Text)
		}
		parts = append(parts, []Piece{p})
	}
	return c.concat(c.site, append(parts, []Piece{{Text: `"`}}))
}

// jsonEscape escapes as Nix does: quotes, backslashes and control characters.
func jsonEscape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '"' || ch == '\\':
			b.WriteByte('\\')
			b.WriteByte(ch)
		case ch == '\n':
			b.WriteString(`\n`)
		case ch == '\r':
			b.WriteString(`\r`)
		case ch == '\t':
			b.WriteString(`\t`)
		case ch < 0x20:
			b.WriteString(`\u00` + string("0123456789abcdef"[ch>>4]) + string("0123456789abcdef"[ch&15]))
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

func (c call) jsonList(l *List) ([]Piece, *Unknown) {
	if u := uncertain(l.Items); u != nil {
		return []Piece{{Unknown: c.derived(c.site, u, "")}}, nil
	}
	parts := [][]Piece{{{Text: "["}}}
	for i, it := range l.Items {
		if i > 0 {
			parts = append(parts, []Piece{{Text: ","}})
		}
		ps, u := c.toJSON(it.Value)
		if u != nil {
			return nil, u
		}
		parts = append(parts, ps)
	}
	return c.concat(c.site, append(parts, []Piece{{Text: "]"}}))
}

func (c call) jsonAttrs(a *Attrs) ([]Piece, *Unknown) {
	if _, v := c.closedArg(Known(a)); v != nil {
		u := v.(*Unknown)
		return []Piece{{Unknown: u}}, nil
	}
	for _, special := range []string{"__toString", "outPath"} {
		if len(a.Lookup(special).Defs) > 0 {
			ps, u := c.coerce(c.site, a, interpolation)
			if u != nil {
				return nil, u
			}
			return c.jsonString(ps)
		}
	}
	parts := [][]Piece{{{Text: "{"}}}
	for i, x := range a.attrs {
		if i > 0 {
			parts = append(parts, []Piece{{Text: ","}})
		}
		ps, u := c.toJSON(c.value(c.site, x, nil))
		if u != nil {
			return nil, u
		}
		parts = append(parts, []Piece{{Text: `"` + jsonEscape(x.Name) + `":`}}, ps)
	}
	return c.concat(c.site, append(parts, []Piece{{Text: "}"}}))
}
