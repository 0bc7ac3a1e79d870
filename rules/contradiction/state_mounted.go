package contradiction

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// StateMounted reports services with DynamicUser whose directories are mount points.
var StateMounted = &lint.Rule{Page: lint.ReadPage(pages, "state-mounted"), Unit: ofSystem(checkStateMounted)}

func checkStateMounted(p *lint.Pass, u *unit.Unit) {
	dynamic, ok := u.On("DynamicUser")
	if !ok || dynamic.When != nil {
		return
	}
	for _, key := range []string{"StateDirectory", "CacheDirectory", "LogsDirectory"} {
		all, _ := u.Settings("Service", key)
		for _, at := range all {
			for word := range strings.FieldsSeq(at.Text) {
				if at.When == nil {
					checkDirectory(p, u, at, unit.DirectoriesOf(key, word))
				}
			}
		}
	}
}

// checkDirectory reports a directory of the service, by its two paths, if a mount covers
// it. systemd moves the first path into the second, and links it.
func checkDirectory(p *lint.Pass, u *unit.Unit, at unit.Setting, paths []string) {
	binds, _ := u.Settings("Service", "BindPaths")
	for _, bind := range binds {
		for word := range strings.FieldsSeq(bind.Text) {
			source, _, _ := strings.Cut(strings.TrimLeft(word, "-+"), ":")
			target := strings.TrimSuffix(unit.MountTarget(word), "/")
			if slices.Contains(paths, target) && !slices.Contains(paths, strings.TrimSuffix(source, "/")) && bind.When == nil {
				p.At(u, bind, at).Note("systemd makes the service's user the owner of %s; what is mounted over it has another owner", paths[0]).
					Help("use a user with a name in place of DynamicUser").
					Reportf("BindPaths hides the %s of DynamicUser", at.Key)
				return
			}
		}
	}
	if how := mountedBy(u.Host, paths[0]); how != "" && u.Scope == (nixos.Scope{}) {
		p.At(u, at).As(lint.Error).Note("with DynamicUser systemd moves %s to %s, which fails for a mount point", paths[0], paths[1]).
			Help("mount %s, or use a user with a name in place of DynamicUser", paths[1]).
			Reportf("%s is a mount point of %s", paths[0], how)
	}
}

// mountedBy is the option of a host that certainly mounts a path; "" if there is none.
func mountedBy(h *nixos.Host, dir string) string {
	if h.Name == "" && len(h.Option("fileSystems").Attrs()) == 0 && len(h.Option("environment", "persistence").Attrs()) == 0 {
		return ""
	}
	if o := h.Option("fileSystems", dir); o.IsSet() || len(o.Attrs()) > 0 {
		return "fileSystems"
	}
	for _, store := range h.Option("environment", "persistence").Attrs() {
		for _, e := range store.Attr("directories").List() {
			if e.When == nil && e.Value != nil && pathOf(h, e.Value) == dir {
				return "environment.persistence"
			}
		}
	}
	return ""
}

// pathOf is the directory of an entry of impermanence: a string, or a set with one.
func pathOf(h *nixos.Host, t *eval.Thunk) string {
	ev := h.Evaluator()
	v := ev.Force(t)
	if set, ok := v.(*eval.Attrs); ok {
		defs := set.Lookup("directory").Defs
		if len(defs) != 1 || defs[0].When != nil {
			return ""
		}
		v = ev.Force(defs[0].Value)
	}
	if s, ok := v.(*eval.String); ok {
		text, _ := s.Text()
		return text
	}
	return ""
}
