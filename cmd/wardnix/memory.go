package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// A heapLimit is the size that the heap grows to before it is collected. The time of a
// collection grows with what is in use. A large heap therefore grows by a least part of
// that, even beyond the size, and a small one by no more than a most.
type heapLimit struct {
	bytes       uint64
	least, most int // in percent of what is in use
}

var (
	// ofRun is that of a run, which is short, and of which most of what it makes lives to
	// its end.
	ofRun = heapLimit{228 << 20, 25, 400}
	// ofScore is that of a run that looks at several states of a project, each host of which
	// is freed when it was looked at.
	ofScore = heapLimit{104 << 20, 35, 400}
	// ofServer is that of a server, which lives long, next to an editor.
	ofServer = heapLimit{110 << 20, 25, 200}
)

// bound is the limit that applies; nil if none does.
var bound atomic.Pointer[heapLimit]

// boundMemory sets how far the heap grows, anew after each collection, until it is called
// again. The variable GOGC of the environment takes precedence.
func boundMemory(l heapLimit) {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(l.most)
	if bound.Swap(&l) != nil {
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

// percent is how far a heap grows beyond what is in use.
func (l *heapLimit) percent(live uint64) int {
	room := l.bytes - min(l.bytes, live)
	return max(l.least, min(l.most, int(room*100/max(live, 1))))
}

// liveHeap is the number of bytes that the last collection found in use.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
