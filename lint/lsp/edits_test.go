package lsp

import (
	"flag"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"wardnix/nixast"
)

var editCount = flag.Int("edits", 20_000, "how many edits TestManyEdits makes in each encoding")

// positionIn is the place of a byte in a text, as LSP 3.17 has it: lines end with "\n", "\r\n"
// or "\r".
func positionIn(text string, offset int, unit nixast.Unit) Position {
	p, start := Position{}, 0
	for i := range offset {
		if text[i] == '\n' || text[i] == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
			p.Line, start = p.Line+1, i+1
		}
	}
	if p.Character = offset - start; unit == nixast.UTF16Units {
		p.Character = len(utf16.Encode([]rune(text[start:offset])))
	}
	return p
}

// However many edits a document has, the server has its text, and knows where the text that
// it last looked at is in it.
func TestManyEdits(t *testing.T) {
	for _, unit := range []nixast.Unit{nixast.Bytes, nixast.UTF16Units} {
		old := strings.Repeat("{ a = \"😀\";\r\n\tb = 2; }\n", 10)
		now := old
		s := &Server{
			ctx: t.Context(), options: Options{Delay: time.Hour}, output: newOutput(io.Discard, func() {}),
			open: map[string]*open{}, projects: map[string]*project{}, encoding: encoding(unit),
		}
		const uri = "untitled:a.nix"
		if err := s.didOpen(&DidOpenParams{TextDocument{URI: uri, LanguageID: "nix", Text: now}}); err != nil {
			t.Fatal(err)
		}
		o, random := s.open[uri], rand.New(rand.NewPCG(1, 1))
		for version := 1; version <= *editCount; version++ {
			if random.IntN(1000) == 0 { // the server looks at it
				o.drift, old = drift{}, now
			}
			change := someChange(&now, random, unit)
			if err := s.didChange(&DidChangeParams{TextDocument{URI: uri, Version: version}, []ContentChange{change}}); err != nil {
				t.Fatal(err)
			}
			if o.lines.Src != now {
				t.Fatalf("after %d edits, the text is %q, not %q", version, o.lines.Src, now)
			}
			checkDrift(t, &o.drift, old, now)
		}
		o.project.cancel()
	}
}

// someChange changes a text at random, in a few characters or as a whole. It does not grow for long.
func someChange(text *string, random *rand.Rand, unit nixast.Unit) ContentChange {
	pieces := []string{"", "a", "\t", "\n", "\r\n", "\r", "é", "😀", "{", "\"", ";  ", "x = 1;\r\n"}
	piece := pieces[random.IntN(len(pieces))]
	if random.IntN(10_000) == 0 {
		*text = strings.Repeat(piece, 50)
		return ContentChange{nil, *text}
	}
	now := *text
	start := boundary(now, random.IntN(len(now)+1))
	most := 8
	if len(now) > 500 {
		most = 250
	}
	end := max(start, boundary(now, min(len(now), start+random.IntN(most))))
	*text = now[:start] + piece + now[end:]
	return ContentChange{&Range{positionIn(now, start, unit), positionIn(now, end, unit)}, piece}
}
