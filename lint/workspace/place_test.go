package workspace

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wardnix/nixast"
)

const placesFlake = `{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.one = nixpkgs.lib.nixosSystem { modules = [ ./web.nix ]; };
  };
}`

// The text that was looked at; tests change it as a person who types does.
const placesModule = `{ lib, ... }:
let
  hardening = {
    NoNewPrivileges = true;
  };
in
{
  users.users.web.isSystemUser = true;
  systemd.services.web = {
    script = "true";
    after = [ "network.target" ];
    serviceConfig = hardening // {
      PrivateTmp = true;
    };
  };
}
`

// placesSnapshot is a snapshot of a project with one host.
func placesSnapshot(t *testing.T) *Snapshot {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"flake.nix": placesFlake, "web.nix": placesModule} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w, err := Open(Options{Dir: dir, Paths: []string{"web.nix"}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// typed is the place after a text was typed before another one in placesModule: at "|",
// or at the end of what was typed.
func typed(t *testing.T, before, text string) Place {
	t.Helper()
	was := strings.Index(placesModule, before)
	if was < 0 {
		t.Fatalf("no %q in the module", before)
	}
	at := strings.IndexByte(text, '|')
	if at < 0 {
		at = len(text)
	}
	now := placesModule[:was] + strings.Replace(text, "|", "", 1) + placesModule[was:]
	return Place{File: nixast.Parse("web.nix", now, nixast.Options{}), Offset: was + at, Name: "web.nix", Was: was}
}

func TestCompletions(t *testing.T) {
	s := placesSnapshot(t)
	for _, test := range []struct {
		name, before, text string
		want, not          string // labels, and their new text after "→"
		span               string // what they replace
	}{
		{name: "a directive", before: "      PrivateTmp", text: "      Pri|\n", want: "PrivateDevices→PrivateDevices = ${1|true,false|};", not: "PrivateTmp ListenStream", span: "Pri"},
		{name: "between settings", before: "    };\n  };", text: "      |\n", want: "ProtectSystem ExecStart→ExecStart = \"$1\";"},
		{name: "in a set that is bound elsewhere", before: "    NoNewP", text: "    Protect|\n", want: "ProtectClock", not: "NoNewPrivileges", span: "Protect"},
		{name: "a dotted name", before: "    after", text: "    unitConfig.|\n", want: "ConditionPathExists", not: "PrivateTmp"},
		{name: "a section", before: "    after", text: "    uni|\n", want: "unitConfig", not: "serviceConfig PrivateTmp", span: "uni"},
		{name: "a boolean", before: "      PrivateTmp", text: "      PrivateDevices = |;\n", want: "true→true false"},
		{name: "a word, quoted", before: "      PrivateTmp", text: "      ProtectSystem = |;\n", want: `true strict→"strict"`},
		{name: "a word in quotes", before: "      PrivateTmp", text: "      ProtectSystem = \"st|\";\n", want: "strict→strict full", not: "true", span: "st"},
		{name: "an open string", before: "      PrivateTmp", text: "      ProtectSystem = \"st|\n", want: "strict→strict", span: "st"},
		{name: "groups of system calls", before: "      PrivateTmp", text: "      SystemCallFilter = [ \"@system-service\" \"~@|\" ];\n", want: "~@resources @clock", not: "true", span: "~@"},
		{name: "an element", before: "      PrivateTmp", text: "      CapabilityBoundingSet = [ | ];\n", want: `CAP_KILL→"CAP_KILL"`},
		{name: "families", before: "      PrivateTmp", text: "      RestrictAddressFamilies = \"AF_UNIX AF_|\";\n", want: "AF_INET none", span: "AF_"},
		{name: "units", before: "    after", text: "    wants = [ \"|\" ];\n", want: "web.service→web.service network-online.target"},
		{name: "users", before: "      PrivateTmp", text: "      User = \"|\";\n", want: "web→web"},
		{name: "no directive", before: "      PrivateTmp", text: "      Nonsense = \"|\";\n"},
		{name: "another option", before: "  users", text: "  services.nginx.|\n"},
		{name: "outside", before: "{ lib", text: "|"},
	} {
		place := typed(t, test.before, test.text)
		all, span := s.Completions(place)
		written := map[string]string{}
		for _, c := range all {
			written[c.Label] = c.Insert
			if c.Snippet != "" {
				written[c.Label] = c.Snippet
			}
		}
		if test.want == "" && len(all) > 0 {
			t.Errorf("%s: %d completions", test.name, len(all))
		}
		for _, label := range strings.Split(test.want, " ") {
			label, text, exact := strings.Cut(label, "→")
			if exact && strings.Contains(test.want, "→"+text+" =") { // the text has spaces
				_, text, _ = strings.Cut(test.want, label+"→")
			}
			if got, there := written[label]; label != "" && !strings.ContainsAny(label, "=\"$;") && (!there || exact && got != text) {
				t.Errorf("%s: %s is completed with %q, want %q (there: %v)", test.name, label, got, text, there)
			}
		}
		for _, label := range strings.Fields(test.not) {
			if _, there := written[label]; there {
				t.Errorf("%s: %s is offered", test.name, label)
			}
		}
		if got := place.File.Src[span.Start:span.End]; len(all) > 0 && got != test.span {
			t.Errorf("%s: %q is replaced, want %q", test.name, got, test.span)
		}
	}
}

// What a baseline requires comes first.
func TestCompletionsRank(t *testing.T) {
	s := placesSnapshot(t)
	s.workspace.opts.Flags.Baseline = []string{"strict"}
	w := *s.workspace
	var err error
	if w.baselines, err = w.readBaselines([]string{"strict"}); err != nil {
		t.Fatal(err)
	}
	s.workspace = &w
	all, _ := s.Completions(typed(t, "      PrivateTmp", "      |\n"))
	rank := func(label string) int {
		i := slices.IndexFunc(all, func(c Completion) bool { return c.Label == label })
		if i < 0 {
			t.Fatalf("%s is not offered", label)
		}
		return all[i].Rank
	}
	if rank("ProtectClock") != 0 || rank("Nice") != 1 || rank("StartLimitInterval") != 2 {
		t.Errorf("ProtectClock %d, Nice %d, StartLimitInterval %d", rank("ProtectClock"), rank("Nice"), rank("StartLimitInterval"))
	}
}

// Every place of a text that is being typed has an answer, and none fails.
func TestEveryPlace(t *testing.T) {
	s := placesSnapshot(t)
	const line = "      ProtectSystem = [ \"strict ${x}\" ''full'' ];\n"
	for cut := range len(line) {
		if testing.Short() && cut%4 != 0 {
			continue
		}
		place := typed(t, "      PrivateTmp", line[:cut])
		from := strings.Index(placesModule, "      PrivateTmp")
		for place.Offset = from - 5; place.Offset < min(from+cut+20, len(place.File.Src)); place.Offset++ {
			place.Was = min(place.Offset, len(placesModule))
			s.Completions(place)
			s.Hover(place)
			s.Definitions(place)
		}
	}
}

func TestHover(t *testing.T) {
	s := placesSnapshot(t)
	at := func(text string) Place {
		offset := strings.Index(placesModule, text)
		return Place{File: nixast.Parse("web.nix", placesModule, nixast.Options{}), Offset: offset, Name: "web.nix", Was: offset}
	}
	for text, want := range map[string]string{
		"PrivateTmp":            "effective value in `web.service`: `connected`, from web.nix:13",
		"NoNewPrivileges":       "effective value in `web.service`: `yes`, from web.nix:4",
		"web = {":               "| PrivateDevices= | 0.2 |",
		"script":                "ExecStart=",
		"after":                 "After=network.target",
		"users.users":           "",
		"systemd.services.web ": "",
		"true\";":               "ExecStart=",
	} {
		h, _ := s.Hover(at(text))
		if want == "" && h.Markdown != "" || !strings.Contains(h.Markdown, want) {
			t.Errorf("%s: %q, want %q in it", text, h.Markdown, want)
		}
	}
}
