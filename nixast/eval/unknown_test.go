package eval

import (
	"errors"
	"io/fs"
	"testing"

	"wardnix/nixast"
)

// TestUnknown shows what is kept where something is not known. config and
// inputs are not known, and pkgs is a package set. "(c) a | b" means a where c
// holds, else b; "x*" means any number of elements that look like x; "?x" is
// what is not known.
func TestUnknown(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		// Conditions.
		{"if", "if config.a then 1 else 2", "(config.a) 1 | 2"},
		{"both the same", "if config.a then 1 else 1", "1"},
		{"same condition twice", "let x = if config.a then 1 else 2; y = if config.a then 10 else 20; in x + y", "(config.a) 11 | 22"},
		{"written twice", "let cfg = config.a; in if config.a then (if cfg then 1 else 2) else 3", "(config.a) 1 | 3"},
		{"opposite", "if config.a then 1 else if !config.a then 2 else 3", "(config.a) 1 | 2"},
		{"comparison", "[ (config.port == 80) (config.port == 80 || true) (config.port != 80 && false) ]", `[ ?(options are not known) true false ]`},
		{"same comparison", `if config.x == "a" then (if "a" == config.x then 1 else 2) else 3`, `(config.x == "a") 1 | 3`},
		{"branch that throws", `if config.a then throw "no" else 1`, "1"},
		{"assertion", "assert config.a; 1", "1"},
		{"assertion of the condition", "assert config.a; if config.a then 1 else 2", "1"},
		{"throwIf of the condition", `lib.throwIf (!config.a) "no" (if config.a then 1 else 2)`, "1"},
		{"throwIf of what is chosen", `let x = config.x or ""; in lib.throwIf (!(lib.hasPrefix "/" x)) "no" (dirOf x)`, "?(options are not known)"},
		{"arithmetic", "(if config.a then 1 else 2) * (if config.b then 10 else 20)",
			"(config.a && config.b) 10 | (config.a) 20 | (config.b) 20 | 40"},

		{"text after what is not known", `[ (config.x + "/b") (config.x + 1) (pkgs.writers.writeBashBin "a" "b" + "/bin/a") ]`,
			`[ "${config.x}/b" ?(options are not known) "${pkgs.writers.writeBashBin \"a\" \"b\"}/bin/a" ]`},
		{"one of the cases of a text", `builtins.stringLength "${if config.a then "x" else if config.b then "yy" else "zzz"}/bin"`,
			"((config.a && (!(… && …))) && (!(!… && !…))) 5 | ((!config.a && config.b) && (!(!… && !…))) 6 | 7"},

		// Sets.
		{"optionalAttrs", "{ a = 1; } // lib.optionalAttrs config.c { a = 2; b = 3; }", "{ a = (config.c) 2 | 1; b = (config.c) 3; }"},
		{"if between sets", "if config.c then { a = 1; b = 2; } else { a = 1; d = 3; }", "(config.c) { a = 1; b = 2; } | { a = 1; d = 3; }"},
		{"known // unknown", "{ a = 1; } // config.x", "{ a = ?config.x.a | 1; … = ?config.x; }"},
		{"unknown // known", "config.x // { a = 1; }", "{ a = 1; … = ?config.x; }"},
		{"selected from it", "(config.x // { a = 1; }).a", "1"},
		{"missing in it", "(config.x // { a = 1; }).b or 2", "(config.x ? b) ?config.x.b | 2"},
		{"mkIf", "lib.mkIf config.c { a = 1; }", `{ _type = "if"; condition = ?config.c; content = { a = 1; }; }`},
		{"dynamic name", `{ "foo-${config.n}" = 1; bar = 2; }`, `{ bar = 2; "foo-${config.n}" = 1; }`},
		{"dynamic name, no match", `{ "foo-${config.n}" = 1; } ? bar`, "false"},
		{"mapAttrs'", `lib.mapAttrs' (n: o: lib.nameValuePair "tun-${n}" { port = o.port; on = true; }) config.peers`,
			`{ "tun-${n}" = { on = true; port = ?config.peers.${…}.port; }; }`},
		{"listToAttrs", `lib.listToAttrs (map (u: { name = "backup-${u.name}"; value = { a = 1; }; }) config.users)`,
			`{ "backup-${u.name}" = { a = 1; }; }`},
		{"genAttrs", `lib.genAttrs ([ "a" ] ++ lib.optional config.c "b") (n: "x-${n}")`, `{ a = "x-a"; b = (config.c) "x-b"; }`},
		{"mapAttrs", "lib.mapAttrs (n: lib.mkForce) ({ a = 1; } // config.x)",
			`{ a = { _type = "override"; content = ?config.x.a; priority = 50; } | { _type = "override"; content = 1; priority = 50; }; "${…}" = { _type = "override"; content = ?config.x.${…}; priority = 50; }; }`},
		{"filterAttrs", "lib.filterAttrs (n: v: v != null) { a = null; b = 1; c = config.c; }", "{ b = 1; c = (v != null) ?config.c; }"},
		{"recursiveUpdate", "lib.recursiveUpdate { a.b = 1; a.c = 2; } (lib.optionalAttrs config.c { a.c = 3; })",
			"{ a = (config.c) { b = 1; c = 3; } | { b = 1; c = 2; }; }"},
		{"fold over unknown names", `lib.foldl' (s: n: s // { "x-${n}" = n; y = 1; }) { a = 1; } config.names`,
			`{ a = 1; y = (lib.foldl' (s: n: s // { "x-${n}" = n; y = 1; }) { a = 1; } c…) 1; "x-${n}" = ?(options are not known); }`},
		{"fold that loses the set", `lib.foldl' (s: n: { y = s; }) { a = 1; } config.names`, "?(options are not known)"},
		{"removeAttrs", `removeAttrs config.x [ "a" ] ? a`, "false"},
		{"with", "with config.x; [ a lib.id ]", "[ ?config.x.a «lambda» ]"},
		{"with pkgs and lib", "with lib; with pkgs; [ git (optional true 1) ]", "[ ?pkgs.git [ 1 ] ]"},

		// Lists.
		{"unknown ++ known", "[ 1 ] ++ config.l ++ [ 2 ]", "[ 1 ?(options are not known)* 2 ]"},
		{"optional", "lib.optional config.c 1 ++ lib.optionals (!config.c) [ 2 3 ]", "[ (config.c) 1 (!config.c) 2 (!config.c) 3 ]"},
		{"map over it", "map (x: x + 1) ([ 1 ] ++ lib.optional config.c 2)", "[ 2 (config.c) 3 ]"},
		{"flatten", "lib.flatten [ 1 (lib.optional config.c [ 2 ]) ]", "[ 1 (config.c) 2 ]"},
		{"concatMap", "lib.concatMap (x: [ x 0 ]) (lib.optional config.c 1)", "[ (config.c) 1 (config.c) 0 ]"},
		{"elem", `[ (lib.elem "a" [ "a" config.x ]) (lib.elem "b" (lib.optional config.c "b")) ]`, "[ true ?config.c ]"},

		// Strings.
		{"package", `"${pkgs.cloudflared}/bin/cloudflared tunnel"`, `"${pkgs.cloudflared}/bin/cloudflared tunnel"`},
		{"getExe", "[ (lib.getExe pkgs.hello) (lib.getExe' pkgs.hello \"hi\") ]",
			`[ "${pkgs.hello}/bin/${main program of pkgs.hello}" "${pkgs.hello}/bin/hi" ]`},
		{"package with arguments", `"${pkgs.writeShellScript "run" ''exec x''} --now"`, `"${pkgs.writeShellScript \"run\" ''exec x''} --now"`},
		{"optionalString", `"a ${lib.optionalString config.c "--debug "}b"`, `(config.c) "a --debug b" | "a b"`},
		{"concatStringsSep", `lib.concatStringsSep " " ([ "a" ] ++ lib.optional config.c "b" ++ [ "c" ])`, `(config.c) "a b c" | "a c"`},
		{"concatStringsSep of many", `lib.concatStringsSep " " ([ "a" "b" ] ++ config.flags)`, `"a b${…}"`},
		{"makeBinPath", "lib.makeBinPath [ pkgs.a pkgs.b ]", `"${pkgs.a}/bin:${pkgs.b}/bin"`},
		{"hasPrefix", `[ (lib.hasPrefix "/run" "/run/${config.n}") (lib.hasPrefix "/etc" "/run/${config.n}") ]`, "[ true false ]"},
		{"comparison of strings", `"a-${config.n}" == "b-${config.m}"`, "false"},
		{"replaceStrings", `lib.replaceStrings [ "-" ] [ "_" ] "a-${config.n}-b"`, `"a_${config.n}_b"`},
		{"toJSON", `builtins.toJSON { a = config.x; b = "c"; }`, `"{\"a\":${config.x},\"b\":\"c\"}"`},
		{"path in a string", `"${./secret.txt}"`, `"${./secret.txt}"`},

		// Functions and files.
		{"unknown function", "inputs.x.harden { a = 1; }", "?inputs.x.harden { a = 1; }"},
		{"types", "lib.types.listOf lib.types.str", "?lib.types.listOf lib.types.str"},
		{"import", "(import ./other.nix).a", "1"},
		{"import of a directory", "import ./folder { n = 2; }", "{ n = 2; }"},
		{"import from a copy", `(import "${./.}/other.nix").a`, "1"},
		{"import from elsewhere", "import ../../elsewhere.nix", "?(../elsewhere.nix is not in this project)"},
		{"import lib", "(import <nixpkgs/lib>).id 1", "1"},
		{"lib of packages", "(import <nixpkgs> { }).lib.id pkgs.lib.id 1", "1"},
		{"unknown of lib", "lib.somethingNew 1", "?lib.somethingNew 1"},
		{"default of an argument", "({ a, b ? 2, ... }: b) config.args", "(config.args ? b) ?config.args.b | 2"},
		{"tryEval", "(builtins.tryEval config.x).success", "?(options are not known)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := New(Options{Importer: project{
				"dir/other.nix":          "{ a = 1; }",
				"dir/folder/default.nix": "{ n }: { inherit n; }",
			}.importer()})
			f := nixast.Parse("dir/test.nix", "{ lib, pkgs, config, inputs, ... }: "+tt.src, nixast.Options{})
			if got := dump(ev, ev.Call(ev.File(f), moduleArgs(ev)), 6); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.src, got, tt.want)
			}
		})
	}
}

