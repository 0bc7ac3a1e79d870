// Command build writes the playground: one page that holds wardnix, compiled to
// WebAssembly, and that needs neither a network nor a server. It runs go in the
// working directory, which is that of wardnix's source. The same source gives the
// same bytes.
//
//	go run ./cmd/playground/build FILE
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"wardnix/lint/release"
	"wardnix/rules/handbook"
)

// largest is the number of bytes of the largest page that is written.
const largest = 5_000_000

//go:embed page
var assets embed.FS

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./cmd/playground/build FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func write(name string) error {
	engine, err := compile()
	if err != nil {
		return err
	}
	loader, err := loader()
	if err != nil {
		return err
	}
	page, err := assemble(engine, loader)
	if err != nil {
		return err
	}
	if len(page) > largest {
		return fmt.Errorf("the page has %d bytes, more than %d", len(page), largest)
	}
	return os.WriteFile(name, page, 0o644)
}

// inlined are the packages that are compiled with inlining. Without it the packed engine
// is a sixth smaller and starts earlier, because a browser compiles each function when
// it is first called; these packages would be slower.
var inlined = []string{"runtime/...", "internal/runtime/...", "wardnix/nixast/..."}

// compile is the engine as WebAssembly.
func compile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "wardnix-playground")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "engine.wasm")
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-gcflags=all=-l"}
	for _, p := range inlined {
		args = append(args, "-gcflags="+p+"=")
	}
	cmd := exec.Command("go", append(args, "-o", out, "./cmd/playground")...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go build: %w", err)
	}
	return os.ReadFile(out)
}

// loader is the script by which Go programs run in browsers; it belongs to the
// compiler.
func loader() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	return string(text), err
}

// assemble puts everything into the page.
func assemble(engine []byte, loader string) ([]byte, error) {
	asset := func(name string) string {
		text, err := assets.ReadFile("page/" + name)
		if err != nil {
			panic(err) // it is embedded
		}
		return string(text)
	}
	packed, err := pack(engine)
	if err != nil {
		return nil, err
	}
	style, script := handbook.Theme+asset("page.css"), asset("page.js")
	return []byte(strings.NewReplacer( // everything is the project's own text
		"{{.CSS}}", style, "{{.JS}}", script, "{{.Policy}}", policy(style, script), "{{.Version}}", release.Version,
		"{{.Worker}}", loader+"\n"+asset("worker.js"), "{{.Engine}}", text7(packed),
	).Replace(asset("page.html"))), nil
}

func pack(engine []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(engine); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// text7 writes bytes as text that HTML leaves alone: seven bits a character, which is
// an eighth less than base64. The characters that HTML does not keep in a script
// (NUL, CR and "<") are written 128 higher.
func text7(data []byte) string {
	var out strings.Builder
	out.Grow(len(data) * 6 / 5)
	put := func(bits uint) {
		r := rune(bits & 127)
		if r == 0 || r == '\r' || r == '<' {
			r += 128
		}
		out.WriteRune(r)
	}
	bits, n := uint(0), 0 // what is not written yet
	for _, b := range data {
		bits, n = bits<<8|uint(b), n+8
		for ; n >= 7; n -= 7 {
			put(bits >> (n - 7))
		}
		bits &= 1<<n - 1
	}
	if n > 0 {
		put(bits << (7 - n))
	}
	return out.String()
}

// policy lets the page run its own style, script and worker, and load nothing.
func policy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) + " 'wasm-unsafe-eval' blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
}
