package unitfiles

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"wardnix/lint/files"
)

// maxFile is the greatest length of a unit file that is read. systemd has no
// limit but that of a line, which is 1 MiB.
const maxFile = 4 << 20

// directory is one directory of the load path, read or made up.
type directory struct {
	units map[string]entry
	// dropins are the files of directories such as "nginx.service.d", by the name of
	// the directory.
	dropins map[string]map[string]entry
	// wanted are the units that want a unit, by the name of that.
	wanted map[string][]string
}

func newDirectory() *directory {
	return &directory{units: map[string]entry{}, dropins: map[string]map[string]entry{}, wanted: map[string][]string{}}
}

// wantingUnit is the unit whose directory of links a directory is: "multi-user.target" of
// "multi-user.target.wants"; "" for any other (systemd.unit(5)).
func wantingUnit(dir string) string {
	for _, kind := range []string{".wants", ".requires", ".upholds"} {
		if name, ok := strings.CutSuffix(dir, kind); ok && ValidUnit(name) {
			return name
		}
	}
	return ""
}

// entry is what a directory has under a name.
type entry struct {
	File
	kind entryKind
	// alias is the name that a link within the load path leads to.
	alias string
	// why says what keeps an absent file from being read, and cause what that means.
	why   string
	cause Cause
}

func (e entry) missing() Missing { return Missing{e.Path, e.why, e.cause} }

type entryKind uint8

const (
	text   entryKind = iota
	masked           // an empty file or a link to /dev/null
	link             // a link to another name of the load path
	absent           // a file that cannot be read
)

func (f *directory) addDropin(dir, name string, e entry) {
	if f.dropins[dir] == nil {
		f.dropins[dir] = map[string]entry{}
	}
	f.dropins[dir][name] = e
}

// tree is where paths are looked up, as if its root were that of the machine.
type tree struct {
	root string
	// within, where not empty, is the only directory whose files are read, besides
	// the store.
	within string
	// whole reports that the tree has all files of a system that systemd reads units from,
	// or all of the store: what a link leads to and is not there does not exist.
	whole bool
	// dirs are the directories that paths were found to lead to.
	dirs map[string]string
}

func newTree(root, within string, whole bool) tree {
	return tree{root, within, whole, map[string]string{"/": "/"}}
}

const maxLinks = 40 // as the kernel allows

var (
	errLinks   = errors.New("too many links")
	errOutside = errors.New("a link leads out of the project or the store")
)

// resolve follows all links of a path, each as if root were "/", so that nothing
// leads out of it. With an error, it returns the path that cannot be followed.
func (t tree) resolve(name string) (string, error) {
	links := 0
	done, err := t.follow(path.Clean("/"+name), &links)
	if err == nil && done != null && t.within != "" && !inside(done, t.within) && !inside(done, files.Store) {
		err = errOutside
	}
	return done, err
}

// follow follows all links of a clean path, and counts them.
func (t tree) follow(name string, links *int) (string, error) {
	if name == null {
		return name, nil // an image may have no devices
	}
	if found, ok := t.dirs[name]; ok {
		return found, nil
	}
	at, base := path.Split(name)
	dir, err := t.followDir(path.Clean(at), links)
	if err != nil {
		return dir, err
	}
	next := path.Join(dir, base)
	target, err := os.Readlink(t.real(next))
	if err != nil {
		if errors.Is(err, syscall.EINVAL) { // it is not a link
			return next, nil
		}
		_, err = os.Lstat(t.real(next))
		return next, pathless(err)
	}
	if *links++; *links > maxLinks {
		return next, errLinks
	}
	if path.IsAbs(target) {
		dir = "/"
	}
	rest := strings.Split(target, "/")
	for i, part := range rest {
		switch {
		case part == "..":
			dir = path.Dir(dir) // stops at the root
		case path.Join(dir, path.Join(rest[i:]...)) == null:
			return null, nil
		default:
			if dir, err = t.follow(path.Join(dir, part), links); err != nil {
				return dir, err
			}
		}
	}
	return dir, nil
}

// followDir is follow for a directory, and keeps the result for other files in it.
func (t tree) followDir(name string, links *int) (string, error) {
	found, err := t.follow(name, links)
	if err == nil {
		t.dirs[name], t.dirs[found] = found, found
	}
	return found, err
}

// null is the device that masks a unit.
const null = "/dev/null"

// real is the path on this machine.
func (t tree) real(name string) string { return filepath.Join(t.root, filepath.FromSlash(name)) }

func inside(name, dir string) bool {
	return dir == "/" || name == dir || strings.HasPrefix(name, dir+"/")
}