// moduleArgs are the arguments of a module.
func moduleArgs(ev *Evaluator) *Thunk {
	return ev.NewOpenAttrs(map[string]*Thunk{
		"lib": ev.Lib(), "pkgs": ev.Pkgs(),
		"config": ev.Opaque(Opaque{Label: "config", Reason: "options are not known"}),
		"inputs": ev.Opaque(Opaque{Label: "inputs", Reason: "`inputs` is not in this project"}),
	}, ev.Opaque(Opaque{Reason: "it is an argument of the module"}))
}

// project is source text by file name.
type project map[string]string

// importer parses each file once.
func (p project) importer() Importer {
	files := map[string]*nixast.File{}
	for name, src := range p {
		files[name] = nixast.Parse(name, src, nixast.Options{})
	}
	return importerFunc(func(path string) (*nixast.File, error) {
		for _, name := range []string{path, path + "/default.nix"} {
			if f := files[name]; f != nil {
				return f, nil
			}
		}
		return nil, errors.New(path + " is not in this project")
	})
}

type importerFunc func(path string) (*nixast.File, error)

func (f importerFunc) Import(path string) (*nixast.File, error) { return f(path) }

// TestFileContent: what is read from a file is not known, but where from is.
func TestFileContent(t *testing.T) {
	for _, tt := range []struct {
		src  string
		sort Sort
		file string
	}{
		{"builtins.readFile ./key", FileContent, "dir/key"},
		{"lib.fileContents ./key", FileContent, "dir/key"},
		{"lib.strings.fileContents /etc/key", FileContent, "/etc/key"},
		{"lib.removeSuffix \"\\n\" (builtins.readFile ./key)", FileContent, "dir/key"},
		{"(lib.importJSON ./a.json).b", FileContent, "dir/a.json"},
		{"(builtins.fromJSON (builtins.readFile ./a.json)).b.c", FileContent, "dir/a.json"},
		{"(builtins.fromTOML (builtins.readFile ./a.toml)).x", FileContent, "dir/a.toml"},
		{"builtins.readFile \"${./.}/key\"", FileContent, "dir/key"},
		{"builtins.readFile (./. + \"/key\")", FileContent, "dir/key"},
		{"builtins.readDir ./keys", DirEntries, "dir/keys"},
		{"lib.cleanSource ./src", StorePath, "dir/src"},
		{"builtins.path { path = ./src; name = \"x\"; }", StorePath, "dir/src"},
	} {
		ev := New(Options{})
		f := nixast.Parse("dir/test.nix", "{ lib, ... }: "+tt.src, nixast.Options{})
		u, ok := ev.Force(ev.Call(ev.File(f), moduleArgs(ev))).(*Unknown)
		if !ok || u.Sort != tt.sort || u.File != tt.file {
			t.Errorf("%s: got %+v, want sort %d of %s", tt.src, u, tt.sort, tt.file)
		}
	}
}

