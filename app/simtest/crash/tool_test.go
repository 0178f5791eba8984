package crash_test

import (
	"context"
	"os/exec"
	"testing"

	"wherry/app/simtest/crash/rig"
)

// tool runs a program of the system. Clean-ups use it, so it has a time limit
// of its own and not the test's.
func tool(t testing.TB, argv ...string) *rig.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), rig.Patience)
	defer cancel()
	return rig.Finish(t, exec.CommandContext(ctx, argv[0], argv[1:]...), nil)
}
