// Command bom prints the bill of materials of programs, as CycloneDX 1.6
// (https://cyclonedx.org/docs/1.6/json/): the modules that they were built of, as the
// programs themselves say, and the Go release that built them.
package main

import (
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"wardnix/lint/release"
)

type (
	bill struct {
		Format      string      `json:"bomFormat"`
		SpecVersion string      `json:"specVersion"`
		Version     int         `json:"version"`
		Metadata    metadata    `json:"metadata"`
		Components  []component `json:"components"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		PURL       string     `json:"purl"`
		Properties []property `json:"properties,omitempty"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

func main() {
	text, err := billOf(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "bom:", err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}

// billOf is the bill of several programs together.
func billOf(programs []string) ([]byte, error) {
	b := bill{Format: "CycloneDX", SpecVersion: "1.6", Version: 1, Components: []component{}}
	b.Metadata.Component = component{Type: "application", Name: "wardnix", Version: release.Version, PURL: "pkg:golang/wardnix@" + release.Version}
	seen := map[string]bool{}
	add := func(c component) {
		if !seen[c.PURL] {
			seen[c.PURL] = true
			b.Components = append(b.Components, c)
		}
	}
	for _, name := range programs {
		info, err := buildinfo.ReadFile(name)
		if err != nil {
			return nil, err
		}
		add(component{Type: "library", Name: "stdlib", Version: info.GoVersion, PURL: "pkg:golang/std@" + info.GoVersion})
		for _, m := range info.Deps {
			add(component{"library", m.Path, m.Version, "pkg:golang/" + m.Path + "@" + m.Version, []property{{"go:sum", m.Sum}}})
		}
	}
	slices.SortFunc(b.Components, func(a, b component) int { return cmp.Compare(a.PURL, b.PURL) })
	return json.MarshalIndent(b, "", "  ")
}
