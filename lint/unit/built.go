package unit

import (
	"path"
	"slices"
	"strings"

	"wardnix/lint/shell"
	"wardnix/nixast/eval"
)

// builders are the functions of nixpkgs that make a package with a script, and the
// attribute that has it if their last argument is a set
// (pkgs/build-support/trivial-builders and pkgs/stdenv/generic, NixOS 26.11).
var builders = map[string]string{
	"runCommand": "", "runCommandLocal": "", "runCommandCC": "", "runCommandNoCC": "", "runCommandNoCCLocal": "",
	"mkDerivation": "installPhase", "mkDerivationNoCC": "installPhase",
}

// installers are commands that put a file where their last argument says, and the number
// of that argument if it is not the last.
var installers = map[string]int{"cp": 0, "install": 0, "ln": 0, "mv": 0, "makeWrapper": 2, "makeBinaryWrapper": 2}

// built is the shell script that the build of a package puts at a path in it, as far as
// the project shows it. ByShell is as in [Unit.program].
func (r *commandReader) built(pkg *eval.Unknown, rest string, byShell bool) (script string, ok bool) {
	phase, ok := builders[writerOf(pkg)]
	if !ok || len(pkg.Args) == 0 {
		return "", false
	}
	last := pkg.Args[len(pkg.Args)-1]
	build := r.u.argument(last, phase)
	if build == nil {
		return "", false
	}
	src := &eval.Unknown{}
	if source, isPath := r.u.argument(last, "src").(*eval.Path); isPath {
		src = copyOf(source)
	}
	if name, known := r.u.nameOf(pkg); known && strings.ContainsFunc(rest, isUnknown) {
		rest = "/bin/" + name // that lib.getExe takes for its main program
	}
	found, target := false, "$out"+rest
	for _, c := range shell.Commands(r.encode(piecesOf(build), "")) {
		if from := installed(&c, target); from != "" {
			script, found = r.copied(src, from, byShell)
		} else if c.Input != "" && writesTo(&c, target) {
			head, _, _ := strings.Cut(r.decode(c.Input), "\n")
			script, found = c.Input, byShell || shebang.MatchString(head)
		}
	}
	return script, found
}

// copyOf is the copy of a file or directory in the store.
func copyOf(p *eval.Path) *eval.Unknown {
	file, _ := p.Text()
	return &eval.Unknown{Sort: eval.StorePath, File: file, Label: "…"}
}

// writesTo reports whether a command writes its input to a file.
func writesTo(c *shell.Command, target string) bool {
	files := c.Writes
	if c.Words[0] == "tee" {
		files = slices.Concat(files, c.Words[1:])
	}
	return slices.ContainsFunc(files, func(file string) bool { return outPath(file) == target })
}

// outPath is a word of a build as a path in the package that it makes.
func outPath(word string) string { return strings.ReplaceAll(word, "${out}", "$out") }

// installed is the file that a command of a build puts at a path; "" if it does not.
func installed(c *shell.Command, target string) string {
	number, ok := installers[path.Base(c.Words[0])]
	words := slices.DeleteFunc(slices.Clone(c.Words), func(w string) bool { return strings.HasPrefix(w, "-") })
	if number == 0 {
		number = len(words) - 1
	}
	if !ok || number < 2 || number >= len(words) {
		return ""
	}
	from, to := words[number-1], strings.TrimSuffix(outPath(words[number]), "/")
	if to == target || to == path.Dir(target) && path.Base(from) == path.Base(target) {
		return from
	}
	return ""
}

// copied is the shell script that a build copies from a place.
func (r *commandReader) copied(src *eval.Unknown, from string, byShell bool) (string, bool) {
	if file, rest := r.leading(from); file != nil {
		return r.file(file, rest, byShell)
	}
	from = strings.TrimPrefix(strings.TrimPrefix(from, "$src/"), "./")
	if src.File == "" || strings.HasPrefix(from, "/") || strings.Contains(from, "$") {
		return "", false
	}
	return r.file(src, "/"+from, byShell)
}
