package harden

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

const childVar = "HARDEN_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVar) {
	case "settings":
		Process()
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		var core unix.Rlimit
		err = errors.Join(err, unix.Getrlimit(unix.RLIMIT_CORE, &core))
		if err != nil || dumpable != 0 || core.Cur != 0 || core.Max != 0 || unix.Umask(0) != 0o077 {
			os.Exit(1)
		}
		if _, err := os.Readlink("/proc/self/exe"); err != nil {
			os.Exit(2) // its own files a program may still use
		}
		os.Exit(0)
	case "panic":
		Process()
		defer Fault()
		panic("Ruby Larter lives at 4 Elm Road")
	case "goroutine":
		Process()
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer Fault()
			panic(errors.New("Ruby Larter lives at 4 Elm Road"))
		}()
		<-done
	}
	os.Exit(m.Run())
}

func child(t *testing.T, what string) (int, []byte) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childVar+"="+what)
	out, err := c.CombinedOutput()
	if err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out
}

func TestProcess(t *testing.T) {
	if code, out := child(t, "settings"); code != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestAFaultSaysOneConstantLine(t *testing.T) {
	for _, what := range []string{"panic", "goroutine"} {
		code, out := child(t, what)
		if code != ExitFault || !bytes.Equal(out, []byte(faultLine)) {
			t.Errorf("%s: exit %d, %q", what, code, out)
		}
	}
}
