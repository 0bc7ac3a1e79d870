//go:build !unix

package emit

import "os"

func lock(*os.File) error { return nil }

func keepOwner(*os.File, os.FileInfo) error { return nil }
