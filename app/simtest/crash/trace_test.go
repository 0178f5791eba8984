package crash_test

import (
	"fmt"
	"path/filepath"
	"strings"

	"wherry/app/simtest/crash/rig"
)

// promise reports whether a call tells the user that something is saved.
func promise(c rig.Call) bool {
	if n, _ := c.FD(); n != 1 || c.Name != "write" {
		return false
	}
	for _, p := range c.Paths() {
		for _, word := range []string{`\"ack\"`, `\"summary\"`, `{\"v\":1,\"notebook\"`} {
			if strings.Contains(p, word) {
				return true
			}
		}
	}
	return false
}

// matters says whether a file's durability is promised by an acknowledgement:
// the journal, the key box and the key file. View and index are disposable.
func matters(path string) bool {
	base := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "."), ".new")
	switch {
	case strings.HasPrefix(base, "box."), strings.HasPrefix(base, "key."), strings.HasPrefix(base, "mark."):
		return !strings.HasSuffix(base, ".old")
	}
	return filepath.Ext(base) == ".wj"
}

// audit is what a trace was held against and what it broke.
type audit struct {
	promises, frames, segments, boxes int
	findings                          []string
}

// auditTrace replays a trace against the rule of docs/design.md: before a
// promise, every byte and every name that it rests on was made durable, in the
// order keys, frame, promise.
func auditTrace(calls []rig.Call) audit {
	var a audit
	written := map[string]int{} // path -> end of its last write that no sync covers yet
	named := map[string]int{}   // path -> end of the creation or renaming that no folder sync covers yet
	lastFrame, boxAfterFrame := 0, 0
	find := func(c rig.Call, format string, args ...any) {
		a.findings = append(a.findings, fmt.Sprintf("line %d: %s", c.Begun, fmt.Sprintf(format, args...)))
	}
	for _, c := range calls {
		_, path := c.FD()
		switch c.Name {
		case "write", "pwrite64", "ftruncate":
			if promise(c) {
				a.promises++
				for p := range written {
					find(c, "promised while %s has bytes that were never synced", filepath.Base(p))
				}
				for p := range named {
					find(c, "promised while the name %s was not made durable", filepath.Base(p))
				}
				if boxAfterFrame > lastFrame && lastFrame > 0 {
					find(c, "the key box was written after the frame that needs it")
				}
				lastFrame, boxAfterFrame = 0, 0
				continue
			}
			if !matters(path) {
				continue
			}
			written[path] = end(c)
			if filepath.Ext(path) == ".wj" && c.Name == "pwrite64" {
				a.frames++
				lastFrame = c.Begun
				for p := range written {
					if strings.Contains(filepath.Base(p), "box.") {
						find(c, "a frame was written while %s was not synced", filepath.Base(p))
					}
				}
				for p := range named {
					if strings.HasPrefix(filepath.Base(p), "box.") {
						find(c, "a frame was written while the name %s was not durable", filepath.Base(p))
					}
				}
			}
		case "fsync", "fdatasync":
			if !c.OK() {
				continue
			}
			if w, dirty := written[path]; dirty && w < c.Begun {
				delete(written, path)
			}
			for p, at := range named {
				if filepath.Dir(p) == path && at < c.Begun {
					delete(named, p)
				}
			}
		case "openat":
			if p := c.Paths(); c.OK() && len(p) == 1 && strings.Contains(c.Args, "O_CREAT") && strings.Contains(c.Args, "O_EXCL") && matters(p[0]) {
				if filepath.Ext(p[0]) == ".wj" {
					a.segments++
					named[p[0]] = end(c)
				}
			}
		case "renameat", "rename", "renameat2":
			p := c.Paths()
			if !c.OK() || len(p) != 2 || !matters(p[1]) {
				continue
			}
			if _, dirty := written[p[0]]; dirty {
				find(c, "%s was renamed before its bytes were synced", filepath.Base(p[0]))
				delete(written, p[0])
			}
			named[p[1]] = end(c)
			if strings.HasPrefix(filepath.Base(p[1]), "box.") {
				a.boxes++
				boxAfterFrame = c.Begun
			}
		}
	}
	return a
}

func end(c rig.Call) int {
	if c.Ended == 0 {
		return 1 << 30 // it never ended: no sync can cover it
	}
	return c.Ended
}
