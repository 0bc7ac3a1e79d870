package unitfiles

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

const someHash = "00000000000000000000000000000000"

// drvText writes a derivation by hand.
func drvText(name string, inputs []string, env map[string]string) string {
	var in []string
	for i, input := range inputs {
		in = append(in, fmt.Sprintf(`("/nix/store/%032d-%s.drv",["out"])`, i, input))
	}
	env["name"] = name
	var vars []string
	for _, k := range sortedKeys(env) {
		vars = append(vars, fmt.Sprintf(`("%s","%s")`, k, strings.NewReplacer("\\", `\\`, "\n", `\n`, `"`, `\"`).Replace(env[k])))
	}
	return fmt.Sprintf(`Derive([("out","/nix/store/%s-%s","","")],[%s],[],"x86_64-linux","/bin/sh",[],[%s])`,
		someHash, name, strings.Join(in, ","), strings.Join(vars, ","))
}

// set writes system-units with these inputs, the n-th under the hash n.
func set(t testing.TB, inputs []string, texts ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i, text := range texts {
		if text != "" {
			write(t, dir, fmt.Sprintf("%032d-%s.drv", i, inputs[i]), text)
		}
	}
	target := someHash + "-system-units.drv"
	write(t, dir, target, drvText("system-units", inputs, map[string]string{"buildCommand": "mkdir -p $out\n"}))
	return filepath.Join(dir, target)
}

func unitDrv(name, script string) string {
	return drvText(name, nil, map[string]string{"text": "[Service]\nExecStart=/bin/true\n", "buildCommand": script})
}

// TestHostile reads sets of units of which one cannot be read: the reason is reported, and
// the others are read.
func TestHostile(t *testing.T) {
	good := unitDrv("unit-a.service", "name=a.service\n")
	deep := drvText("unit-x", nil, map[string]string{"buildCommand": strings.Repeat("[(", 1<<20)})
	for name, test := range map[string]struct{ text, why string }{
		"missing":       {"", "no such file"},
		"empty":         {"\n", "derivation is incomplete"},
		"truncated":     {good[:len(good)/2], "derivation is incomplete"},
		"cut at a list": {`Derive([("out","/nix/store/x-y","","")])`, "derivation is incomplete"},
		"no derivation": {"[Service]\nExecStart=/bin/true\n)", "derivation is incomplete"},
		"nothing in it": {"Derive()", "derivation is incomplete"},
		"text nowhere":  {deep, "names no unit"},
		"no name":       {unitDrv("unit-x", ""), "names no unit"},
		"upwards":       {unitDrv("unit-x", "name=../../etc/x.service\n"), "names no unit"},
		"line feed":     {unitDrv("unit-x", "name=a\\\nb.service\n"), "names no unit"},
		"escape":        {unitDrv("unit-x", "name=\x1b[31m.service\n"), "names no unit"},
		"long":          {unitDrv("unit-x", "name="+strings.Repeat("a", 1000)+".service\n"), "names no unit"},
		"bad json":      {drvText("unit-x", nil, map[string]string{"__json": "{"}), "derivation is incomplete"},
	} {
		t.Run(name, func(t *testing.T) {
			sys := open(t, set(t, []string{"unit-a.service", "unit-x"}, good, test.text))
			if len(sys.Units) != 1 || sys.Units[0].Name != "a.service" || len(sys.Units[0].Files) != 1 {
				t.Errorf("the other unit is not read: %v", sys.Units)
			}
			if len(sys.Missing) != 1 || !strings.Contains(sys.Missing[0].Why, test.why) {
				t.Errorf("missing is %q, not %q", sys.Missing, test.why)
			}
		})
	}
}

// TestBadTargets opens targets of which nothing can be read.
func TestBadTargets(t *testing.T) {
	dir := t.TempDir()
	cycle := func(name, input string) {
		write(t, dir, fmt.Sprintf("%032d-%s.drv", 0, name), drvText(name, []string{input}, map[string]string{}))
	}
	cycle("etc", "etc")
	cycle("initrd-linux-1", "initrd-linux-1")
	write(t, dir, someHash+"-huge.drv", "")
	if err := os.Truncate(filepath.Join(dir, someHash+"-huge.drv"), maxDerivation+1); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "nohash.drv", drvText("x", nil, map[string]string{}))
	write(t, dir, someHash+"-other.drv", drvText("other", nil, map[string]string{}))
	write(t, dir, "empty/README", "")
	for target, want := range map[string]string{
		"00000000000000000000000000000000-etc.drv":            "nothing in it leads to units",
		"00000000000000000000000000000000-initrd-linux-1.drv": "nothing in it leads to units",
		someHash + "-huge.drv":                                "the limit is 32 MiB",
		someHash + "-other.drv":                               "nothing in it leads to units",
		"nohash.drv":                                          "not a store path name",
		"gone.drv":                                            "no such file",
		"empty":                                               "there are no units in it",
		"empty/README":                                        "not a unit name",
	} {
		sys, err := Open(context.Background(), filepath.Join(dir, target))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", target, sys, err)
		}
	}
}

// TestTruncated reads every beginning of a derivation: none but the whole is taken
// for one.
func TestTruncated(t *testing.T) {
	a, err := txtar.ParseFile("testdata/new.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if !strings.Contains(f.Name, "-unit-web") {
			continue
		}
		whole := bytes.TrimSpace(f.Data)
		for n := range whole {
			if d, err := parseDerivation(whole[:n]); err == nil {
				t.Errorf("%d of %d bytes are a derivation: %v", n, len(whole), d.Derivation)
			}
		}
		if _, err := parseDerivation(whole); err != nil {
			t.Error(err)
		}
	}
}

// TestCancelled stops when asked to.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, unpack(t, "testdata/new.txtar")); err == nil {
		t.Error("it went on")
	}
}

func TestDropinDirs(t *testing.T) {
	want := []string{"a-b@x.service.d", "a-b@.service.d", "a-.service.d", "a-@x.service.d", "a-@.service.d"}
	if diff := cmp.Diff(want, dropinDirs("a-b@x.service")); diff != "" {
		t.Error(diff)
	}
}

// FuzzDerivation reads anything as the derivation of a set and of a unit. What is
// taken from it must be fit for a path.
func FuzzDerivation(f *testing.F) {
	for _, archive := range []string{"new", "old"} {
		a, err := txtar.ParseFile("testdata/" + archive + ".txtar")
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			f.Add(file.Data)
		}
	}
	f.Add([]byte("Derive()"))
	f.Add([]byte(`Derive([("out","","","")],[],[],"x","y",[],[("__json","{}"),("name","n")])`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parseDerivation(data)
		if err != nil {
			return
		}
		for _, base := range d.inputs(func(name string) bool { return leadsToUnits(name) || strings.HasPrefix(name, "unit-") }) {
			if strings.Contains(base, "/") {
				t.Errorf("input %q", base)
			}
		}
		if name, e, err := unitOf(d); err == nil && (strings.ContainsAny(name, "\n\x00") || strings.Contains(name, "..") && path.Clean(name) != name || e.Path == "") {
			t.Errorf("unit %q", name)
		}
		script := parseScript(d.attr("buildCommand"))
		for _, a := range script.aliases {
			if strings.Contains(a[1], "/") {
				t.Errorf("alias %q", a)
			}
		}
		for _, name := range script.upstream {
			if !ValidUnit(name) {
				t.Errorf("upstream unit %q", name)
			}
		}
	})
}
