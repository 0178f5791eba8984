package story_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// photo FILE TEXT: writes a JPEG whose Exif names TEXT as the place.
func photo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: photo FILE TEXT")
	}
	img := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range img.Pix {
		img.Pix[i] = uint8(i / 640)
	}
	var b bytes.Buffer
	ts.Check(jpeg.Encode(&b, img, nil))
	text := args[1]
	// Orientation 6, and a directory of the place whose first value is TEXT.
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" + "\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" + "\x00\x00\x00\x00" +
		"\x00\x01\x00\x01\x00\x02")
	exif = binary.BigEndian.AppendUint32(exif, uint32(len(text)))
	exif = append(exif, "\x00\x00\x00\x38\x00\x00\x00\x00"+text...)
	out := append(bytes.Clone(b.Bytes()[:2]), 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2))
	out = append(append(out, exif...), b.Bytes()[2:]...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out, 0o600))
}

// blobfile VAR DIR ID: sets VAR to the file of a blob in the notebook DIR.
func blobfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || len(args[2]) != 64 {
		ts.Fatalf("usage: blobfile VAR DIR ID")
	}
	path := filepath.Join(args[1], "blobs", args[2][:2], args[2])
	_, err := os.Stat(ts.MkAbs(path))
	ts.Check(err)
	ts.Setenv(args[0], path)
}

// nowhere DIR TEXT: no file in DIR holds TEXT; with !, some file does.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] nowhere DIR TEXT")
	}
	where, looked := "", 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		looked += len(data)
		if bytes.Contains(data, []byte(args[1])) {
			where = path
		}
		return err
	}))
	if looked == 0 || (where != "") != neg {
		ts.Fatalf("%d bytes looked at; found in %q", looked, where)
	}
}

// killattach DIR FILE BYTES ARG…: attaches through a pipe that holds the first
// BYTES of FILE, and kills wherryctl when it has taken them.
func killattach(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: killattach DIR FILE BYTES ARG…")
	}
	pipe := ts.MkAbs("pipe")
	ts.Check(fifo(pipe))
	defer os.Remove(pipe)
	data := []byte(ts.ReadFile(args[1]))
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	argv := append([]string{"--json", "--dir", args[0], "--passphrase-file", "pass", "attach"}, args[3:]...)
	c := program(context.Background(), ts, "wherryctl", append(argv, "--file", "pipe")...)
	ts.Check(c.Start())
	defer c.Wait()
	defer c.Process.Kill()
	// Opening waits for the other side; writing waits until it has been taken,
	// but for what the pipe itself holds.
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	ts.Check(err)
	_, err = w.Write(data[:n])
	ts.Check(err)
	ts.Check(c.Process.Kill())
	ts.Check(w.Close())
}
