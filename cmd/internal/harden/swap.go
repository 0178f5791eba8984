package harden

// What Swap answers. Memory that the system puts aside may hold what was on the
// screen; encrypted, it is as safe as the rest of the disk.
const (
	SwapNone      = "none"
	SwapEncrypted = "encrypted"
	SwapOpen      = "open"
)

// Swap says what is known of the place where this system puts memory aside, as
// far as it can be told without asking for rights: one of SwapNone,
// SwapEncrypted and SwapOpen. Where it cannot be told it is SwapOpen.
func Swap() string { return swap() }
