// Command picture takes pictures of a page, light and dark, with the Chromium at hand:
//
//	go run ./cmd/internal/picture URL NAME
//
// writes NAME-light.png and NAME-dark.png. Those of the README are of the report that
// wardnix lint --format html writes of testdata/server/missing with the systemd.nix of
// testdata/server/misspelt, copied to a directory named server.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"wardnix/cmd/internal/chromium"
)

const width, height = 1100, 620

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: picture URL NAME")
		os.Exit(2)
	}
	if err := take(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func take(url, name string) error {
	program := chromium.Find()
	if program == "" {
		return errors.New("no Chromium is installed")
	}
	profile, err := os.MkdirTemp("", "picture")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p, err := chromium.Open(ctx, program, profile, width, height)
	if err != nil {
		return err
	}
	defer p.Close()
	for _, scheme := range []string{"light", "dark"} {
		if err := errors.Join(p.Scheme(scheme), p.Go(url), p.Wait("document.readyState === 'complete'")); err != nil {
			return err
		}
		png, err := p.Screenshot()
		if err != nil {
			return err
		}
		if err := os.WriteFile(name+"-"+scheme+".png", png, 0o644); err != nil {
			return err
		}
	}
	return nil
}