// reader is an importer that reads files, too.
type reader struct {
	Importer
	files map[string]string
}

func (r reader) Read(name string) (string, error) {
	if text, ok := r.files[name]; ok {
		return text, nil
	}
	return "", errors.New(name + " is not there")
}

// TestContent: structured text is read from files. Other text stays what is not known,
// since it may be a secret, but can be had.
func TestContent(t *testing.T) {
	files := map[string]string{"dir/a.json": `{ "b": { "c": [ 1, "x" ] } }`, "dir/a.toml": "[x]\ny = [ 1.5, \"z\" ]\n", "dir/key": "text\n", "dir/bad.json": "\x00"}
	ev := New(Options{Importer: reader{project{}.importer(), files}})
	value := func(src string) *Thunk {
		return ev.Call(ev.File(nixast.Parse("dir/test.nix", "{ lib, ... }: "+src, nixast.Options{})), moduleArgs(ev))
	}
	for _, tt := range []struct{ src, want string }{
		{"(lib.importJSON ./a.json).b.c", `[ 1 "x" ]`},
		{"(builtins.fromJSON (builtins.readFile ./a.json)).b", `{ c = [ 1 "x" ]; }`},
		{"(lib.importTOML ./a.toml).x.y", `[ 1.5 "z" ]`},
		{"builtins.fromTOML (lib.fileContents ./a.toml)", `{ x = { y = [ 1.5 "z" ]; }; }`},
		{"(lib.importJSON ./bad.json).b", "?lib.importJSON ./bad.json.b"},
	} {
		if got := dump(ev, value(tt.src), 6); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.src, got, tt.want)
		}
	}
	for src, want := range map[string]string{
		"builtins.readFile ./key": "text\n", "lib.fileContents ./key": "text\n", `"${./.}"`: "text\n",
		`lib.removeSuffix "\n" (builtins.readFile ./key)`: "", `builtins.hashFile "md5" ./key`: "", "builtins.readFile ./bad.json": "", "builtins.readFile ./none": "",
	} {
		v, rest := ev.Force(value(src)), ""
		if s, ok := v.(*String); ok {
			v, rest = s.Pieces[0].Unknown, "/key"
		}
		if got, _ := ev.Content(v.(*Unknown), rest); got != want {
			t.Errorf("content of %s: got %q, want %q", src, got, want)
		}
	}
}

