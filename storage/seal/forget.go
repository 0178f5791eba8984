package seal

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// Forget does what one process can to drop secrets that nothing refers to any
// more: what the collector frees is given back to the system, which clears it,
// and the free places between things still in use are filled with zeros. It
// takes some tens of milliseconds and promises nothing: copies in use, in
// registers and on the stacks of waiting goroutines are not reached. Only the
// end of the process is certain.
func Forget() {
	// On one processor, all free places are within its reach.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	encoder.drop()
	decoder.drop()
	clearStack(64)
	fillStacks()
	runtime.GC() // what it frees may let go of more
	debug.FreeOSMemory()
	fillFree()
	debug.FreeOSMemory()
}

// clearStack writes over what earlier calls left on this goroutine's stack, a
// KiB for each step.
//
//go:noinline
func clearStack(depth int) byte {
	var frame [1024]byte
	for i := range frame {
		frame[i] = byte(depth & i & 0) // zeros, in a way that is not optimised away
	}
	if depth > 0 {
		return frame[depth%len(frame)] | clearStack(depth-1)
	}
	runtime.KeepAlive(&frame)
	return frame[0]
}

// fillStacks takes the stacks that ended or grown goroutines have left, which
// the runtime keeps for the next ones as they are, and writes over them: as many
// goroutines at once as there may be such stacks, at each size that they have.
func fillStacks() {
	const together = 64
	for _, depth := range []int{0, 2, 6, 14, 28} { // KiB, within 2 to 32
		var written, ended sync.WaitGroup
		written.Add(together)
		leave := make(chan struct{})
		for range together {
			ended.Go(func() {
				clearStack(depth)
				written.Done()
				<-leave // so that the next takes another stack
			})
		}
		written.Wait()
		close(leave)
		ended.Wait()
	}
}

// Sizes that the allocator rounds to (runtime/sizeclasses.go), up to those that
// share a page with others.
var sizeClasses = []int{8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512,
	576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480,
	21760, 24576, 27264, 28672, 32768}

// filled keeps what fillFree allocates alive, and in the heap, until it is done.
type filled struct {
	next *filled
	data []byte
}

// fillFree takes the free places of every size of the heap, which clears them.
// The free bytes of pages in use bound how much there can be.
func fillFree() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	free := int(m.HeapInuse - m.HeapAlloc)
	for _, size := range sizeClasses {
		var last *filled
		for n := 0; n < free; n += size {
			last = &filled{last, make([]byte, size)}
			if n > 4<<20 { // no size has more than this left over
				break
			}
		}
		runtime.KeepAlive(last)
	}
}
