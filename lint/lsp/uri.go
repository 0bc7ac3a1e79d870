package lsp

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// pathOf is the absolute path of a file, with "/"; false for an address of another
// kind, such as that of a buffer that was not saved yet.
func pathOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/") || u.Path == "/" {
		return "", false
	}
	name := u.Path
	if len(name) > 2 && name[2] == ':' { // /C:/dir of Windows
		name = name[1:]
	}
	if !filepath.IsAbs(filepath.FromSlash(name)) || strings.ContainsRune(name, 0) {
		return "", false
	}
	return path.Clean(name), true
}

// uriOf is the address of an absolute path with "/".
func uriOf(name string) string {
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}
