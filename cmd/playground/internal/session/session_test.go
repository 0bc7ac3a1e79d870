package session

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast"
)

// ask sends a request as the page does.
func ask[T any](t *testing.T, r request) T {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Error string `json:"error"`
	}
	out := new(Session).Answer(text)
	if err := json.Unmarshal(out, &answer); err != nil || answer.Error != "" {
		t.Fatalf("%s: %v %s", r.Do, err, answer.Error)
	}
	var result T
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func example(t *testing.T) map[string]string {
	return ask[aboutAnswer](t, request{Do: "about"}).Example
}

func rulesOf(f found) []string {
	rules := map[string]bool{}
	for _, x := range f.Findings {
		rules[x.Rule] = true
	}
	return slices.Sorted(maps.Keys(rules))
}

// The page opens with faults of several kinds, and all fixes together repair them.
func TestExampleIsRepaired(t *testing.T) {
	files := example(t)
	before := ask[found](t, request{Do: "lint", Files: files})
	want := []string{"B001", "B002", "D001", "D002", "H001", "M001", "N001", "N005", "N020"}
	if diff := cmp.Diff(want, rulesOf(before)); diff != "" {
		t.Errorf("rules of the example (-want +got)\n%s", diff)
	}
	fixed := ask[struct {
		Diff      string
		Files     map[string]string
		Exposures []gain
	}](t, request{Do: "fix", Files: files, Unsafe: true})
	after := ask[found](t, request{Do: "lint", Files: fixed.Files})
	if slices.ContainsFunc(after.Findings, func(f finding) bool { return f.Severity == "error" }) {
		t.Errorf("errors remain: %+v", after.Findings)
	}
	if len(fixed.Exposures) == 0 || !strings.Contains(fixed.Diff, "+      ProtectHome = true;") {
		t.Errorf("the diff does not show the fix: %v\n%s", fixed.Exposures, fixed.Diff)
	}
}

// What a fix of a finding changes is where the page applies it: edits count as
// JavaScript does, after characters of any width.
func TestEditsCountAsJavaScript(t *testing.T) {
	const name = "a.nix"
	text := "{\n  # ä € 😀\n  systemd.services.a.serviceConfig = { /* 😀 */ ProtectHom = true; ExecStart = \"/bin/a\"; };\n}\n"
	answer := ask[found](t, request{Do: "lint", Files: map[string]string{name: text}})
	i := slices.IndexFunc(answer.Findings, func(f finding) bool { return f.Rule == "D001" })
	if i < 0 {
		t.Fatalf("%+v", answer.Findings)
	}
	units := utf16.Encode([]rune(text))
	f := answer.Findings[i]
	if got := string(utf16.Decode(units[f.Place.Start:f.Place.End])); got != "ProtectHom" {
		t.Errorf("the place is %q", got)
	}
	e := f.Fixes[0].Edits[0]
	fixed := string(utf16.Decode(units[:e.Start])) + e.Text + string(utf16.Decode(units[e.End:]))
	if want := strings.Replace(text, "ProtectHom ", "ProtectHome ", 1); fixed != want {
		t.Errorf("the fix gives\n%s", fixed)
	}
}

// The colors of a text are as long as the text, whatever is in it.
func FuzzTokensTile(f *testing.F) {
	f.Add("{ a = \"x${b}😀\"; } # ä")
	f.Add("{ a = '' \x00 ''\xff")
	f.Fuzz(func(t *testing.T, text string) {
		total := 0
		pairs := tokens(nixast.Parse("a.nix", text, nixast.Options{}))
		for i := 0; i < len(pairs); i += 2 {
			total += pairs[i]
		}
		if want := len(utf16.Encode([]rune(text))); strings.ToValidUTF8(text, "") == text && total != want {
			t.Errorf("%d units of %d are colored", total, want)
		}
	})
}

// Units have their text with the place of each line, and what each check costs.
func TestUnits(t *testing.T) {
	answer := ask[struct{ Units []unitAnswer }](t, request{Do: "units", Files: example(t)})
	i := slices.IndexFunc(answer.Units, func(u unitAnswer) bool { return u.Name == "cloudflared-tunnel.service" })
	if i < 0 {
		t.Fatalf("%+v", answer.Units)
	}
	u := answer.Units[i]
	if u.Now == "" || u.Safe == "" || u.All == "" || len(u.Checks) == 0 {
		t.Errorf("no exposure: %q %q %q, %d checks", u.Now, u.Safe, u.All, len(u.Checks))
	}
	if !slices.ContainsFunc(u.Lines, func(l line) bool {
		return l.Key == "ProtectClock" && l.Text == "true" && l.Origin != nil && l.Origin.File == "containers/cloudflared.nix"
	}) {
		t.Errorf("no line with its origin: %+v", u.Lines)
	}
}

