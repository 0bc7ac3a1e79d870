package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How far the heap grows before it is collected. A run is short, and most of what it
// makes lives to its end: small heaps are collected rarely, large ones more often.
const (
	heapHeadroom = 192 << 20 // bytes beyond what is in use, …
	leastPercent = 60        // … but of a large heap no less than this part of it,
	mostPercent  = 400       // and of a small one no more than this
)

// boundMemory sets how far the heap grows, anew after each collection.
func boundMemory() {
	debug.SetGCPercent(mostPercent)
	type canary struct{ _ [16]byte }
	var watch func(*canary)
	watch = func(*canary) {
		debug.SetGCPercent(gcPercent(liveHeap()))
		runtime.SetFinalizer(&canary{}, watch)
	}
	runtime.SetFinalizer(&canary{}, watch)
}

// gcPercent is the percentage that gives a heap its headroom.
func gcPercent(live uint64) int {
	return int(max(leastPercent, min(mostPercent, heapHeadroom*100/max(live, 1))))
}

// liveHeap is the number of bytes that the last collection found in use.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
