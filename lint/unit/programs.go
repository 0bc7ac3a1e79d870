package unit

import (
	"path"
	"regexp"
	"strings"

	"wardnix/nixast/eval"
)

// writers are the functions of nixpkgs that make a program of a text, and whether
// the text is a shell's; of the others its first line says so
// (pkgs/build-support/trivial-builders, pkgs/build-support/writers, NixOS 26.11).
var writers = map[string]bool{
	"writeShellScript": true, "writeShellScriptBin": true, "writeShellApplication": true,
	"writeBash": true, "writeBashBin": true, "writeDash": true, "writeDashBin": true,
	"writeScript": false, "writeScriptBin": false, "writeTextFile": false, "toFile": false,
	"writePython3": false, "writePython3Bin": false, "writePerl": false, "writePerlBin": false,
}

// shebang matches a first line that has a shell read the text.
var shebang = regexp.MustCompile(`^#! ?(?:\S*/env +)?\S*(?:sh|runtimeShell\}|stdenv\.shell\})(?: -\S+)*\s*$`)

// isShell reports whether the first line of a text says that a shell reads it.
func isShell(text eval.Value) bool {
	s, ok := text.(*eval.String)
	if !ok {
		return false
	}
	head, _, _ := strings.Cut(s.Pattern(), "\n")
	return shebang.MatchString(head)
}

// program is the text of a program that the project writes or has as a file, and whether a
// shell reads it; nil for anything else. Rest is what follows file in the path of the
// program, and byShell reports that a shell is given it, whatever its first line says.
func (u *Unit) program(file *eval.Unknown, rest string, byShell bool) (text eval.Value, shell bool) {
	if shell, ok := writers[writerOf(file)]; ok || byShell && writerOf(file) == "writeText" {
		text = u.content(file)
		return text, shell || byShell || isShell(text)
	}
	if text := u.script(file, rest, byShell); text != nil {
		return text, true
	}
	if one := u.joined(file, rest); one != nil {
		return u.program(one, rest, byShell)
	}
	return nil, false
}

// script is the shell script that file is the content of, or the copy in the store; nil if
// it is none of the project.
func (u *Unit) script(file *eval.Unknown, rest string, byShell bool) eval.Value {
	ev := u.Host.Evaluator()
	content, ok := ev.Content(file, rest)
	if !ok {
		return nil
	}
	if text := ev.Force(eval.NewString(content)); byShell || isShell(text) {
		return text
	}
	return nil
}

// joined is the package that a program comes from, of those that symlinkJoin or buildEnv
// joins; nil if it is not known.
func (u *Unit) joined(file *eval.Unknown, rest string) *eval.Unknown {
	if name := writerOf(file); name != "symlinkJoin" && name != "buildEnv" || len(file.Args) == 0 {
		return nil
	}
	ev := u.Host.Evaluator()
	paths := ev.List(ev.Select(file.Args[len(file.Args)-1], "paths"))
	if paths == nil {
		return nil
	}
	for _, item := range paths.Items {
		if one, ok := ev.Force(item.Value).(*eval.Unknown); ok && item.When == nil && u.named(one, path.Base(rest)) {
			return one
		}
	}
	return nil
}

// writerOf is the function that a file is the result of.
func writerOf(file *eval.Unknown) string { return file.Func[strings.LastIndexByte(file.Func, '.')+1:] }

// content is the text that a function writes to a file: its last argument, or the
// attribute "text" of that; nil if it has none.
func (u *Unit) content(file *eval.Unknown) eval.Value {
	if len(file.Args) == 0 {
		return nil
	}
	text := u.argument(file.Args[len(file.Args)-1], "text")
	if unknown, ok := text.(*eval.Unknown); ok {
		if script := u.script(unknown, "", true); script != nil {
			return script
		}
	}
	return text
}

// argument is an argument that is a text, or an attribute of one that is a set.
func (u *Unit) argument(t *eval.Thunk, name string) eval.Value {
	ev := u.Host.Evaluator()
	switch v := ev.Force(t).(type) {
	case *eval.String:
		return v
	case *eval.Unknown:
		if v.Sort == eval.FileContent {
			return v
		}
	case *eval.Attrs:
		if defs := v.Lookup(name).Defs; len(defs) == 1 && defs[0].When == nil {
			return ev.Force(defs[0].Value)
		}
	}
	return nil
}

// nameOf is the name that a function of nixpkgs gives what it makes.
func (u *Unit) nameOf(file *eval.Unknown) (name string, known bool) {
	if len(file.Args) == 0 {
		return "", false
	}
	s, ok := u.argument(file.Args[0], "name").(*eval.String)
	if !ok {
		return "", false
	}
	return s.Text()
}

// named reports whether a function writes a program of that name.
func (u *Unit) named(file *eval.Unknown, name string) bool {
	its, known := u.nameOf(file)
	return known && its == name
}

// inPath is the shell script that the unit has in its path under a name, if the
// project writes it.
func (u *Unit) inPath(name string) eval.Value {
	for _, e := range u.Option("path").List() {
		if e.When != nil || e.Value == nil {
			continue
		}
		file, ok := u.Host.Evaluator().Force(e.Value).(*eval.Unknown)
		if !ok || !u.named(file, name) {
			continue
		}
		if text, shell := u.program(file, "/bin/"+name, false); shell {
			return text
		}
	}
	return nil
}

// restOf is what follows an unknown piece in the path of a file.
func restOf(pieces []eval.Piece) string {
	if len(pieces) == 0 || pieces[0].Unknown != nil || pieces[0].When != nil || !strings.HasPrefix(pieces[0].Text, "/") {
		return ""
	}
	rest, _, _ := strings.Cut(pieces[0].Text, " ")
	if i := strings.IndexAny(rest, "\n\t;|&\"'`$()"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}