// pathless drops the path of this machine from an error of the file system.
func pathless(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// isDir reports whether the path leads to a directory.
func (t tree) isDir(name string) bool {
	found, err := t.resolve(name)
	if err != nil {
		return false
	}
	info, err := os.Lstat(t.real(found))
	return err == nil && info.IsDir()
}

// read returns the text of a file, and false if it is the null device.
func (t tree) read(name string) (text string, ok bool, err error) {
	found, err := t.resolve(name)
	if err != nil || found == null {
		return "", false, err
	}
	text, err = files.ReadPlain(t.real(found), maxFile)
	return text, err == nil, pathless(err)
}

// readLimited reads a regular file of at most limit bytes.
func readLimited(name string, limit int64) (string, error) {
	text, err := files.Read(name, limit)
	if err != nil {
		return "", pathless(err)
	}
	return text, nil
}

// directory reads one directory of the load path.
func (t tree) directory(dir string, loadPath []string) (*directory, error) {
	found, err := t.resolve(dir)
	if err != nil {
		return nil, err
	}
	list, err := os.ReadDir(t.real(found))
	if err != nil {
		return nil, pathless(err)
	}
	f := newDirectory()
	for _, d := range list {
		name := path.Join(dir, d.Name())
		switch {
		case wantingUnit(d.Name()) != "":
			links, _ := os.ReadDir(t.real(t.parent(name)))
			for _, l := range links {
				f.wanted[l.Name()] = append(f.wanted[l.Name()], wantingUnit(d.Name()))
			}
		case strings.HasSuffix(d.Name(), ".d") && validDropinDir(d.Name()):
			t.dropins(f, name)
		case ValidUnit(d.Name()):
			f.units[d.Name()] = t.entry(name, loadPath)
		}
	}
	return f, nil
}

// entry reads the file of a unit. A link that stays within the load path is an
// alias; any other is followed (systemd's unit_file_resolve_symlink).
func (t tree) entry(name string, loadPath []string) entry {
	if target, err := os.Readlink(t.real(t.parent(name))); err == nil {
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(name), target)
		}
		target = path.Clean(target)
		if slices.Contains(loadPath, path.Dir(target)) || slices.Contains(loadPath, path.Dir(t.parent(target))) {
			return entry{File: File{Path: name}, kind: link, alias: path.Base(target)}
		}
	}
	return t.file(name)
}

// parent resolves the directory of a path but not its last part.
func (t tree) parent(name string) string {
	if dir, err := t.resolve(path.Dir(name)); err == nil {
		return path.Join(dir, path.Base(name))
	}
	return name
}

func (t tree) file(name string) entry {
	content, ok, err := t.read(name)
	switch {
	case err != nil:
		return t.absent(name, err)
	case !ok || content == "":
		return entry{File: File{Path: name}, kind: masked}
	}
	return entry{File: File{Path: name, Text: content}}
}

// isLink reports whether a path is a link.
func (t tree) isLink(name string) bool {
	_, err := os.Readlink(t.real(t.parent(name)))
	return err == nil
}

// dropins reads the drop-ins of one directory, which may not be there.
func (t tree) dropins(f *directory, dir string) {
	found, err := t.resolve(dir)
	var list []fs.DirEntry
	if err == nil {
		list, err = os.ReadDir(t.real(found))
	}
	none := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
	if err != nil && !(none && !t.isLink(dir)) {
		f.addDropin(path.Base(dir), "", t.absent(dir, pathless(err)))
	}
	for _, d := range list {
		if validConf(d.Name()) {
			f.addDropin(path.Base(dir), d.Name(), t.file(path.Join(dir, d.Name())))
		}
	}
}

// absent is a file that cannot be read.
func (t tree) absent(name string, err error) entry {
	e := entry{File: File{Path: name}, kind: absent, why: err.Error(), cause: t.cause(name, err)}
	if at, _ := t.resolve(name); e.cause == Ignored && errors.Is(err, fs.ErrNotExist) {
		e.why = "the link leads to " + at + ", which does not exist"
	}
	return e
}

// cause says why a path could not be read. systemd opens regular files only, and it reads
// units before file systems other than those of the system and the store are mounted.
func (t tree) cause(name string, err error) Cause {
	switch {
	case errors.Is(err, errOutside):
		return Elsewhere
	case errors.Is(err, errLinks), errors.Is(err, files.ErrNotRegular), errors.Is(err, syscall.ENOTDIR):
		return Ignored
	case !errors.Is(err, fs.ErrNotExist):
		return Unreadable
	}
	if at, _ := t.resolve(name); t.whole && (inObject(at) || t.within == "" && slices.ContainsFunc(early, func(dir string) bool { return inside(at, dir) })) {
		return Ignored
	}
	return Elsewhere
}

// early are the directories of a root that are there when systemd starts
// (file-hierarchy(7)).
var early = []string{"/etc", "/usr", "/lib"}

// inObject reports whether a path lies in an object of a store: the object itself may not have been
// copied to this machine.
func inObject(name string) bool {
	for dir := path.Dir(name); dir != "/" && dir != "."; dir = path.Dir(dir) {
		if storeName.MatchString(path.Base(dir)) {
			return true
		}
	}
	return false
}
