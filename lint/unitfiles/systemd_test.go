package unitfiles

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast/testtool"
)

// write makes a file, a link where the text begins with "-> ".
func write(t testing.TB, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	os.Remove(file)
	var err error
	if target, ok := strings.CutPrefix(text, "-> "); ok {
		err = os.Symlink(target, file)
	} else {
		err = os.WriteFile(file, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, target string) *System {
	t.Helper()
	sys, err := Open(context.Background(), target)
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

// ignored is a line whose key systemd does not know: it complains of each file in
// the order in which it reads them.
const ignored = "[Service]\nUnheardOf=1\n"

var unheardOf = regexp.MustCompile(`(?m)^(/.*):\d+: Unknown key`)

// filesOf asks systemd which files it reads for a unit, below a root.
func filesOf(t testing.TB, root, unit string) (files []string, masked bool) {
	t.Helper()
	cmd := exec.Command("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", "--root="+root, unit)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // /bin/true is not below the root
	for _, m := range unheardOf.FindAllStringSubmatch(out.String(), -1) {
		files = append(files, strings.TrimPrefix(m[1], root))
	}
	return files, strings.Contains(out.String(), "is masked")
}

// TestLoadOrder compares the files of units in made-up trees with those that
// systemd reads.
func TestLoadOrder(t *testing.T) {
	testtool.Need(t, "systemd-analyze")
	compared, dropins, masked, aliases := 0, 0, 0, 0
	trees := 25
	if testing.Short() {
		trees = 3
	}
	for seed := range uint64(trees) {
		root, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		randomTree(t, root, rand.New(rand.NewPCG(seed, 1)))
		sys := open(t, root)
		for _, u := range sys.Units {
			files, isMasked := filesOf(t, root, u.Name)
			compared++
			if isMasked != u.Masked {
				t.Errorf("seed %d: %s: masked %v, by systemd %v", seed, u.Name, u.Masked, isMasked)
			}
			if u.Masked {
				masked++
				continue
			}
			var ours []string
			for _, f := range u.Files {
				ours = append(ours, f.Path)
			}
			dropins += len(ours) - 1
			aliases += len(u.Aliases)
			if diff := cmp.Diff(files, ours); diff != "" {
				t.Errorf("seed %d: %s %v: %s", seed, u.Name, u.Aliases, diff)
			}
			for _, alias := range u.Aliases {
				if _, instance, at := cutInstance(alias); at && instance == "" {
					continue // systemd takes an instance of it, under the one name only
				}
				if files, _ := filesOf(t, root, alias); !slices.Equal(files, ours) {
					t.Errorf("seed %d: alias %s: %s", seed, alias, cmp.Diff(files, ours))
				}
			}
		}
	}
	t.Logf("%d units, %d drop-ins, %d masked, %d aliases", compared, dropins, masked, aliases)
	if compared < 3*trees || dropins < 4*trees || masked < trees/5 || aliases < trees/3 {
		t.Error("the trees try too little")
	}
}

// randomTree makes a root with units, drop-ins of all kinds, aliases and masks.
func randomTree(t *testing.T, root string, r *rand.Rand) {
	directories := []string{"/etc/systemd/system/", "/run/systemd/system/", "/usr/lib/systemd/system/"}
	names := []string{"foo-bar-baz.service", "foo.service", "bar@.service", "bar-x@.service"}
	one := func(list []string) string { return list[r.IntN(len(list))] }
	for _, name := range names {
		write(t, root, directories[2]+name, ignored)
		if r.IntN(4) == 0 {
			write(t, root, one(directories)+name, one([]string{ignored, "", "-> /dev/null", ignored}))
		}
	}
	links := [][2]string{{"ali-as.service", "foo-bar-baz.service"}, {"b.service", "foo.service"}, {"c.service", "b.service"}, {"other@.service", "bar@.service"}}
	for _, l := range links {
		if r.IntN(2) == 0 {
			write(t, root, one(directories)+l[0], "-> "+one([]string{"", directories[2]})+l[1])
		}
	}
	dirs := []string{
		"service", "foo-bar-baz.service", "foo-bar-.service", "foo-.service", "ali-.service", "ali-as.service", "foo.service",
		"bar@.service", "bar@one.service", "bar-x@two.service", "bar-@.service", "bar-.service", "b.service",
	}
	for range 14 {
		file := one(directories) + one(dirs) + ".d/" + one([]string{"10-a", "20-b", "30-c", "overrides"}) + ".conf"
		write(t, root, file, one([]string{ignored, ignored, ignored, "-> /dev/null"}))
	}
}

// shown is something that could not be read, as tests write it.
func shown(m Missing) string {
	return [...]string{Elsewhere: "missing ", Ignored: "ignored ", Unreadable: "unreadable "}[m.Cause] + m.What + ": " + m.Why
}

// TestDirectory reads trees by hand, each with how systemd interprets it.
func TestDirectory(t *testing.T) {
	const system = "/etc/systemd/system/"
	tests := []struct {
		name  string
		files map[string]string
		open  string // below the root
		want  string
	}{
		{"links stay below the root", map[string]string{
			system + "abs.service":   "-> /opt/abs.service",
			system + "up.service":    "-> ../../../../../../../../opt/abs.service",
			"/opt/abs.service":       "[Service]\n",
			system + "loop.service":  "-> /opt/loop",
			"/opt/loop":              "-> /opt/loop",
			system + "gone.service":  "-> /opt/gone",
			system + "dir.service/x": "",
		}, "", `
			system abs.service: /etc/systemd/system/abs.service
			system dir.service: ignored /etc/systemd/system/dir.service: not a regular file
			system gone.service: missing /etc/systemd/system/gone.service: no such file or directory
			system loop.service: ignored /etc/systemd/system/loop.service: too many links
			system up.service: /etc/systemd/system/up.service`},
		{"links that systemd refuses", map[string]string{
			system + "a.service": "-> b.socket", system + "b.socket": "[Socket]\n",
			system + "x@1.service": "-> y@2.service", system + "y@.service": "[Service]\n",
			system + "p.service": "-> q.service", system + "q.service": "-> p.service",
			system + "z.service": "-> nothing.service",
		}, "", `
			ignored /etc/systemd/system/a.service: a link to b.socket is not valid under this name
			ignored /etc/systemd/system/p.service: the links lead in a circle
			ignored /etc/systemd/system/q.service: the links lead in a circle
			ignored /etc/systemd/system/x@1.service: a link to y@2.service is not valid under this name
			ignored /etc/systemd/system/z.service: the link leads to nothing.service, which does not exist
			system b.socket: /etc/systemd/system/b.socket
			system y@.service: /etc/systemd/system/y@.service`},
		{"an instance with files of its own", map[string]string{
			system + "t@.service": "[Service]\n", system + "t@one.service.d/x.conf": "[Service]\n",
			system + "t@.service.d/y.conf": "[Service]\n", system + "named.service.wants/t@two.service": "-> ../t@.service",
			system + "alias@three.service": "-> t@.service",
		}, "", `
			system t@.service: /etc/systemd/system/t@.service /etc/systemd/system/t@.service.d/y.conf
			system t@one.service: /etc/systemd/system/t@.service /etc/systemd/system/t@one.service.d/x.conf /etc/systemd/system/t@.service.d/y.conf
			system t@three.service = alias@three.service: /etc/systemd/system/t@.service /etc/systemd/system/t@.service.d/y.conf`},
		{"users have managers too", map[string]string{
			"/usr/lib/systemd/user/u.service": "[Service]\n", "/etc/systemd/user/u.service.d/a.conf": "[Service]\n",
			"/usr/lib/systemd/system/s.service": "[Service]\n",
		}, "", `
			system s.service: /usr/lib/systemd/system/s.service
			user u.service: /usr/lib/systemd/user/u.service /etc/systemd/user/u.service.d/a.conf`},
		{"one directory of a root is read with the others", map[string]string{
			system + "a.service.d/x.conf":       "[Service]\n",
			"/usr/lib/systemd/system/a.service": "[Service]\n", "/usr/lib/systemd/system/b.service": "[Service]\n",
		}, "etc/systemd/system", `
			system a.service: /usr/lib/systemd/system/a.service /etc/systemd/system/a.service.d/x.conf`},
		{"a directory anywhere", map[string]string{
			"/units/a.service": "[Service]\n", "/units/a-.service.d/no.conf": "[Service]\n", "/units/README": "no unit",
			"/units/b.service.d/x.conf": "[Service]\n", "/units/c.service": "-> /etc/passwd", "/units/../x.service": "[Service]\n",
		}, "units", `
			system a.service: /a.service
			system b.service: missing b.service: the unit file is elsewhere /b.service.d/x.conf
			system c.service: missing /c.service: no such file or directory`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range test.files {
				write(t, root, name, text)
			}
			var lines []string
			sys := open(t, filepath.Join(root, test.open))
			for _, m := range sys.Missing {
				lines = append(lines, shown(m))
			}
			for _, u := range sys.Units {
				line := u.Scope.String() + " " + u.Name
				if len(u.Aliases) > 0 {
					line += " = " + strings.Join(u.Aliases, " ")
				}
				line += ":"
				for _, m := range u.Missing {
					line += " " + shown(m)
				}
				for _, f := range u.Files {
					line += " " + f.Path
				}
				lines = append(lines, line)
			}
			want := strings.ReplaceAll(strings.TrimSpace(test.want), "\t", "")
			if diff := cmp.Diff(want, strings.Join(lines, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBuilt reads a built system from a store at another place than the one it
// speaks of.
func TestBuilt(t *testing.T) {
	root := t.TempDir()
	const hash = "/nix/store/00000000000000000000000000000000-"
	for name, text := range map[string]string{
		hash + "nixos-system-h-26.11/etc":                             "-> " + hash + "etc/etc",
		hash + "nixos-system-h-26.11/systemd":                         "-> " + hash + "systemd-258.1",
		hash + "nixos-system-h-26.11/nixos-version":                   "26.11.20261101.abcdef",
		hash + "etc/etc/systemd/system":                               "-> " + hash + "system-units",
		hash + "etc/etc/systemd/user":                                 "-> " + hash + "user-units",
		hash + "system-units/web.service":                             "-> " + hash + "unit-web.service/web.service",
		hash + "unit-web.service/web.service":                         "[Service]\nExecStart=/bin/web\n",
		hash + "system-units/www.service":                             "-> web.service",
		hash + "system-units/off.service":                             "-> /dev/null",
		hash + "system-units/getty@.service":                          "-> " + hash + "systemd-258.1/example/systemd/system/getty@.service",
		hash + "systemd-258.1/example/systemd/system/getty@.service":  "[Service]\nExecStart=/bin/agetty\n",
		hash + "system-units/getty@.service.d/overrides.conf":         "-> " + hash + "unit-getty-.service/getty@.service",
		hash + "unit-getty-.service/getty@.service":                   "[Service]\nType=idle\n",
		hash + "system-units/leak.service":                            "-> /secret",
		"/secret":                                                     "[Service]\nExecStart=/secret\n",
		hash + "user-units/mine.service":                              "-> " + hash + "unit-mine.service/mine.service",
		hash + "unit-mine.service/mine.service":                       "[Service]\nExecStart=/bin/mine\n",
		hash + "etc/etc/nixos-containers/web.conf":                    "-> " + hash + "etc-web.conf",
		hash + "etc-web.conf":                                         "PRIVATE_NETWORK=1\nSYSTEM_PATH=" + hash + "nixos-system-web-26.11\n",
		hash + "nixos-system-web-26.11/etc/systemd/system/in.service": "[Service]\nExecStart=/bin/in\n",
		hash + "nixos-system-web-26.11/etc/nixos-containers/db.conf":  "SYSTEM_PATH=" + hash + "nixos-system-db-26.11\n",
		hash + "nixos-system-db-26.11/etc/systemd/user/my.service":    "[Service]\nExecStart=/bin/my\n",
		hash + "nixos-system-db-26.11/etc/nixos-containers/web.conf":  "SYSTEM_PATH=" + hash + "nixos-system-web-26.11\n",
		hash + "etc/etc/nixos-containers/leak.conf":                   "SYSTEM_PATH=/leak\n",
		hash + "etc/etc/nixos-containers/linked.conf":                 "-> /leak/linked.conf",
		"/leak/linked.conf":                                           "SYSTEM_PATH=" + hash + "nixos-system-web-26.11\n",
		"/leak/etc/systemd/system/secret.service":                     "[Service]\nExecStart=/secret\n",
		hash + "etc/etc/nixos-containers/flake.conf":                  "FLAKE=github:a/b\n",
		hash + "etc/etc/containers/podman.conf":                       "[engine]\n",
		hash + "etc/etc/containers/gone.conf":                         "SYSTEM_PATH=" + hash + "nixos-system-gone-26.11\n",
		"/result":                                                     "-> " + strings.TrimPrefix(hash, "/") + "nixos-system-h-26.11",
	} {
		write(t, root, name, text)
	}
	want := `nixos-system-h-26.11 systemd=258 nixos=26.11
missing /STORE/nixos-system-h-26.11/etc/nixos-containers/flake.conf: its system cannot be read: no such file or directory
missing /STORE/nixos-system-h-26.11/etc/nixos-containers/leak.conf: its system cannot be read: a link leads out of the project or the store
missing /STORE/nixos-system-h-26.11/etc/nixos-containers/linked.conf: a link leads out of the project or the store
missing /STORE/nixos-system-h-26.11/etc/containers/gone.conf: its system cannot be read: no such file or directory

system getty@.service
  file /STORE/nixos-system-h-26.11/etc/systemd/system/getty@.service
    | [Service]
    | ExecStart=/bin/agetty
  dropin /STORE/nixos-system-h-26.11/etc/systemd/system/getty@.service.d/overrides.conf
    | [Service]
    | Type=idle

system leak.service
  missing /STORE/nixos-system-h-26.11/etc/systemd/system/leak.service: a link leads out of the project or the store

system off.service masked

system web.service alias www.service
  file /STORE/nixos-system-h-26.11/etc/systemd/system/web.service
    | [Service]
    | ExecStart=/bin/web

user mine.service
  file /STORE/nixos-system-h-26.11/etc/systemd/user/mine.service
    | [Service]
    | ExecStart=/bin/mine

container web: nixos-system-web-26.11 systemd=0 nixos=

container web in.service
  file /STORE/nixos-system-web-26.11/etc/systemd/system/in.service
    | [Service]
    | ExecStart=/bin/in

container web/db: nixos-system-db-26.11 systemd=0 nixos=
missing /STORE/nixos-system-db-26.11/etc/nixos-containers/web.conf: it is a container inside of itself, or there are too many

container web/db my.service
  file /STORE/nixos-system-db-26.11/etc/systemd/user/my.service
    | [Service]
    | ExecStart=/bin/my
`
	if diff := cmp.Diff(want, dump(open(t, filepath.Join(root, "result")))); diff != "" {
		t.Error(diff)
	}
}
