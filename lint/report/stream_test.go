package report

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// pieces are what is written at a time; after some, nothing can be written.
type pieces struct {
	all  []string
	most int
}

func (w *pieces) Write(b []byte) (int, error) {
	if len(w.all) == w.most {
		return 0, io.ErrClosedPipe
	}
	w.all = append(w.all, string(b))
	return len(b), nil
}

// A long output is written piece by piece, a piece being whole lines, and no more once that
// fails. What CI systems take for commands is escaped all the same.
func TestPrinterStreams(t *testing.T) {
	for _, test := range []struct {
		name               string
		lines, most, wrote int
		err                error
	}{
		{"short", 3, 10, 1, nil},
		{"long", 200, 10, 4, nil},
		{"closed", 200, 2, 2, io.ErrClosedPipe},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := pieces{most: test.most}
			p := Printer{to: &w}
			for range test.lines {
				p.Printf("#")
				p.Printf("#[group]%s\n", strings.Repeat("x", 990))
			}
			p.flush()
			if len(w.all) != test.wrote || !errors.Is(p.err, test.err) {
				t.Errorf("%d pieces, %v", len(w.all), p.err)
			}
			got, want := strings.Join(w.all, ""), strings.Repeat(`\u0023#[group]`+strings.Repeat("x", 990)+"\n", test.lines)
			if !strings.HasPrefix(want, got) || test.err == nil && got != want {
				t.Errorf("wrote %.100q", got)
			}
		})
	}
}
