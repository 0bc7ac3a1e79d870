//go:build js && wasm

// Command playground is wardnix for a web worker: it answers the messages of a page.
package main

import (
	"syscall/js"

	"wardnix/cmd/playground/internal/session"
)

func main() {
	answer := js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(session.Answer([]byte(args[0].String())))
	})
	js.Global().Call("ready", answer)
	select {}
}
