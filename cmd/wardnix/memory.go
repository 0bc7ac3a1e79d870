package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// A headroom is how far the heap grows before it is collected.
type headroom struct {
	bytes uint64 // beyond what is in use, …
	least int    // … but of a large heap no less than this part of it, in percent,
	most  int    // and of a small one no more than this
}

var (
	// ofRun is that of a run, which is short, and of which most of what it makes lives to
	// its end: small heaps are collected rarely, large ones more often.
	ofRun = headroom{192 << 20, 60, 400}
	// ofServer is that of a server, which lives long, next to an editor.
	ofServer = headroom{40 << 20, 25, 100}
)

// bound is the headroom that applies; nil if none does.
var bound atomic.Pointer[headroom]

// boundMemory sets how far the heap grows, anew after each collection, until it is called
// again.
func boundMemory(h headroom) {
	debug.SetGCPercent(h.most)
	if bound.Swap(&h) != nil {
		return
	}
	type canary struct{ _ [16]byte }
	var watch func(*canary)
	watch = func(*canary) {
		debug.SetGCPercent(bound.Load().percent(liveHeap()))
		runtime.SetFinalizer(&canary{}, watch)
	}
	runtime.SetFinalizer(&canary{}, watch)
}

// percent is the percentage that gives a heap its headroom.
func (h *headroom) percent(live uint64) int {
	return max(h.least, min(h.most, int(h.bytes*100/max(live, 1))))
}

// liveHeap is the number of bytes that the last collection found in use.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
