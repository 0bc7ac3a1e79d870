package lsp

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/nixast"
)

var update = flag.Bool("update", false, "write the transcripts as they are")

// A transcript is the files of a project, what a client does, a step a line, and all
// messages of the server:
//
//	initialize CAPABILITIES    begin the session
//	open FILE                  open a file and wait for its diagnostics
//	edit FILE "OLD" "NEW"      replace the first OLD, and wait for diagnostics
//	type FILE "OLD" "NEW"      the same without waiting
//	request METHOD PARAMS      send a request and wait for the response
//	notify METHOD PARAMS       send a notification
//	await METHOD               wait for a notification or request of the server
//
// In parameters, "$FILE" is its address, "$FILE@TEXT" the start of the first TEXT in it
// (after "|" in TEXT, if there is one), and "$FILE@@TEXT" the range of TEXT.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all := map[string]string{}
			for _, f := range archive.Files {
				all[f.Name] = string(f.Data)
			}
			want, script := all["transcript"], all["script"]
			delete(all, "transcript")
			delete(all, "script")
			got := play(t, projectOf(t, all), script)
			if *update {
				for i, f := range archive.Files {
					if f.Name == "transcript" {
						archive.Files[i].Data = []byte(got)
					}
				}
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the transcript differs (-want +got):\n%s", diff)
			}
		})
	}
}

// Positions and ranges are written as 3:1 and 3:1-3:5 in transcripts.
var (
	positions = regexp.MustCompile(`\{\s+"line": (\d+),\s+"character": (\d+)\s+\}`)
	ranges    = regexp.MustCompile(`\{\s+"start": (\d+:\d+),\s+"end": (\d+:\d+)\s+\}`)
)

// play plays a script and returns what the server sent.
func play(t *testing.T, dir, script string) string {
	c := newClient(t, dir)
	var out strings.Builder
	c.seen = func(m message) {
		m.Version = ""
		content, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.Replace(content, []byte(`  "jsonrpc": "",`+"\n"), nil, 1)
		content = bytes.ReplaceAll(content, []byte(uriOf(filepath.ToSlash(dir))), []byte("file:///DIR"))
		content = positions.ReplaceAll(content, []byte("$1:$2"))
		content = ranges.ReplaceAll(content, []byte("$1-$2"))
		out.WriteString("<- " + string(content) + "\n")
	}
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		out.WriteString("-> " + line + "\n")
		verb, rest, _ := strings.Cut(line, " ")
		word, params, _ := strings.Cut(rest, " ")
		switch verb {
		case "initialize":
			c.start(rest)
		case "open":
			c.open(word, c.quoted(params)[0])
			c.diagnostics(word)
		case "edit", "type":
			texts := c.quoted(params)
			if c.edit(word, texts[0], texts[1]); verb == "edit" {
				c.diagnostics(word)
			}
		case "request":
			c.request(word, c.params(params))
		case "notify":
			c.notify(word, c.params(params))
		case "await":
			c.await(word)
		default:
			t.Fatalf("no such step: %s", line)
		}
	}
	c.end()
	return out.String()
}

// quoted are the texts in quotes of a line; an empty one at least.
func (c *client) quoted(text string) []string {
	var all []string
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		one, err := strconv.QuotedPrefix(text)
		if err != nil {
			c.t.Fatalf("%s: %v", text, err)
		}
		plain, _ := strconv.Unquote(one)
		all, text = append(all, plain), text[len(one):]
	}
	if all == nil {
		all = []string{""}
	}
	return all
}

// params are the parameters of a message, with addresses and places filled in.
func (c *client) params(text string) any {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
	return c.fill(v)
}

func (c *client) fill(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = c.fill(v[key])
		}
	case []any:
		for i := range v {
			v[i] = c.fill(v[i])
		}
	case string:
		if ref, ok := strings.CutPrefix(v, "$"); ok {
			return c.place(ref)
		}
	}
	return v
}

// place is an address, a position or a range: see [TestTranscripts].
func (c *client) place(ref string) any {
	name, text, inside := strings.Cut(ref, "@")
	if !inside {
		return c.uri(name)
	}
	whole, isRange := strings.CutPrefix(text, "@")
	before, after, split := strings.Cut(whole, "|")
	start := strings.Index(c.texts[name], before+after)
	if start < 0 {
		c.t.Fatalf("%s does not contain %q", name, before+after)
	}
	f, enc := &nixast.File{Src: c.texts[name]}, encoding(nixast.UTF16Units)
	if isRange {
		return enc.span(f, nixast.Span{Start: start, End: start + len(before+after)})
	}
	if split {
		start += len(before)
	}
	return enc.position(f, start)
}
