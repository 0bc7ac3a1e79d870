package eval

import (
	"errors"

	"github.com/pelletier/go-toml/v2"
)

var errTOML = errors.New("not TOML that is followed")

// readTOML is the value of a text of TOML. Nix refuses dates and times.
func readTOML(c call, text string) (Value, error) {
	var table map[string]any
	if err := toml.Unmarshal([]byte(text), &table); err != nil {
		return nil, errTOML
	}
	return c.fromTOML(table)
}

// fromTOML is the value of what the decoder makes.
func (c call) fromTOML(v any) (Value, error) {
	if u := c.step(c.site, 1); u != nil {
		return nil, errTOML
	}
	switch v := v.(type) {
	case string:
		return c.text(v), nil
	case bool:
		return c.bool(v), nil
	case int64:
		return &Int{origin{c.site}, v}, nil
	case float64:
		return &Float{origin{c.site}, v}, nil
	case []any:
		ts := make([]*Thunk, len(v))
		for i, item := range v {
			one, err := c.fromTOML(item)
			if err != nil {
				return nil, err
			}
			ts[i] = Known(one)
		}
		return c.list(ts...), nil
	case map[string]any:
		attrs := make([]member, 0, len(v))
		for name, item := range v {
			one, err := c.fromTOML(item)
			if err != nil {
				return nil, err
			}
			attrs = append(attrs, member{name, Known(one)})
		}
		return c.set(attrs...), nil
	}
	return nil, errTOML
}