// Every word that the page offers is explained, and every form makes a module.
func TestEverythingOffered(t *testing.T) {
	offer := ask[aboutAnswer](t, request{Do: "about"})
	for _, word := range ask[struct{ Words []string }](t, request{Do: "words"}).Words {
		if got := ask[struct{ HTML string }](t, request{Do: "explain", Name: word}); len(got.HTML) < 20 {
			t.Errorf("%s: %q", word, got.HTML)
		}
	}
	for _, f := range offer.Forms {
		values := map[string]string{}
		for _, x := range f.Fields {
			values[x.Name] = x.Value
		}
		module := ask[struct{ Text string }](t, request{Do: "gen", What: f.Name, Values: values})
		answer := ask[found](t, request{Do: "lint", Files: map[string]string{"a.nix": module.Text}})
		if slices.ContainsFunc(answer.Findings, func(f finding) bool { return f.Severity != "info" }) && f.Name != "from-unit" {
			t.Errorf("%s: %+v in\n%s", f.Name, answer.Findings, module.Text)
		}
	}
}

// The choices of the page take effect.
func TestChoices(t *testing.T) {
	files := map[string]string{"a.nix": "{ pkgs, ... }: { systemd.services.a.serviceConfig = { ExecStart = \"${pkgs.a}/bin/a\"; RestartMode = \"direct\"; }; }\n"}
	for _, c := range []struct {
		name string
		r    request
		want []string
	}{
		{"nothing chosen", request{}, []string{}},
		{"a baseline", request{Baselines: []string{"light"}}, []string{"B001"}},
		{"an old systemd", request{Systemd: 252}, []string{"D006"}},
		{"an old release", request{Release: "23.05"}, []string{"D006"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.r.Do, c.r.Files = "lint", files
			if diff := cmp.Diff(c.want, append([]string{}, rulesOf(ask[found](t, c.r))...)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A file that is not Nix yet is reported, and so is a request that makes no sense.
func TestBroken(t *testing.T) {
	answer := ask[found](t, request{Do: "lint", Files: map[string]string{"a.nix": "{ a = ", "b.nix": "{ a = 1; a = 2; }", "c.nix": "{ }"}})
	if diff := cmp.Diff([]string{"a.nix", "b.nix"}, answer.Broken); diff != "" || len(answer.Findings) == 0 {
		t.Errorf("%s %+v", diff, answer.Findings)
	}
	for _, text := range []string{"", "{", `{"do":"x"}`, `{"do":"explain","name":"x"}`, `{"do":"lint","files":{"a.nix":""},"release":"x"}`, `{"do":"gen","what":"x"}`} {
		if got := string(new(Session).Answer([]byte(text))); !strings.Contains(got, `"error"`) {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func BenchmarkLint(b *testing.B) {
	var offer aboutAnswer
	if err := json.Unmarshal(new(Session).Answer([]byte(`{"do":"about"}`)), &offer); err != nil {
		b.Fatal(err)
	}
	session := &Session{}
	for b.Loop() {
		offer.Example["modules/systemd.nix"] += " "
		text, err := json.Marshal(request{Do: "lint", Files: offer.Example})
		if err != nil {
			b.Fatal(err)
		}
		session.Answer(text)
	}
}

// A session that saw other texts before answers as a new one does.
func TestSessionRemembersNothingWrong(t *testing.T) {
	session := &Session{}
	files := example(t)
	name := "containers/cloudflared.nix"
	for i, change := range [][2]string{
		{"", ""}, {"ProtectHom ", "ProtectHome "}, {"UMask = 0077;", "UMask = 0077"}, {"UMask = 0077", "UMask = 0077;"},
		{"\"Strict\"", "\"strict\""}, {"cloudflared-tunnel =", "tunnel ="},
	} {
		files = maps.Clone(files)
		files[name] = strings.Replace(files[name], change[0], change[1], 1)
		if i == 4 {
			files["more.nix"] = "{ systemd.services.more.serviceConfig.ProtectSystem = \"ful\"; }\n"
		}
		text, err := json.Marshal(request{Do: "lint", Files: files})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(new(Session).Answer(text)), string(session.Answer(text))); diff != "" {
			t.Errorf("after %q (-new +old)\n%s", change, diff)
		}
	}
}
