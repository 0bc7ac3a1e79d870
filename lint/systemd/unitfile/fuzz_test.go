package unitfile

import (
	"testing"
)

// FuzzRender renders any value and reads it back.
func FuzzRender(f *testing.F) {
	f.Add("PrivateTmp", "yes", int64(77), 1.5)
	f.Add("X", "a\nb\\", int64(-1), 0.1)
	f.Fuzz(func(t *testing.T, key, text string, whole int64, real float64) {
		value := List(String(text), Int(whole), Float(real), Null(), List(Bool(true), String(text), List()))
		rendered := Render(key, value)
		if len(rendered) != 5 {
			t.Fatalf("%d lines", len(rendered))
		}
		Assignments("Service", rendered)
	})
}
