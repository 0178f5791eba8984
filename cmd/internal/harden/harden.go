// Package harden closes the ways by which a program's memory leaves it without
// anybody writing it: core dumps, crash reports, other processes of the same
// user, the words of a panic, and swap. Every main calls Process first and
// defers Fault.
package harden

import "os"

// ExitFault ends a program that met a fault of its own. It is no code of the
// command contract: it is always a bug.
const ExitFault = 70

// faultLine is all that a fault of our own says: a panic's value may hold
// pieces of a case. (What the runtime prints for a goroutine of a library, or
// for a signal, are names of functions and numbers; it cannot be told to print
// less than its environment asks for.)
const faultLine = "Wherry met a fault of its own and stopped. What was saved is safe.\n"

// Process hardens the running program, as far as the system allows; what it
// refuses is no reason not to start. Files are made for their owner only.
//
// Where the program may not be dumped (Linux), others of the same user can
// neither attach to it nor read its memory; root still can, which is how the
// tests of this repository look into it.
func Process() { process() }

// Fault is deferred in main and at the top of goroutines: after a panic it
// prints one constant line and ends the program.
func Fault() {
	if recover() != nil {
		_, _ = os.Stderr.WriteString(faultLine) // nowhere left to say that it failed
		os.Exit(ExitFault)
	}
}
