//go:build js && wasm

// Command playground is wardnix for a web worker: it answers the messages of a page.
package main

import (
	"runtime/debug"
	"syscall/js"

	"wardnix/cmd/playground/internal/session"
)

func main() {
	debug.SetGCPercent(400) // a page has memory, and its user waits
	page := &session.Session{}
	answer := js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(page.Answer([]byte(args[0].String())))
	})
	js.Global().Call("ready", answer)
	select {}
}