// TestSites: every attribute remembers what set it.
func TestSites(t *testing.T) {
	const src = `{ lib, config, ... }:
let
  base = { PrivateTmp = true; NoNewPrivileges = true; };
  User = "u";
in
base // lib.mapAttrs (_: lib.mkDefault) { UMask = "0077"; } // {
  inherit User;
  Nested.a.b = 1;
} // lib.optionalAttrs config.c { PrivateTmp = false; } // lib.genAttrs [ "Gen" ] (_: 1)`
	ev := New(Options{})
	set := ev.Attrs(ev.Call(ev.File(nixast.Parse("t.nix", src, nixast.Options{})), moduleArgs(ev)))
	want := map[string][]string{
		"PrivateTmp":      {"PrivateTmp = false;", "PrivateTmp = true;"},
		"NoNewPrivileges": {"NoNewPrivileges = true;"},
		"UMask":           {`UMask = "0077";`},
		"User":            {"User"},
		"Nested":          {"Nested.a.b = 1;"},
		"Gen":             {`"Gen"`},
	}
	for _, a := range set.All() {
		var sites []string
		for _, d := range a.Defs {
			sites = append(sites, d.Site.Text())
		}
		if len(sites) != len(want[a.Name]) {
			t.Errorf("%s: %q", a.Name, sites)
			continue
		}
		for i, s := range sites {
			if s != want[a.Name][i] {
				t.Errorf("%s: is set by %q, not %q", a.Name, s, want[a.Name][i])
			}
		}
	}
}

