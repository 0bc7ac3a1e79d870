//go:build !linux

package emit

func keepAttributes(string, string) error { return nil }
