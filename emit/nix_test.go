package emit

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast"
	"wardnix/nixast/testtool"
)

func ExampleNix() {
	text, err := Nix(Attrs{
		A("enable", true),
		{Path: []string{"systemd", "services", "backup@home"}, Value: Attrs{
			A("after", []string{"network.target"}),
			A("environment", Attrs{A("N", 3), A("RATIO", 0.5)}),
			{Path: []string{"serviceConfig", "ExecStart"}, Value: Expr(`"${pkgs.restic}/bin/restic"`), Blank: true,
				Comment: "Runs as the user backup,\nnot as root."},
		}},
	})
	fmt.Println(text, err)
	// Output:
	// {
	//   enable = true;
	//   systemd.services."backup@home" = {
	//     after = [ "network.target" ];
	//     environment = {
	//       N = 3;
	//       RATIO = 0.5;
	//     };
	//
	//     # Runs as the user backup,
	//     # not as root.
	//     serviceConfig.ExecStart = "${pkgs.restic}/bin/restic";
	//   };
	// } <nil>
}

func TestNix(t *testing.T) {
	long := strings.Repeat("x", 60)
	oneLine := Style{OneLineLists: true}
	for _, c := range []struct {
		name  string
		style Style
		value any
		want  string
	}{
		{"null", Style{}, nil, "null"},
		{"least integer", Style{}, int64(math.MinInt64), "-9223372036854775807 - 1"},
		{"greatest integer", Style{}, uint64(math.MaxInt64), "9223372036854775807"},
		{"float without fraction", Style{}, 2.0, "2.0"},
		{"float with fraction", Style{}, 123456789.25, "123456789.25"},
		{"great float", Style{}, 1e30, "1.0e+30"},
		{"small float", Style{}, 1.5e-9, "1.5e-09"},
		{"string", Style{}, `a "b" ${c} \d`, `"a \"b\" \${c} \\d"`},
		{"a line with its end", Style{}, "a\n", `"a\n"`},
		{"two lines", Style{}, "a\nb", "''\n  a\n  b''"},
		{"two lines with CRLF", Style{EOL: "\r\n"}, "a\nb", `"a\nb"`},
		{"empty list", Style{}, []any{}, "[ ]"},
		{"empty list, tight", Style{TightEmpty: true}, []string{}, "[]"},
		{"one element", Style{}, []string{"a"}, `[ "a" ]`},
		{"two elements", Style{}, []any{"a", 1}, "[\n  \"a\"\n  1\n]"},
		{"two elements on one line", oneLine, []any{"a", 1}, `[ "a" 1 ]`},
		{"too long for one line", oneLine, []any{long, long}, "[\n  \"" + long + "\"\n  \"" + long + "\"\n]"},
		{"elements that need parentheses", oneLine, []any{-1, Expr("f x"), Expr("a.b"), Expr("x: x")}, "[ (-1) (f x) a.b (x: x) ]"},
		{"set in list", oneLine, []any{Attrs{A("a", 1)}}, "[\n  {\n    a = 1;\n  }\n]"},
		{"empty set", Style{}, Attrs{}, "{ }"},
		{"names", Style{}, Attrs{A("a b", 1), A("if", 2), {Path: []string{"x", "y.z"}, Value: 3}},
			"{\n  \"a b\" = 1;\n  \"if\" = 2;\n  x.\"y.z\" = 3;\n}"},
		{"tabs", Style{Indent: "\t"}, Attrs{A("a", Attrs{A("b", 1)})}, "{\n\ta = {\n\t\tb = 1;\n\t};\n}"},
		{"expression of several lines", Style{}, Attrs{A("a", Expr("{\n  b = ''\n    c\n  '';\n}"))},
			"{\n  a = {\n    b = ''\n      c\n    '';\n  };\n}"},
		{"long select", Style{}, Attrs{A(long, Expr(long+".b"))}, "{\n  " + long + " =\n    " + long + ".b;\n}"},
		{"long string", Style{}, Attrs{A(long, long)}, "{\n  " + long + " = \"" + long + "\";\n}"},
	} {
		got, err := c.style.nix(c.value, layout{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestNixRefuses(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{map[string]any{}, "no form in Nix"},
		{math.Inf(1), "no form in Nix"},
		{math.NaN(), "no form in Nix"},
		{uint64(math.MaxUint64), "beyond the integers"},
		{"a\x00b", "NUL"},
		{Expr("{ a = "), "is not an expression"},
		{Expr("1 # c"), "comment around"},
		{Expr("# c\n1"), "comment around"},
		{[]any{struct{}{}}, "no form in Nix"},
		{Attrs{A("a", func() {})}, "a: "},
	} {
		if text, err := Nix(c.value); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v is written %q, error %v", c.value, text, err)
		}
	}
	if _, err := (Style{EOL: "\r\n"}).nix(Expr("''\n  a\n''"), layout{}); err == nil {
		t.Error("an indented string is written with CRLF")
	}
}

// FuzzNixString writes strings at various depths and reads them back.
func FuzzNixString(f *testing.F) {
	for _, s := range []string{"", "a\nb", " a\n b\n", "''${x}\n'", "a\r\nb\n", "\t\n \n", "$${\n'''", "\\\n\n", "x\n  "} {
		f.Add(s, 0)
		f.Add(s, 6)
	}
	f.Fuzz(func(t *testing.T, s string, depth int) {
		if strings.Contains(s, "\x00") || depth < 0 || depth > 20 {
			return
		}
		for _, style := range []Style{{}, {Indent: "    "}, {Indent: "\t"}, {EOL: "\r\n"}} {
			text, err := style.nix(s, layout{Indent: strings.Repeat(style.step(), depth)})
			if err != nil {
				t.Fatal(err)
			}
			got, ok := nixast.Parse("", text, nixast.Options{}).Expr().StringValue()
			if !ok || got != s {
				t.Fatalf("%q is written %q and read %q", s, text, got)
			}
		}
	})
}

// TestNixOracle has Nix evaluate what was written, and compares the values.
func TestNixOracle(t *testing.T) {
	testtool.Need(t, "nix-instantiate")
	values := []any{
		nil, true, int64(math.MinInt64), int64(-5), 0.1, 1e-7, 1234.5, "", "plain",
		"a\nb\n", "  a\n   b", "''\n${x} $${y} '' ' ''' \\\n", "\ttab\n\r\n", "ä\n€", "$", "'", "${", "\n\n", " \n \n",
		[]any{int64(-1), []any{}, "x\ny", []any{"z"}},
	}
	var text []string
	for _, style := range []Style{{}, {Indent: "    ", OneLineLists: true, Tight: true}, {EOL: "\r\n"}, {Indent: "\t"}} {
		all, err := style.nix(Attrs{A("v", Attrs{A("v", values)})}, layout{})
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, all)
	}
	for _, all := range text {
		cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "-")
		cmd.Stdin = strings.NewReader(all)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v for:\n%s", err, all)
		}
		want, err := json.Marshal(map[string]any{"v": map[string]any{"v": values}})
		if err != nil {
			t.Fatal(err)
		}
		var got, expect any
		if err := decode(out, &got); err != nil {
			t.Fatal(err)
		}
		if err := decode(want, &expect); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expect, got); diff != "" {
			t.Errorf("(-want +got):\n%s\n%s", diff, all)
		}
	}
}

// decode reads JSON with integers kept exact and floats compared as numbers.
func decode(data []byte, into *any) error {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	*into = numbers(*into)
	return nil
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}
