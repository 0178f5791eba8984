package notebook

import "wherry/storage/seal"

// Forget does what one process can to drop from its memory what a closed
// notebook left there; see seal.Forget. Programs end the process instead.
func Forget() { seal.Forget() }
