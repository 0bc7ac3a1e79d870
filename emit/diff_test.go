package emit

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast/testtool"
)

func ExampleDiff() {
	fmt.Print(Diff("hosts/web.nix", "{\n  a = 1;\n}\n", "{\n  a = 1;\n  b = 2;\n}\n"))
	// Output:
	// --- a/hosts/web.nix
	// +++ b/hosts/web.nix
	// @@ -1,3 +1,4 @@
	//  {
	//    a = 1;
	// +  b = 2;
	//  }
}

// TestDiffApplies has git apply take diffs of files with every kind of name,
// newline and content.
func TestDiffApplies(t *testing.T) {
	testtool.Need(t, "git")
	names := []string{"a.nix", "d/e/a b.nix", "ä.nix", `q"q.nix`, `back\slash.nix`, "tab\there.nix", "-dash.nix"}
	lines := []string{"{", "}", "  a = 1;", "  b = 2;\r", "", "\ttab", "ä", "\xff", "-- x", "+++ y", "\\ No newline"}
	rng := rand.New(rand.NewPCG(5, 5))
	random := func() string {
		var all []string
		for range rng.IntN(14) {
			all = append(all, lines[rng.IntN(len(lines))])
		}
		text := strings.Join(all, "\n")
		if rng.IntN(2) == 0 && text != "" {
			text += "\n"
		}
		return text
	}
	dir := t.TempDir()
	var patch strings.Builder
	want := map[string]string{}
	files := 300
	if testing.Short() {
		files = 60
	}
	for i := range files {
		name := fmt.Sprintf("%d/%s", i, names[i%len(names)])
		old, new := random(), random()
		if old == "" || new == "" { // git takes these for made or removed files
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(old), 0o644); err != nil {
			t.Fatal(err)
		}
		patch.WriteString(Diff(name, old, new))
		want[path] = new
	}
	cmd := exec.Command("git", "apply", "--whitespace=nowarn", "-")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(patch.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for path, text := range want {
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestDiffOfEqualFilesIsEmpty(t *testing.T) {
	if d := Diff("a", "x", "x"); d != "" {
		t.Errorf("got %q", d)
	}
}

func TestDiffName(t *testing.T) {
	for name, want := range map[string]string{
		"a/b.nix":    "a/b.nix",
		"a/b c.nix":  "a/b c.nix\t",
		"a/ä.nix":    `"a/\303\244.nix"`,
		"a/\t\".nix": `"a/\011\".nix"`,
	} {
		if got := diffName(name); got != want {
			t.Errorf("%q is written %s, not %s", name, got, want)
		}
	}
}
