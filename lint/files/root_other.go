//go:build !linux

package files

import "os"

func (r *Root) openDir(name string) (*os.File, error) { return r.root.Open(name) }

func (*Root) readBelow(string, int64) (text string, done bool, err error) { return "", false, nil }