// lister is an importer that lists one directory.
type lister struct{ importerFunc }

func (lister) List(path string) (map[string]string, error) {
	if path != "dir/m" {
		return nil, fs.ErrNotExist
	}
	return map[string]string{"a.nix": "regular", "b": "directory"}, nil
}

func (lister) Exists(path string) Truth {
	switch path {
	case "dir/m/a.nix":
		return Yes
	case "dir/m/c.nix":
		return No
	}
	return Maybe
}

// TestDirectories: what a directory holds is known if the importer says so.
func TestDirectories(t *testing.T) {
	tests := []struct{ src, want string }{
		{`builtins.readDir ./m`, `{ "a.nix" = "regular"; b = "directory"; }`},
		{`builtins.readDir (./. + "/${"m"}")`, `{ "a.nix" = "regular"; b = "directory"; }`},
		{`builtins.readDir ./other`, `?builtins.readDir ./other`},
		{`builtins.readDir config.dir`, `?builtins.readDir config.dir`},
		{`builtins.pathExists ./m/a.nix`, `true`},
		{`builtins.pathExists (toString ./m/a.nix)`, `true`},
		{`builtins.pathExists ./m/c.nix`, `false`},
		{`builtins.pathExists ./secret.nix`, `?builtins.pathExists ./secret.nix`},
		{`map (lib.hasSuffix ".nix") [ ./a.nix ./b (toString ./a.nix) "${./a.nix}" ]`, `[ true false true true ]`},
		{`map (lib.hasSuffix "/a.nix") [ (toString ./a.nix) (toString ./b.nix) ]`, `[ true false ]`},
		{`lib.hasSuffix "/a.nix" "${./a.nix}"`, `?(the path in the Nix store is not known)`},
	}
	for _, tt := range tests {
		ev := New(Options{Importer: lister{func(string) (*nixast.File, error) { return nil, fs.ErrNotExist }}})
		f := nixast.Parse("dir/x.nix", "{ lib, config, ... }: "+tt.src, nixast.Options{})
		got := dump(ev, ev.Call(ev.File(f), moduleArgs(ev)), 5)
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.src, got, tt.want)
		}
	}
}
