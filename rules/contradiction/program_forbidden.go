package contradiction

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// ProgramForbidden reports units whose own program cannot be executed.
var ProgramForbidden = &lint.Rule{Page: lint.ReadPage(pages, "program-forbidden"), Unit: ofSystem(checkProgram)}

func checkProgram(p *lint.Pass, u *unit.Unit) {
	checkEmptyRoot(p, u)
	denied, ok := u.Settings("Service", "NoExecPaths")
	if !ok || !u.Lacks("Service", "ExecPaths", "RootDirectory", "RootImage") {
		return
	}
	for _, at := range denied {
		if dir := strings.TrimLeft(at.Text, "-+"); (dir == "/" || dir == "/nix" || dir == "/nix/store") && u.Together(at) {
			p.At(u, at).Concerns(u.About("ExecPaths")...).
				Note("the program of the service is in /nix/store, and no ExecPaths allows it").
				Help("add `ExecPaths = [ \"/nix/store\" ];`").
				Reportf("NoExecPaths=%s forbids the service its own program", at.Text)
			return
		}
	}
}

// checkEmptyRoot reports a root directory that systemd creates, and that nothing
// puts the program into.
func checkEmptyRoot(p *lint.Pass, u *unit.Unit) {
	root, ok := u.Setting("Service", "RootDirectory")
	dirs, ok2 := u.Settings("Service", "RuntimeDirectory")
	if !ok || !ok2 || !u.Lacks("Service", "BindPaths", "BindReadOnlyPaths", "MountImages", "ExtensionImages", "ExtensionDirectories", "RootImage",
		"TemporaryFileSystem", "ExecStartPre", "ExecCondition", "RootEphemeral", "JoinsNamespaceOf") || u.Option("confinement").IsSet() {
		return
	}
	own := slices.ContainsFunc(dirs, func(d unit.Setting) bool {
		return slices.ContainsFunc(strings.Fields(d.Text), func(w string) bool {
			return slices.Contains(unit.DirectoriesOf("RuntimeDirectory", w), strings.TrimSuffix(root.Text, "/"))
		})
	})
	inStore := slices.ContainsFunc(u.Commands(), func(c unit.Command) bool {
		return c.Key == "ExecStart" && c.Origin == unit.Line && !c.Outside && (strings.HasPrefix(c.Words[0], "${") || strings.HasPrefix(c.Words[0], "/nix/store/"))
	})
	if !own || !inStore || !u.Together(root, dirs[0]) {
		return
	}
	p.At(u, root, dirs[0]).Concerns(u.About("BindReadOnlyPaths")...).
		Note("systemd creates the root directory empty, and nothing mounts /nix/store there").
		Help("add `BindReadOnlyPaths = [ \"/nix/store\" ];`").
		Reportf("RootDirectory=%s is empty, without the program of the service", root.Text)
}
